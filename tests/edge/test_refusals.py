"""Forged, damaged, truncated, foreign, over-long: the same 404, and nothing recorded (E3)."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing
from tests.edge.process import ORGANISATION, Answered, Edge

with_edge = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(edge: Edge, path: str) -> Answered:
    answer = edge.get(path)
    assert answer.status == 404, path
    return answer


def test_every_refusal_is_the_same_answer(edge: Edge) -> None:
    ref = edge.store(b"x")
    ours = edge.addresses
    opened, clicked, image, file = ours.open(), ours.click(1, "http://x/"), ours.image(2, ref), ours.file(3, ref)
    foreign = EdgeAddresses("", KeyRing.new(), ORGANISATION, edge.delivery)
    paths = [
        "/", "/o/", "/c/", "/i/", "/a/", "/o/.gif", "/favicon.ico", "/o", "/x/y", "//", "/c//", "/a//a.pdf", "/%",
        opened[:-5] + ".gif", opened[:-4], opened.replace(".gif", ".GIF"), opened + "/", opened.replace("/o/", "/O/"),
        clicked[:-1], clicked + "A", clicked + "=", clicked + "/", clicked + ".", clicked + "%00", clicked + "%0d%0a",
        foreign.open(), foreign.click(1, "http://x/"), foreign.image(2, ref), foreign.file(3, ref),
        clicked.replace("/c/", "/a/"), clicked.replace("/c/", "/i/"), clicked.replace("/c/", "/o/") + ".gif",
        opened.replace("/o/", "/c/").removesuffix(".gif"), image.replace("/i/", "/a/") + "/x",
        file.replace("/a/", "/i/").rpartition("/")[0], "/c/http://evil.example/", "/c/?u=http://evil.example/",
        "/c/" + "A" * 5_000, "/o/" + "A" * 7_000 + ".gif", "/a/../../../etc/passwd", "/a/%2e%2e/%2e%2e/etc/passwd",
    ]  # fmt: skip
    answers = [refused(edge, path) for path in paths]
    assert {(answer.body, tuple(answer.headers) == tuple(answers[0].headers)) for answer in answers} == {
        (answers[0].body, True)
    }
    assert all("location" not in answer.headers for answer in answers)
    assert edge.hits() == []


def test_refusals_are_only_counted(edge: Edge) -> None:
    before = edge.figure("requests_refused_total")
    for _ in range(50):
        refused(edge, "/c/" + "x" * 60)
    assert edge.figure("requests_refused_total") == before + 50
    assert edge.stderr() == ""


@with_edge
@given(st.text(alphabet=st.characters(min_codepoint=1, codec="utf-8"), max_size=60), st.sampled_from("oica"))
def test_no_text_is_an_identifier(edge: Edge, text: str, letter: str) -> None:
    refused(edge, f"/{letter}/{quote(text, safe='')}")


@with_edge
@given(st.data())
def test_no_changed_identifier_is_one(edge: Edge, data: st.DataObject) -> None:
    path = EdgeAddresses("", edge.keys, ORGANISATION, uuid4()).click(1, "http://example.com/")
    place = data.draw(st.integers(3, len(path) - 1))
    other = data.draw(st.sampled_from("ABCXYZabcxyz0189-_.~").filter(lambda character: character != path[place]))
    refused(edge, path[:place] + other + path[place + 1 :])
    refused(edge, path[:place])


def test_other_methods_are_refused(edge: Edge) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = edge.get(edge.addresses.open(), method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert edge.hits() == []


def test_robots_are_asked_to_stay_away(edge: Edge) -> None:
    answer = edge.get("/robots.txt")
    assert (answer.status, answer.body) == (200, b"User-agent: *\nDisallow: /\n")

"""The beacon: a GIF that no cache keeps, and a hit that is durable before it leaves (E1, E5, I1)."""

from __future__ import annotations

import time

from tests.edge.process import ORGANISATION, Edge


def test_it_answers_a_transparent_gif(edge: Edge) -> None:
    answer = edge.get(edge.addresses.open())
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/gif"
    assert len(answer.body) == 43
    assert answer.body[:10] == b"GIF89a\x01\x00\x01\x00"
    assert answer.body[19:27] == b"\x21\xf9\x04\x01\x00\x00\x00\x00", "its only colour is transparent"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["date"].endswith("GMT")
    assert "set-cookie" not in answer.headers
    assert "etag" not in answer.headers
    assert "last-modified" not in answer.headers


def test_the_hit_is_there_when_the_answer_is(edge: Edge) -> None:
    before = time.time()
    edge.get(
        edge.addresses.open(),
        User_Agent="Thunderbird č".encode().decode("latin-1"),
        Accept="image/*",
        Sec_Fetch_Dest="image",
        Sec_Fetch_Whatever="x",  # only names that are known: what is kept of a hit is bounded
        X_Purpose="preview",
        Cookie="secret=1",
    )
    (hit,) = edge.hits()
    assert (hit.kind, hit.organisation, hit.ordinal, hit.method, hit.peer) == (1, ORGANISATION, 0, "GET", "127.0.0.1")
    assert hit.agent == "Thunderbird č"
    assert hit.headers == {"accept": "image/*", "sec-fetch-dest": "image", "x-purpose": "preview"}
    assert before <= hit.at <= time.time()
    assert not hit.partial
    assert hit.id.version == 7


def test_head_is_recorded_and_answered_without_body(edge: Edge) -> None:
    answer = edge.get(edge.addresses.open(), "HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "43")
    assert [hit.method for hit in edge.hits()] == ["HEAD"]


def test_conditions_and_ranges_get_the_whole_gif(edge: Edge) -> None:
    for headers in (
        {"If_None_Match": "*"},
        {"If_Modified_Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
        {"Range": "bytes=10-"},
        {"Range": "bytes=999-"},
    ):
        answer = edge.get(edge.addresses.open(), **headers)
        assert (answer.status, len(answer.body)) == (200, 43)
    assert [next(iter(hit.headers)) for hit in edge.hits() if hit.headers] == [
        "if-none-match",
        "if-modified-since",
        "range",
        "range",
    ]


def test_a_query_and_needless_encoding_make_no_difference(edge: Edge) -> None:
    path = edge.addresses.open()
    assert edge.get(path + "?utm_source=x").status == 200
    assert edge.get(path.replace("A", "%41")).status == 200
    assert len(edge.hits()) == 2


def test_long_headers_are_cut_in_the_record(edge: Edge) -> None:
    edge.get(edge.addresses.open(), User_Agent="x" * 5_000, Referer="r" * 5_000)
    (hit,) = edge.hits()
    assert (len(hit.agent), len(hit.headers["referer"])) == (512, 256)

"""Addresses in plain text are found as mail programs find them, and nothing else changes (I2, I3)."""

import pytest

from odziv.instrument import plan_text
from tests.instrument.support import READABLE, RULES, real


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Hello world! http://github.com/atech/postal", ["http://github.com/atech/postal"]),
        ("See https://x.example/a. And HTTP://x.example/B!", ["https://x.example/a", "HTTP://x.example/B"]),
        ("(https://x.example/a_(b))", ["https://x.example/a_(b)"]),
        ("(see https://x.example/a)", ["https://x.example/a"]),
        ("[https://x.example/a[1]]", ["https://x.example/a[1]"]),
        ("<https://x.example/a.> <URL:https://x.example/b>", ["https://x.example/a.", "https://x.example/b"]),
        ("[https://a.example/x](https://b.example/y)", ["https://a.example/x", "https://b.example/y"]),
        ("[text](https://b.example/y).", ["https://b.example/y"]),
        ("**https://x.example/a** _https://x.example/b_", ["https://x.example/a", "https://x.example/b"]),
        ("https://x.example/a_ https://x.example/*", ["https://x.example/a_", "https://x.example/*"]),
        ("'https://x.example/a', \"https://x.example/b\"", ["https://x.example/a", "https://x.example/b"]),
        ("»https://x.example/a« „https://x.example/b“", ["https://x.example/a", "https://x.example/b"]),
        ("https://x.example/a…\u00a0https://x.example/b", ["https://x.example/a", "https://x.example/b"]),
        ("請看https://x.example/a。謝謝", ["https://x.example/a"]),
        ("https://žaba.example/č?š=ž#đ;", ["https://žaba.example/č?š=ž#đ"]),
        ("https://x.example/?a=1&b=2,c:3;d", ["https://x.example/?a=1&b=2,c:3;d"]),
        ("https://x.example/?u=http://y.example/", ["https://x.example/?u=http://y.example/"]),
        ("`https://x.example/a`", ["https://x.example/a"]),
        ("https://x.example/a\nb", ["https://x.example/a"]),
        ("https://x.example/a?!?", ["https://x.example/a"]),
        ("https://[::1]/a", ["https://[::1]/a"]),
        ("https://user@x.example:1/", ["https://user@x.example:1/"]),
        ("shttp://x.example xhttps://x.example", []),
        ("http:// https:// (http://)", []),
        ("www.x.example mailto:a@x.example //x.example ftp://x.example", []),
        ("http://x.example:port/", []),
        ("{random_token}", []),
        ("", []),
    ],
)
def test_it_finds_web_addresses(text: str, addresses: list[str]) -> None:
    plan = plan_text(text, rules=RULES)
    assert [link.address for link in plan.links] == addresses
    expected = text
    for ordinal, address in enumerate(addresses):
        expected = expected.replace(address, f"\0{ordinal}", 1)
    for ordinal in range(len(addresses)):
        expected = expected.replace(f"\0{ordinal}", READABLE.click(ordinal, ""))
    assert plan.render(READABLE) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://t.example/c/abc", "own"),
        ("https://x.example/{{ name }}", "placeholder"),
        ("https://x.example/*|ID|*", "placeholder"),
        ("https://x.example/unsubscribe", "unsubscribe"),
        ("https://x.example/" + "a" * 1500, "long"),
    ],
)
def test_the_rules_are_those_of_html(text: str, reason: str) -> None:
    plan = plan_text(text, rules=RULES)
    assert [link.reason for link in plan.links] == [reason]
    assert plan.render(READABLE) == text
    assert [problem.part for problem in plan.problems] == (["text"] if reason == "placeholder" else [])


def test_links_count_on_from_the_html_part() -> None:
    plan = plan_text("http://x.example http://y.example", rules=RULES, first_ordinal=3)
    assert [(link.ordinal, link.part) for link in plan.links] == [(3, "text"), (4, "text")]


def test_no_line_grows_beyond_998_octets() -> None:
    short, long = "https://x.example/a", "https://x.example/" + "b" * 600
    text = f"{short}\r\n{'č' * 400} {short} {short}\r\n{long}\r\n{short} " + short
    plan = plan_text(text, rules=RULES)
    assert [link.reason for link in plan.links] == ["", "", "line", "", "", ""]
    copy = plan.render(real())
    assert max(len(line.encode()) for line in copy.split("\r\n")) <= 998


def test_a_line_that_is_too_long_already_does_not_hinder() -> None:
    text = "word " * 300 + "https://x.example/a"
    assert [link.reason for link in plan_text(text, rules=RULES).links] == [""]

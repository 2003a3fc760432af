"""What a User-Agent says (E4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from odziv.ingest.agents import Agent, describe
from tests.support import corpora


@pytest.fixture(scope="module")
def agents() -> list[dict[str, Any]]:
    return json.loads(corpora.path("agents/user_agents.json").read_text())


def test_it_tells_the_kind_of_at_least_98_in_100(agents: list[dict[str, Any]]) -> None:
    wrong = [row["ua"] for row in agents if describe(row["ua"]).kind != row["kind"]]
    assert len(wrong) <= len(agents) * 0.02, wrong


def test_it_calls_no_person_a_machine(agents: list[dict[str, Any]]) -> None:
    people = [row["ua"] for row in agents if row["kind"] == "human-client"]
    assert [text for text in people if describe(text).kind != "human-client"] == []


def test_it_tells_the_device_where_the_text_says_it(agents: list[dict[str, Any]]) -> None:
    told = [row for row in agents if not row.get("needs_device_db")]
    wrong = [row["ua"] for row in told if describe(row["ua"]).device != row["device"]]
    assert len(wrong) <= len(told) * 0.03, wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Agent("bot", "unknown", "")),
        ("Mozilla/5.0", Agent("image-proxy", "unknown", "Apple Mail Privacy Protection")),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)",
            Agent("human-client", "phone", "Apple Mail", "iPhone"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0",
            Agent("human-client", "desktop", "Thunderbird", "Linux"),
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)",
            Agent("human-client", "tablet", "Apple Mail", "iPad"),
        ),
        ("curl/8.5.0", Agent("bot", "unknown", "curl")),
    ],
)
def test_it_names_the_usual_ones(text: str, expected: Agent) -> None:
    assert describe(text) == expected


@pytest.mark.parametrize("text", ["x" * 512, "\x00\ud7ff\uffff", "(" * 512, "Mozilla/5.0 (compatible; " * 20, "a@b.c"])
def test_it_takes_whatever_is_sent(text: str) -> None:
    assert describe(text).kind in ("bot", "human-client", "scanner", "image-proxy")

"""Person or machine, and why (J5)."""

from __future__ import annotations

import pytest

from odziv.measure.evidence import Event
from odziv.measure.reasons import SENTENCES, sentences
from odziv.measure.verdict import RULES, judge
from tests.measure.test_fold import event
from tests.support.journal import GMAIL, SCANNER

YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 "
    "Safari/537.36 Edge/12.246 Mozilla/5.0"
)


@pytest.mark.parametrize(
    ("one", "verdict", "reason"),
    [
        (event(), "human", "person-agent"),
        (event(agent=GMAIL), "human", "image-proxy"),
        (event(agent=YAHOO), "human", "image-proxy"),
        (event(method="HEAD"), "machine", "head"),
        (event(agent=""), "machine", "no-agent"),
        (event("click", agent=SCANNER), "machine", "scanner"),
        (event("click", agent="WhatsApp/2.23.20.0 A"), "machine", "bot"),
        (event(agent="Mozilla/5.0", after=36000), "machine", "apple-privacy"),
        (event("click", agent="Mozilla/5.0", after=36000), "machine", "bot"),
        (event(agent=GMAIL_PREFETCH), "machine", "gmail-prefetch"),
        (event("click", headers={"sec-purpose": "prefetch;prerender"}), "machine", "prefetch"),
        (event("click", headers={"x-moz": "prefetch"}), "machine", "prefetch"),
        (event("click", headers={"purpose": "Preview"}), "machine", "prefetch"),
    ],
)
def test_it_says_what_an_event_was(one: Event, verdict: str, reason: str) -> None:
    assert judge([one]) == {one.id: (verdict, reason)}


def test_every_reason_is_a_sentence() -> None:
    assert {rule.reason for rule in RULES} <= SENTENCES.keys()
    assert all(str(sentence).endswith(".") for sentence in SENTENCES.values())
    assert sentences(["head", "a code of the future"]) == [str(SENTENCES["head"])]

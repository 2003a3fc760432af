"""Person, machine or unsure, and why (J5)."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

import pytest

from odziv.measure import reasons
from odziv.measure.evidence import Event, Facts
from odziv.measure.networks import kind_of
from odziv.measure.patterns import sightings
from odziv.measure.reasons import SENTENCES, sentences
from odziv.measure.verdict import judge
from odziv.measure.weights import WEIGHTS
from tests.measure.test_fold import event
from tests.support.journal import GMAIL, IPHONE, NOON, SCANNER, WINDOWS

YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 "
    "Safari/537.36 Edge/12.246 Mozilla/5.0"
)
HOME, OFFICE, GATEWAY = "89.212.18.0/24", "193.2.1.0/24", "212.30.0.0/24"
SENT = Facts(accepted_at=NOON, links=6)


def verdicts(*events: Event, known: Facts = SENT) -> str:
    """The verdict of each event by its first letter: h, m, u."""
    found = judge(events, known)
    return "".join(found[one.id][0][0] for one in events)


def click(after: float, link: int = 0, agent: str = WINDOWS, network: str = OFFICE, method: str = "GET") -> Event:
    return event("click", after, ordinal=link, agent=agent, network=network, method=method)


def opened(after: float, agent: str = WINDOWS, network: str = OFFICE) -> Event:
    return event("open", after, agent=agent, network=network)


@pytest.mark.parametrize(
    ("one", "verdict", "reason"),
    [
        (event(), "human", "person-agent"),
        (event(agent=GMAIL), "human", "image-proxy"),
        (event(agent=YAHOO), "unsure", "other-proxy"),
        (event(method="HEAD"), "machine", "head"),
        (event(agent=""), "machine", "no-agent"),
        (event("click", agent=SCANNER), "machine", "scanner"),
        (event("click", agent="WhatsApp/2.23.20.0 A"), "machine", "bot"),
        (event(agent="Mozilla/5.0", after=36000), "machine", "apple-privacy"),
        (event("click", agent="Mozilla/5.0", after=36000), "machine", "bot"),
        (event("click", agent=GMAIL), "machine", "bot"),
        (event(agent=GMAIL_PREFETCH), "machine", "gmail-prefetch"),
        (event("click", headers={"sec-purpose": "prefetch;prerender"}), "machine", "prefetch"),
        (event("click", headers={"x-moz": "prefetch"}), "machine", "prefetch"),
        (event("click", headers={"purpose": "Preview"}), "machine", "prefetch"),
    ],
)
def test_it_says_what_an_event_was(one: Event, verdict: str, reason: str) -> None:
    assert judge([one], Facts()) == {one.id: (verdict, (reason,), ())}


@pytest.mark.parametrize(
    ("told", "events", "expected"),
    [
        ("people click hours later", [click(5400)], "h"),
        ("scanners click within two minutes", [click(1), click(45)], "mm"),
        ("some take five minutes", [click(200)], "u"),
        ("who read before may click soon", [opened(30), click(60), opened(20, IPHONE, HOME), click(240)], "huhh"),
        ("nobody reads within a second", [opened(1)], "u"),
        ("a mail program that shows new mail at once", [opened(15)], "h"),
    ],
)
def test_time_since_the_mail_was_accepted(told: str, events: list[Event], expected: str) -> None:
    assert verdicts(*events) == expected, told


def test_an_event_before_the_mail_was_accepted_shows_that_clocks_differ_and_no_more() -> None:
    assert verdicts(click(-1)) == "h"
    assert verdicts(opened(-1)) == "h"


@pytest.mark.parametrize(
    ("told", "events", "expected"),
    [
        ("three links within two seconds", [click(7200 + n / 2, n) for n in range(3)], "mmm"),
        ("by one program from many addresses",
         [click(7200 + n / 2, n, network=f"52.{n}.0.0/24") for n in range(3)], "mmm"),
        ("the same link three times", [click(7200 + n / 2) for n in range(3)], "hhh"),
        ("two links in forty seconds", [click(7200), click(7240, 1)], "hh"),
        ("two links within a second", [click(7200), click(7200.4, 1)], "uu"),
        ("every link, slowly", [click(7200 + 30 * n, n) for n in range(6)], "mmmmmm"),
        ("some links, slowly", [click(7200 + 30 * n, n) for n in range(5)], "hhhhh"),
        ("the open of the burst's source", [opened(7190), *(click(7200 + n / 2, n) for n in range(3))], "mmmm"),
        ("its stray click later", [*(click(40 + n / 2, n) for n in range(3)), click(1800, 4)], "mmmm"),
        ("a person the next day", [*(click(40 + n / 2, n) for n in range(3)), click(90000, 4)], "mmmh"),
        ("a person at the same hour from elsewhere",
         [*(click(7200 + n / 2, n, network=GATEWAY) for n in range(3)), click(7500, 4, IPHONE, HOME)], "mmmh"),
        ("opening and clicking within a second", [opened(600), click(600.4)], "mm"),
        ("asked for the header first", [click(7200, method="HEAD"), click(7203), click(9000)], "muh"),
        ("eleven times within a minute", [click(7200 + n * 5) for n in range(11)], "m" * 11),
        ("ten opens in an hour", [opened(7200 + n * 360) for n in range(10)], "h" * 10),
        ("a telephone that makes a preview", [click(7200, agent="WhatsApp/2.23.20.0 A"), click(7210)], "mh"),
    ],
)  # fmt: skip
def test_events_together(told: str, events: list[Event], expected: str) -> None:
    assert verdicts(*events) == expected, told


def test_the_hidden_link_gives_away_whoever_follows_it_and_all_it_does() -> None:
    hidden = event("hidden", 900, agent=WINDOWS, network=GATEWAY)
    assert verdicts(hidden, click(905, 0, network=GATEWAY), click(905, 0, IPHONE, HOME)) == "mmh"
    assert judge([hidden], SENT)[hidden.id][1] == ("honeypot",)


@pytest.mark.parametrize(("network", "expected"), [("40.107.3.0/24", "u"), ("52.170.4.0/24", "u"), (OFFICE, "h")])
def test_a_network_alone_makes_unsure(network: str, expected: str) -> None:
    assert verdicts(click(7200, network=network)) == expected


def test_kinds_of_networks() -> None:
    assert [kind_of(one) for one in ("127.0.0.0/24", "::/48", "40.107.3.0/24", "2a00:ee2::/48", "", "nonsense")] == [
        "here", "here", "security", "unknown", "unknown", "unknown"
    ]  # fmt: skip


def seen(*copies: list[Event]) -> Facts:
    return SENT._replace(colleagues=sightings({UUID(int=number): events for number, events in enumerate(copies)}))


def test_one_source_at_many_colleagues_at_once_is_a_gateway() -> None:
    others = [[click(7200 + n)] for n in range(4)]
    assert verdicts(click(7201), known=seen(*others)) == "m"
    assert verdicts(click(7201), known=seen(*others[:2])) == "m"
    assert verdicts(click(7201), known=seen(others[0])) == "u"
    assert verdicts(click(7201, agent=IPHONE, network=HOME), known=seen(*others)) == "h"
    assert verdicts(click(9999), known=seen(*others)) == "h"


def test_colleagues_who_read_at_nine_are_not_machines() -> None:
    assert verdicts(opened(7230), known=seen([opened(7200)], [opened(7260)])) == "h"
    assert verdicts(opened(7230), known=seen([opened(7231)])) == "u"
    assert verdicts(opened(7230, GMAIL), known=seen(*[[opened(7230, GMAIL)]] * 5)) == "h"


def test_a_persons_later_event_from_elsewhere_makes_unsure_ones_theirs() -> None:
    assert verdicts(opened(600, YAHOO), click(7200, network=HOME)) == "hh"
    assert verdicts(click(200), opened(7200, IPHONE, HOME)) == "hh"
    assert verdicts(click(200), opened(7200, IPHONE)) == "uh"  # the same network: no more is known than before
    assert verdicts(opened(7200, IPHONE, HOME), click(8000, network="40.107.3.0/24")) == "hu"
    burst = [click(60 + n / 2, n) for n in range(3)]
    assert verdicts(*burst, opened(7200, IPHONE, HOME)) == "mmmh"


def test_a_reply_proves_an_open() -> None:
    assert verdicts(opened(600, YAHOO), known=SENT._replace(replied=True)) == "h"


def test_on_this_machine_nobody_scans() -> None:
    here = "127.0.0.0/24"
    assert verdicts(*(click(1 + n / 10, n, network=here) for n in range(5))) == "hhhhh"
    assert verdicts(click(1, agent=SCANNER, network=here)) == "m"


def test_a_person_beside_a_scanner_stays_a_person() -> None:
    scanner = [click(20 + n / 10, n, agent=SCANNER, network=GATEWAY) for n in range(6)]
    assert verdicts(*scanner, opened(20.2, IPHONE, HOME), click(900, 1, IPHONE, HOME)) == "mmmmmmhh"


def test_every_reason_is_a_sentence_and_every_weight_has_its_source() -> None:
    assert WEIGHTS.keys() <= SENTENCES.keys()
    assert all(weight.source for weight in WEIGHTS.values())
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
    assert sentences(["head", "a code of the future"]) == [SENTENCES["head"]]


def test_a_verdict_tells_what_speaks_for_it_the_weightiest_first() -> None:
    events = [click(20 + n / 2, n) for n in range(3)]
    assert judge(events, SENT)[events[0].id][1] == (reasons.BURST, reasons.EARLY_CLICK, reasons.TWO_LINKS)


@pytest.mark.slow
def test_a_hundred_thousand_hits_are_judged_in_seconds() -> None:
    kinds = [
        event(("open", "click", "file")[n % 3], agent=(WINDOWS, IPHONE)[n % 2], network=f"10.{n % 7}.0.0/24")
        for n in range(42)
    ]
    events = [
        kinds[n % 42]._replace(id=UUID(int=n), ordinal=n % 50, at=NOON + timedelta(seconds=n * 0.7))
        for n in range(100_000)
    ]
    at_once = [one._replace(at=NOON, kind="click") for one in events]
    known = seen(events[:1000], at_once[:1000])
    for some in (events, at_once):
        started = time.process_time()
        assert len(judge(some, known._replace(accepted_at=NOON - timedelta(hours=1)))) == len(some)
        assert time.process_time() - started < 10

"""People, proxies, gateways and scanners, and what each does with a copy of a message (J5).

Behaviour is drawn from published figures (the identifiers f… are those of the test material's `published_facts.json`);
where nothing is published, what is assumed is a constant here with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from odziv.ingest.agents import describe
from odziv.measure.evidence import Event
from tests.support.journal import GMAIL, IPHONE, NOON, SCANNER, WINDOWS

EDGE = WINDOWS.replace("Safari/537.36", "Safari/537.36 Edg/131.0.0.0")
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15"
)
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE = "Mozilla/5.0"
PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 "
    "Safari/537.36 Edge/12.246 Mozilla/5.0"
)

# f15-f18: a quarter of the opens in the first hour, half within six, four fifths within a day.
OPENED_BY_HOURS = ((0.25, 1), (0.53, 6), (0.79, 24), (0.95, 168), (1.0, 720))
OPENS = 0.45  # assumed: person-to-person mail; f14 has 9 % for bulk mail
CLICKS = 0.25  # assumed, of those who open
READS_FOR = (4.0, 90.0)  # assumed: seconds from opening to clicking
GUARDED = 0.4  # assumed, between f02's 20 and 80 % for companies
NAMED = 0.3  # assumed: scanners that say their name
PATIENT = 0.2  # assumed: scanners that follow one link only


class Labelled(NamedTuple):
    """An event, and whether a person caused it."""

    event: Event
    person: bool


@dataclass
class World:
    """Chance, and identifiers that do not come twice."""

    chance: Random
    made: int = 0

    def event(self, kind: str, after: float, agent: str, network: str, link: int = 0, method: str = "GET") -> Event:
        self.made += 1
        told = describe(agent)
        at = NOON + timedelta(seconds=after)
        return Event(UUID(int=self.made), kind, link, at, method, False, agent, told.kind, told.client, {}, network)

    def network(self) -> str:
        first, second, third = self.chance.choice((84, 86, 89, 93, 178)), *self.chance.choices(range(256), k=2)
        return f"{first}.{second}.{third}.0/24"


def copy_of(world: World, links: int) -> list[Labelled]:
    """Everything that happens to one copy, in no order."""
    chance = world.chance
    found = list(_scanner(world, links)) if chance.random() < GUARDED else []
    return [*found, *_reader(world, links)]


def _scanner(world: World, links: int) -> Iterator[Labelled]:
    """f06, f07, f27, f28: from ten seconds to ten minutes after, most within two, every link within ten seconds."""
    chance = world.chance
    start = chance.choices((chance.uniform(0, 10), chance.uniform(10, 120), chance.uniform(120, 600)), (2, 6, 2))[0]
    agent = SCANNER if chance.random() < NAMED else chance.choice((WINDOWS, EDGE))
    network = chance.choice(("40.107.3.0/24", "52.170.4.0/24", world.network(), world.network()))
    if chance.random() < 0.5:
        yield Labelled(world.event("open", start, agent, network), False)
    if chance.random() < PATIENT:
        yield Labelled(
            world.event("click", start + chance.uniform(1, 5), agent, network, chance.randrange(links)), False
        )
        return
    step = chance.uniform(0.1, 10 / links)
    for link in range(links):
        method = "HEAD" if chance.random() < 0.1 else "GET"
        yield Labelled(world.event("click", start + 1 + link * step, agent, network, link, method), False)


def _reader(world: World, links: int) -> Iterator[Labelled]:
    """f20-f22, f25, f26: Apple's and Gmail's prefetches come whether or not the mail is read."""
    chance = world.chance
    program = chance.choices(("apple", "gmail", "yahoo", "outlook", "webmail", "phone"), (20, 25, 3, 30, 12, 10))[0]
    home = world.network()
    if program == "apple":
        yield Labelled(world.event("open", chance.uniform(60, 40_000), APPLE, "17.58.99.0/24"), False)
    if program == "gmail" and chance.random() < 0.2:
        yield Labelled(world.event("open", chance.uniform(1, 30), PREFETCH, "108.177.2.0/24"), False)
    if chance.random() > OPENS:
        return
    at = _opening(chance)
    browser = {"apple": MAC, "phone": IPHONE}.get(program, chance.choice((WINDOWS, EDGE, MAC)))
    shown = {
        "gmail": (GMAIL, "66.249.93.0/24"), "yahoo": (YAHOO, "98.136.9.0/24"), "phone": (IPHONE, home),
        "webmail": (browser, home), "outlook": (EDGE, home),
    }.get(program)  # fmt: skip
    for again in range(1 + int(chance.expovariate(1.2))):
        if shown:
            yield Labelled(world.event("open", at, *shown), True)
        if chance.random() < CLICKS:
            step = at
            for link in chance.sample(range(links), chance.choices((1, 2, 3), (80, 15, 5))[0] if links > 2 else 1):
                step += chance.uniform(*READS_FOR)
                yield Labelled(world.event("click", step, browser, home, link), True)
        at += (again + 1) * chance.expovariate(1 / 20_000) + 60


def _opening(chance: Random) -> float:
    """Seconds from acceptance to the first open."""
    drawn, before, below = chance.random(), 0.0, 0.0
    for share, hours in OPENED_BY_HOURS:
        if drawn <= share:
            return 3600 * (before + (hours - before) * (drawn - below) / (share - below)) + 5
        before, below = hours, share
    raise AssertionError

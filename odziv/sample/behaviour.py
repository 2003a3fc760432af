"""How the people and machines of the sample react to one delivery: pure, given a source of chance.

What comes out are hits as the edge would have recorded them, so the figures come from the real pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from odziv.lib.hit import Hit
from odziv.lib.seal import Kind
from odziv.lib.uuid7 import uuid7

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Mobile Safari/537.36"
)
TABLET = "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
OUTLOOK = (
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; .NET4.0C; .NET4.0E; "
    "Microsoft Outlook 16.0.17928; ms-office; MSOffice 16)"
)
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))"

# Addresses of ordinary access networks in each country, for the coarse place; the last number is chance.
NETWORKS = {
    "SI": "89.212.18", "HR": "93.136.41", "AT": "84.112.67", "DE": "84.132.90", "IT": "79.20.115",
    "GB": "86.130.22", "HU": "84.0.77", "CZ": "85.70.14", "RS": "178.220.9",
}  # fmt: skip
GOOGLE = "66.249.93"
GATEWAY = "64.235.150"


@dataclass(frozen=True)
class Copy:
    """A delivery as its recipient got it: when, where, and how many links and files it has."""

    organisation: UUID
    delivery: UUID
    accepted_at: datetime
    country: str
    links: int
    files: int
    appeal: float
    guarded: bool  # a security gateway stands before this recipient's mailbox
    through_gmail: bool


def hits(copy: Copy, chance: Random, now: datetime) -> list[Hit]:
    """Everything that happens to a copy until `now`, oldest first."""
    found = list(_machines(copy, chance)) if copy.guarded else []
    found += _person(copy, chance)
    return sorted((hit for hit in found if hit.at <= now.timestamp()), key=lambda hit: hit.at)


def _machines(copy: Copy, chance: Random) -> Iterator[Hit]:
    """A gateway follows links some seconds after the delivery and checks the pictures with HEAD."""
    at = copy.accepted_at + timedelta(seconds=chance.uniform(8, 90))
    peer = f"{GATEWAY}.{chance.randrange(2, 250)}"
    yield _hit(copy, Kind.OPEN, 0, at, peer, SCANNER, method="HEAD")
    for ordinal in range(copy.links):
        yield _hit(copy, Kind.CLICK, ordinal, at + timedelta(seconds=0.4 * (ordinal + 1)), peer, SCANNER)


def _person(copy: Copy, chance: Random) -> Iterator[Hit]:
    """Opens after some hours, perhaps again later; some follow a link, some look at the file."""
    if chance.random() > 0.62 * copy.appeal:
        return
    peer = f"{NETWORKS[copy.country]}.{chance.randrange(2, 250)}"
    reader = GMAIL if copy.through_gmail else chance.choice((PHONE, ANDROID, TABLET, OUTLOOK, MAC, WINDOWS))
    browser = chance.choice((PHONE, ANDROID)) if reader in (PHONE, ANDROID) else chance.choice((WINDOWS, MAC))
    at = copy.accepted_at + timedelta(hours=chance.lognormvariate(0.8, 1.3))
    for _ in range(1 + int(chance.expovariate(1.1))):
        opener = f"{GOOGLE}.{chance.randrange(2, 250)}" if reader == GMAIL else peer
        yield _hit(copy, Kind.OPEN, 0, at, opener, reader)
        step = at
        for ordinal in range(copy.links):
            if chance.random() < 0.3 * copy.appeal:
                step += timedelta(seconds=chance.uniform(9, 80))
                yield _hit(copy, Kind.CLICK, ordinal, step, peer, browser)
        for ordinal in range(copy.files):
            if chance.random() < 0.4 * copy.appeal:
                step += timedelta(seconds=chance.uniform(15, 120))
                yield _hit(copy, Kind.FILE, ordinal, step, peer, browser)
        at += timedelta(hours=chance.lognormvariate(2.2, 1.2))


def _hit(copy: Copy, kind: Kind, ordinal: int, at: datetime, peer: str, agent: str, *, method: str = "GET") -> Hit:
    return Hit(
        id=uuid7(at.timestamp()),
        at=at.timestamp(),
        kind=kind,
        organisation=copy.organisation,
        delivery=copy.delivery,
        ordinal=ordinal,
        method=method,
        peer=peer,
        agent=agent,
    )

"""What recipients' programs do with followed mail, as the edge would record it: sessions of people and of machines.

Which programs and networks there are is drawn too: some thousand User-Agents and some hundred thousand addresses, a few
of which make most of the traffic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple
from uuid import UUID

from bench.seed.chance import Chance, Few
from odziv.lib.hit import Hit
from odziv.lib.seal import Kind

PROXY = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
PRIVACY = "Mozilla/5.0"
SCANNERS = (
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
    "Mimecast-Link-Checker/1.0",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
)
SESSIONS_A_SECOND = 700  # about two thousand hits
_SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "Linux; Android 14; SM-S92{n}B",
    "Linux; Android 13; Pixel {n}",
)
_HEADERS = (
    {"accept": "image/avif,image/webp,image/*,*/*;q=0.8", "accept-language": "sl,en;q=0.7", "sec-fetch-site": "none"},
    {"accept": "*/*", "accept-language": "de-AT"},
    {"accept": "text/html,application/xhtml+xml", "accept-language": "en-GB,en;q=0.9", "sec-fetch-mode": "navigate"},
    {},
)


class Copy(NamedTuple):
    """A recipient's copy, and how many links it has."""

    organisation: UUID
    delivery: UUID
    links: int


class Hits:
    """Draws hits on copies. The same seed gives the same hits; `at` rises from `begins`, in Unix seconds."""

    def __init__(self, copies: Sequence[Copy], seed: int, begins: float) -> None:
        self._chance, self._begins = Chance(seed), begins
        self._copies = copies
        self._browsers = Few([self._browser() for _ in range(3_000)], 20)
        self._peers = Few([self._address() for _ in range(100_000)], 500)
        self._clouds = [f"52.{self._chance.randrange(160, 190)}.{n}.7" for n in range(200)]

    def draw(self, count: int) -> list[Hit]:
        """That many, in the order in which they come in: sessions begin one after another and overlap."""
        return [hit for _, hit in zip(range(count), self._in_order(), strict=False)]

    def flood(self, copy: Copy, count: int, seconds: float) -> list[Hit]:
        """So many on one copy, over so many seconds: half of them by one script, the others from everywhere."""
        found = []
        for number in range(count):
            at = self._begins + number * seconds / count
            script = number % 2 == 0
            agent = "python-requests/2.32" if script else self._browsers.one(self._chance)
            peer = self._clouds[0] if script else self._peers.one(self._chance)
            found.append(self._hit(copy, at, Kind.OPEN if number % 3 else Kind.CLICK, 0, agent, peer))
        return found

    def _in_order(self) -> Iterator[Hit]:
        waiting: list[tuple[float, bytes, Hit]] = []
        begins = self._begins
        while True:
            begins += self._chance.expovariate(SESSIONS_A_SECOND)
            while waiting and waiting[0][0] <= begins:
                yield heappop(waiting)[2]
            for hit in self._session(self._chance.choice(self._copies), begins):
                heappush(waiting, (hit.at, hit.id.bytes, hit))

    def _session(self, copy: Copy, at: float) -> Iterable[Hit]:
        draw = self._chance.random()
        if draw < 0.80:
            return self._read(copy, at, "proxy" if draw < 0.20 else "privacy" if draw < 0.35 else "own")
        return self._scanned(copy, at, disguised=draw > 0.90)

    def _read(self, copy: Copy, at: float, by: str) -> Iterator[Hit]:
        chance = self._chance
        own, peer = self._browsers.one(chance), self._peers.one(chance)
        agent = {"proxy": PROXY, "privacy": PRIVACY}.get(by, own)
        for _ in range(2 if chance.random() < 0.2 else 1):
            yield self._hit(copy, at, Kind.OPEN, 0, agent, peer)
            for ordinal in range(chance.choice((0, 0, 1, 2))):
                yield self._hit(copy, at + 0.1 + ordinal / 10, Kind.IMAGE, ordinal, agent, peer)
            at += 5 + chance.random() * 55
            if chance.random() < 0.25:
                yield self._hit(copy, at, Kind.CLICK, chance.randrange(copy.links), own, peer)
        if chance.random() < 0.08:
            yield self._hit(copy, at + 2, Kind.FILE, 0, own, peer)
            yield self._hit(copy, at + 2.4, Kind.FILE, 0, own, peer, partial=True)

    def _scanned(self, copy: Copy, at: float, *, disguised: bool) -> Iterator[Hit]:
        chance = self._chance
        agent = self._browsers[chance.randrange(20)] if disguised else chance.choice(SCANNERS)
        peer = chance.choice(self._clouds)
        yield self._hit(copy, at, Kind.OPEN, 0, agent, peer)
        for ordinal in range(copy.links):
            method = "HEAD" if chance.random() < 0.2 else "GET"
            yield self._hit(copy, at + ordinal / 5, Kind.CLICK, ordinal, agent, peer, method=method)
        if disguised:
            yield self._hit(copy, at + 1, Kind.HONEYPOT, 999, agent, peer)

    def _hit(
        self, copy: Copy, at: float, kind: Kind, ordinal: int, agent: str, peer: str, *, method: str = "GET",
        partial: bool = False,
    ) -> Hit:  # fmt: skip
        id = UUID(self._chance.timed_uuid(at))
        headers = self._chance.choice(_HEADERS)
        organisation, delivery, _ = copy
        return Hit(id, at, kind, organisation, delivery, ordinal, method, peer, agent, headers, partial)

    def _browser(self) -> str:
        """Chrome has said `0.0.0` behind its version since 107, and iOS `15E148` since 11.3; one in ten is older."""
        chance = self._chance
        version, n = chance.randrange(107, 140), chance.randrange(1, 9)
        if chance.random() < 0.3:
            system = f"iPhone; CPU iPhone OS {chance.randrange(13, 19)}_{n} like Mac OS X"
            return f"Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
        system = chance.choice(_SYSTEMS).format(n=n)
        build = f"{version}.0.0.0"
        if chance.random() < 0.1:
            build = f"{chance.randrange(60, 107)}.0.{chance.randrange(3000, 5300)}.{chance.randrange(200)}"
        mobile = " Mobile" if "Android" in system else ""
        return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{build}{mobile} Safari/537.36"

    def _address(self) -> str:
        chance = self._chance
        if chance.random() < 0.15:
            return f"2a00:{chance.getrandbits(16):x}:{chance.getrandbits(16):x}::{chance.getrandbits(16):x}"
        first = chance.choice((77, 84, 86, 89, 93, 109, 188, 193, 212, 213))
        return f"{first}.{chance.getrandbits(8)}.{chance.getrandbits(8)}.{chance.randrange(1, 255)}"

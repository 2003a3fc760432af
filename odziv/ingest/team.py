"""Whether an event came from a network on which somebody of the team uses Odziv: a hint at one's own views (J5).

It is noted in the journal when the event is taken in, because the networks are forgotten after a while and figures must
come out equal for ever (J1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from odziv.ingest.places import is_public, truncated
from odziv.lib import clock
from odziv.lib.hit import Hit
from odziv.measure.reasons import TEAM_NETWORK
from odziv.measure.weights import in_force
from odziv.models import TeamNetwork, User
from odziv.models.team_networks import KEPT, Seen

_AT_ONCE = 1000


def network_of(address: str) -> str:
    """The network that counts as a place; empty for loopback, private and other addresses that many have (RFC 6890)."""
    return truncated(address) if is_public(address) else ""


def note_session(user: User, address: str, now: datetime) -> None:
    """A signed-in browser came from this address. Nothing is kept where it would not be used."""
    network = network_of(address)
    organisation = user.organisation
    if network and organisation.engagement and in_force(organisation.weights)[TEAM_NETWORK]:
        TeamNetwork.objects.note(user, TeamNetwork.digest_of(organisation.pk, network), now)


class Team:
    """Looks up whose network each of these hits came from; at most two queries, none without a hit."""

    def __init__(self, hits: Iterable[Hit]) -> None:
        hits = list(hits)
        known = TeamNetwork.objects.organisations({hit.organisation for hit in hits})
        theirs = [hit for hit in hits if hit.organisation in known] if known else []
        pairs = {(hit.organisation, network) for hit in theirs if (network := network_of(hit.peer))}
        self._digests = {pair: _digest(*pair) for pair in pairs}
        self._seen: Mapping[tuple[UUID, str], list[Seen]] = {}
        if self._digests:
            self._seen = TeamNetwork.objects.seen(known, set(self._digests.values()))

    def of(self, hit: Hit) -> UUID | None:
        """The user; None when none of them was there."""
        if not self._seen:
            return None
        digest = self._digests.get((hit.organisation, network_of(hit.peer)), "")
        at = datetime.fromtimestamp(hit.at, UTC)
        return next((one.user for one in self._seen.get((hit.organisation, digest), ()) if one.fits(at)), None)


_digest = lru_cache(maxsize=50_000)(TeamNetwork.digest_of)


def forget(now: datetime | None = None) -> int:
    """The worker's job: let go of networks from which nobody has come for a while; returns how many."""
    old = TeamNetwork.objects.before((now or clock.now()) - KEPT)
    keys = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    TeamNetwork.objects.among(keys).delete()
    return len(keys)

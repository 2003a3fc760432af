"""Whether a message may be followed, and who says no (F1, F2, F5, R2, L1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from odziv.models import FollowState, Organisation, PartyQuerySet, Record, Refusal, address_key
from odziv.records.matching import match


class Addressee(Protocol):
    """Whoever gets a copy: a `Mailbox` of an address line, or a `Party`."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RecipientCheck:
    """One recipient. `record` is the nearest one with the address; `refused_by` the one that does not allow following.

    `why` is empty when following is allowed; else `record` (its own preference), `account` (that of the account behind
    a contact), `refused` (in no record, and said no by themselves) or `unknown` (no record, and the organisation
    follows only people who are in one).
    """

    name: str
    address: str
    record: Record | None
    allowed: bool
    why: str
    refused_by: Record | None


@dataclass(frozen=True, slots=True)
class FollowCheck:
    """The follow state of F1, and what it rests on."""

    state: FollowState
    recipients: tuple[RecipientCheck, ...]

    @property
    def refusing(self) -> tuple[RecipientCheck, ...]:
        """The recipients because of whom it is blocked."""
        return tuple(check for check in self.recipients if not check.allowed)


def evaluate(organisation: Organisation, recipients: Iterable[Addressee], wants: bool = True) -> FollowCheck:
    """The state for these recipients (To, Cc, Bcc together) and the writer's wish; reads the database as it is now.

    One refusal blocks the whole message, also when several records share an address and one of them refuses. One
    query for every 500 recipients, and one for those who are in no record.
    """
    people = list(recipients)
    known = match(organisation.pk, (person.address for person in people))
    strangers = {key for person in people if (key := address_key(person.address)) not in known}
    refused = Refusal.objects.of(organisation.pk).keys_among(strangers) if strangers else set()
    checks = tuple(_check(organisation, person, known, refused) for person in people)
    if not organisation.engagement or not wants:
        return FollowCheck(FollowState.OFF, checks)
    allowed = all(check.allowed for check in checks)
    return FollowCheck(FollowState.ON if allowed else FollowState.BLOCKED, checks)


def nobody_refuses(recipients: PartyQuerySet, *, follow_unknown: bool) -> bool:
    """Whether a message that wants to be followed may be, beyond doubt: one query, however many its recipients are.

    False says that somebody may refuse; who, and whether it counts, is for `evaluate` to say.
    """
    return not recipients.doubtful(known_only=not follow_unknown)


def _check(
    organisation: Organisation, person: Addressee, known: Mapping[str, list[Record]], refused: Collection[str]
) -> RecipientCheck:
    key = address_key(person.address)
    records = known.get(key, [])
    nearest = records[0] if records else None
    name = person.name or (nearest.name if nearest else "")
    for record in records:
        if not record.allows_following:
            by_account = record.refused_by_account
            refused_by = record.account if by_account else record
            return RecipientCheck(
                name, person.address, nearest, False, "account" if by_account else "record", refused_by
            )
    if key in refused:
        return RecipientCheck(name, person.address, None, False, "refused", None)
    if nearest is None and not organisation.follow_unknown:
        return RecipientCheck(name, person.address, None, False, "unknown", None)
    return RecipientCheck(name, person.address, nearest, True, "", None)

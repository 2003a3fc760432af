"""What is done with many accounts, contacts, leads or opportunities at once (R1, R2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from odziv import discarding
from odziv.bulk.outcome import Call, Outcome, Why
from odziv.models import ConsentSource, Discarded, FollowEmail, Record, RecordStatus, User
from odziv.privacy import consent
from odziv.records.saving import MOST_HANGING, overloaded, remove_all, restore_all


def own(keys: Sequence[UUID], call: Call) -> Outcome:
    """`owner`: whose they are from now on. A qualified lead is kept as it was."""
    outcome, rows = _locked(keys, call)
    owner = User.objects.for_(call.user).get(pk=call.values["owner"])
    wanted = []
    for row in rows:
        if row.status == RecordStatus.QUALIFIED:
            outcome.refuse(Why.QUALIFIED, row.pk, row.name)
        elif row.owner_id == owner.pk:
            outcome.refuse(Why.SAME, row.pk, row.name)
        else:
            wanted.append(row.pk)
            outcome.undo.append([row.pk.hex, row.owner_id.hex])
    outcome.changed = Record.objects.for_(call.user).give(wanted, owner, call.now)
    return outcome


def own_back(undo: Sequence[Any], call: Call) -> Outcome:
    """Those that are still the new owner's are the former one's again."""
    outcome = Outcome()
    names = dict(Record.objects.for_(call.user).among([UUID(key) for key, _ in undo]).values_list("pk", "name"))
    formerly: dict[str, list[UUID]] = {}
    for key, owner in undo:
        formerly.setdefault(owner, []).append(UUID(key))
    for owner, keys in formerly.items():
        still = Record.objects.for_(call.user).among(keys).filter(owner=call.values["owner"])
        back = list(still.values_list("pk", flat=True))
        person = User.objects.for_(call.user).get(pk=owner)
        outcome.changed += Record.objects.for_(call.user).give(back, person, call.now)
        for key in set(keys) - set(back):
            outcome.refuse(Why.CHANGED if key in names else Why.GONE, key, names.get(key, ""))
    return outcome


def allow(keys: Sequence[UUID], call: Call) -> Outcome:
    """Follow email: Allow, with its history (L3)."""
    return _prefer(keys, FollowEmail.ALLOW, call)


def deny(keys: Sequence[UUID], call: Call) -> Outcome:
    """Follow email: Do not allow, with its history (L3); what an account says holds for its contacts too."""
    return _prefer(keys, FollowEmail.DO_NOT_ALLOW, call)


def allow_back(undo: Sequence[Any], call: Call) -> Outcome:
    return _preferred_before(undo, FollowEmail.DO_NOT_ALLOW, call)


def deny_back(undo: Sequence[Any], call: Call) -> Outcome:
    return _preferred_before(undo, FollowEmail.ALLOW, call)


def _prefer(keys: Sequence[UUID], follow: FollowEmail, call: Call) -> Outcome:
    outcome, rows = _locked(keys, call)
    wanted = []
    for row in rows:
        if not row.has_preference:
            outcome.refuse(Why.NO_PREFERENCE, row.pk, row.name)
        elif row.follow_email == follow:
            outcome.refuse(Why.SAME, row.pk, row.name)
        else:
            wanted.append(row)
    consent.change_all(wanted, follow, source=ConsentSource.RECORD, user=call.user, now=call.now)
    outcome.changed = len(wanted)
    outcome.undo = [row.pk.hex for row in wanted]
    return outcome


def _preferred_before(undo: Sequence[str], follow: FollowEmail, call: Call) -> Outcome:
    """The preferences as they were; that too is a change with its own entry in the history."""
    outcome, rows = _locked([UUID(key) for key in undo], call)
    back = [row for row in rows if row.follow_email != follow]
    for row in rows:
        if row.follow_email == follow:
            outcome.refuse(Why.CHANGED, row.pk, row.name)
    consent.change_all(back, follow, source=ConsentSource.RECORD, user=call.user, now=call.now)
    outcome.changed = len(back)
    return outcome


def delete(keys: Sequence[UUID], call: Call) -> Outcome:
    """They go, and can be brought back for a day. E-mails and activities stay, without them."""
    outcome, rows = _locked(keys, call)
    large = overloaded(rows, MOST_HANGING)
    for row in rows:
        if row.pk in large:
            outcome.refuse(Why.LARGE, row.pk, row.name)
    wanted = [row for row in rows if row.pk not in large]
    if wanted:
        outcome.undo = [str(remove_all(wanted, call.user, call.now).pk)]
    outcome.changed = len(wanted)
    return outcome


def delete_back(undo: Sequence[str], call: Call) -> Outcome:
    outcome = Outcome()
    for key in undo:
        kept = Discarded.objects.of_person(call.user).filter(pk=key).first()
        try:
            if kept is None:
                raise discarding.NotRestorable
            outcome.changed += restore_all(kept)
        except discarding.NotRestorable:
            outcome.refuse(Why.LOST, key)
    return outcome


def _locked(keys: Sequence[UUID], call: Call) -> tuple[Outcome, list[Record]]:
    """The rows, held against others until the step is done; those that are not there are noted."""
    rows = list(Record.objects.for_(call.user).among(keys).select_for_update(of=("self",)))
    outcome = Outcome()
    outcome.gone(keys, [row.pk for row in rows])
    return outcome, rows

"""Names and roles of the people in an organisation, and who changed them (O2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from odziv.models import Organisation, PersonChange, PersonChangeKind, Record, Role, User


class LastAdministrator(Exception):
    """The change would leave the organisation without anybody who can change its settings; nothing was written."""


_NOTED = {"name": PersonChangeKind.RENAMED, "role": PersonChangeKind.ROLE}


@transaction.atomic
def change_user(person: User, changes: Mapping[str, Any], *, by: User, now: datetime) -> User:
    """Write some fields of a person and note who did it. Raises LastAdministrator."""
    with one_by_one(person):
        stored = User.objects.get(pk=person.pk)
        before = {name: str(getattr(stored, name)) for name in changes}
        for name, value in changes.items():
            setattr(stored, name, value)
        stored.save(update_fields=list(changes))
        if "name" in changes:
            renamed(stored)
        for name, kind in _NOTED.items():
            if name in changes and before[name] != str(changes[name]):
                PersonChange.objects.note(stored, by, kind, now, before[name], str(changes[name]))
    return stored


def renamed(person: User) -> None:
    """After a person has another name: lists sort what is theirs by it."""
    Record.objects.of(person.organisation_id).follow_owner(person)


class one_by_one:
    """Within a transaction: changes to the people of an organisation, one after another.

    Raises LastAdministrator at its end when nobody active would remain who administers it. Two administrators who
    demote each other at once are served one by one: the organisation's row is the lock.
    """

    def __init__(self, person: User) -> None:
        self.organisation_id = person.organisation_id

    def __enter__(self) -> None:
        Organisation.objects.select_for_update().get(pk=self.organisation_id)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        remaining = User.objects.filter(organisation_id=self.organisation_id, role=Role.ADMINISTRATOR, is_active=True)
        if kind is None and not remaining.exists():
            raise LastAdministrator

"""Roles and leave of the people in an organisation (O2)."""

from __future__ import annotations

from django.db import transaction

from odziv.models import Organisation, Role, User


class LastAdministrator(Exception):
    """The change would leave the organisation without anybody who can change its settings; nothing was written."""


@transaction.atomic
def change_user(user: User) -> User:
    """Write a changed user. Raises LastAdministrator when no active administrator would remain."""
    # The organisation's row is the lock: two administrators who demote each other at once are served one by one.
    Organisation.objects.select_for_update().get(pk=user.organisation_id)
    user.save()
    remaining = User.objects.filter(organisation_id=user.organisation_id, role=Role.ADMINISTRATOR, is_active=True)
    if not remaining.exists():
        raise LastAdministrator
    return user

"""Somebody is invited to an organisation, and joins it (O2).

Whether an address has a user in another organisation is never asked, so nobody can learn it here.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from odziv.models import Invitation, Organisation, PersonChange, PersonChangeKind, Role, User
from odziv.organisations.founding import AddressTaken, add_user


class AlreadyHere(Exception):
    """The address has a user in this very organisation; `person` says who, `person.is_active` whether they left."""

    def __init__(self, person: User) -> None:
        super().__init__(person.email)
        self.person = person


class AlreadyInvited(Exception):
    """The address has an invitation that waits; it can be sent again."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(invitation.email)
        self.invitation = invitation


class NotValid(Exception):
    """The invitation was accepted, revoked or renewed, or its time is over; nobody joined."""


@transaction.atomic
def invite(by: User, email: str, *, role: Role, language: str, now: datetime) -> tuple[Invitation, str]:
    """Invite an address; returns the row and the secret text for its link, which is not kept.

    Raises AlreadyHere, AlreadyInvited.
    """
    # The organisation's row is the lock: of two who invite the same address at once one learns of the other.
    Organisation.objects.select_for_update().get(pk=by.organisation_id)
    address = email.strip().lower()
    if person := User.objects.here(by, address):
        raise AlreadyHere(person)
    if waiting := Invitation.objects.for_(by).waiting().filter(email=address).first():
        raise AlreadyInvited(waiting)
    invitation = Invitation(
        organisation_id=by.organisation_id, email=address, role=role, language=language, invited_by=by, created_at=now
    )
    token = invitation.renew(now)
    invitation.save()
    return invitation, token


@transaction.atomic
def renew(invitation: Invitation, now: datetime) -> str:
    """A new link, valid for another week; the former one ends. Returns its secret text. Raises NotValid."""
    held = _held(invitation)
    token = held.renew(now)
    held.save(update_fields=["digest", "expires_at", "mailed_at", "trouble"])
    return token


@transaction.atomic
def revoke(invitation: Invitation, by: User, now: datetime) -> None:
    """Its link opens nothing any more. Raises NotValid when somebody has joined with it."""
    held = _held(invitation)
    held.revoked_at, held.revoked_by = now, by
    held.save(update_fields=["revoked_at", "revoked_by"])


@transaction.atomic
def accept(invitation: Invitation, *, name: str, password: str, language: str, time_zone: str, now: datetime) -> User:
    """Who has the link joins, once. Raises NotValid; then nothing was written."""
    if not Invitation.objects.take(invitation, now):
        raise NotValid
    try:
        person = add_user(
            invitation.organisation,
            name=name,
            email=invitation.email,
            password=password,
            role=Role(invitation.role),
            language=language,
            time_zone=time_zone,
        )
    except AddressTaken as error:
        raise NotValid from error
    Invitation.objects.filter(pk=invitation.pk).update(user=person)
    role = str(person.role)
    PersonChange.objects.note(person, invitation.invited_by, PersonChangeKind.JOINED, now, after=role)
    return person


def _held(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.of(invitation.organisation_id).waiting().select_for_update()
    held = rows.filter(pk=invitation.pk).first()
    if held is None:
        raise NotValid
    return held

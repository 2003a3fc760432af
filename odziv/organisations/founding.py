"""A new organisation with its first administrator, and further people (O2, O7)."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from odziv.models import Mailbox, MailboxKind, Organisation, Role, User


class AddressTaken(Exception):
    """Somebody has this e-mail address in the organisation already, perhaps one who left."""


@transaction.atomic
def create_organisation(
    name: str,
    *,
    admin_name: str,
    email: str,
    password: str | None,
    language: str = "en",
    time_zone: str = "Europe/Ljubljana",
    engagement: bool = False,
    assistant: bool = False,
    sample: bool = False,
) -> User:
    """Found an organisation; returns its administrator.

    Engagement and the assistant are off until somebody turns them on (O3, O4).
    """
    organisation = Organisation.objects.create(
        name=name.strip(), engagement=engagement, assistant=assistant, sample=sample
    )
    return add_user(
        organisation,
        name=admin_name,
        email=email,
        password=password,
        role=Role.ADMINISTRATOR,
        language=language,
        time_zone=time_zone,
    )


def add_user(
    organisation: Organisation,
    *,
    name: str,
    email: str,
    password: str | None = None,
    role: Role = Role.SALESPERSON,
    language: str = "en",
    time_zone: str = "Europe/Ljubljana",
) -> User:
    """Add a person, with a mailbox at the built-in mail server so that they can write at once. Raises AddressTaken.

    Without a password nobody can sign in as them until they set one.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email,
                password,
                organisation=organisation,
                name=name.strip(),
                role=role,
                language=language,
                time_zone=time_zone,
            )
            Mailbox.objects.create(
                organisation=organisation, user=user, kind=MailboxKind.TEST, name=user.name, address=user.email
            )
    except IntegrityError as error:
        raise AddressTaken(email) from error
    return user

"""The people who play in every test."""

from __future__ import annotations

from dataclasses import dataclass

from odziv.models import Mailbox, Organisation, Role, User

PASSWORD = "a long enough pass phrase"


@dataclass(frozen=True)
class Cast:
    lipa: Organisation
    hrast: Organisation
    ana: User
    bor: User
    cene: User
    dora: User
    eva: User


def make_user(organisation: Organisation, name: str, role: str = Role.SALESPERSON, language: str = "en") -> User:
    """A user with a test mailbox of their own."""
    user = User.objects.create_user(
        f"{name.lower()}@{organisation.name.split()[0].lower()}.example",
        PASSWORD,
        organisation=organisation,
        name=name,
        role=role,
        language=language,
    )
    Mailbox.objects.create(organisation=organisation, user=user, kind="test", name=user.name, address=user.email)
    return user


def make_cast() -> Cast:
    lipa = Organisation.objects.create(name="Lipa d.o.o.", engagement=True, assistant=True)
    hrast = Organisation.objects.create(name="Hrast d.o.o.", engagement=True, assistant=True)
    return Cast(
        lipa=lipa,
        hrast=hrast,
        ana=make_user(lipa, "Ana"),
        bor=make_user(lipa, "Bor"),
        cene=make_user(lipa, "Cene", Role.MANAGER),
        dora=make_user(lipa, "Dora", Role.ADMINISTRATOR),
        eva=make_user(hrast, "Eva", Role.ADMINISTRATOR),
    )

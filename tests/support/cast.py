"""The people who play in every test."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

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
    """Everybody, in three statements: thousands of tests begin with this."""
    lipa, hrast = (Organisation(name=name, engagement=True, assistant=True) for name in ("Lipa d.o.o.", "Hrast d.o.o."))
    Organisation.objects.bulk_create([lipa, hrast])
    password = make_password(PASSWORD)
    people = {
        name: User(
            organisation=at,
            email=f"{name}@{at.name.split()[0]}.example".lower(),
            password=password,
            name=name,
            role=role,
        )
        for name, at, role in (
            ("Ana", lipa, Role.SALESPERSON),
            ("Bor", lipa, Role.SALESPERSON),
            ("Cene", lipa, Role.MANAGER),
            ("Dora", lipa, Role.ADMINISTRATOR),
            ("Eva", hrast, Role.ADMINISTRATOR),
        )
    }
    User.objects.bulk_create(people.values())
    Mailbox.objects.bulk_create(
        Mailbox(organisation=user.organisation, user=user, kind="test", name=user.name, address=user.email)
        for user in people.values()
    )
    return Cast(lipa, hrast, *people.values())

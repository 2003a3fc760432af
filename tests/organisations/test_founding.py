"""A new organisation, and further people in it (O2, O7)."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import pytest
from django.test import Client

from odziv.commands.create_organisation import run
from odziv.commands.password_link import run as password_link
from odziv.lib import clock
from odziv.lib.plain import PlainError
from odziv.models import Mailbox, MailboxKind, Organisation, Role
from odziv.organisations import AddressTaken, LastAdministrator, add_user, change_user, create_organisation
from odziv.organisations.leaving import leave
from tests.support.cast import Cast


@pytest.mark.django_db
def test_the_first_person_administers_and_can_write_at_once() -> None:
    dora = create_organisation("Lipa", admin_name="Dora", email="Dora@Lipa.example", password="long enough it is")
    assert dora.is_administrator and dora.email == "dora@lipa.example" and dora.check_password("long enough it is")
    assert not dora.organisation.engagement  # O3: off until somebody turns it on
    assert Mailbox.objects.get(user=dora).kind == MailboxKind.TEST


def test_an_address_has_one_user_in_an_organisation_and_may_have_others_elsewhere(cast: Cast) -> None:
    with pytest.raises(AddressTaken):
        add_user(cast.lipa, name="Ana", email=cast.ana.email.upper())
    other = create_organisation("Brest", admin_name="Ana", email=cast.ana.email.upper(), password=None)
    assert other.email == cast.ana.email and other.organisation != cast.lipa


def test_somebody_added_without_a_password_cannot_sign_in_yet(cast: Cast) -> None:
    assert not add_user(cast.lipa, name="Fani", email="fani@lipa.example").has_usable_password()


def test_an_organisation_always_keeps_an_administrator(cast: Cast) -> None:
    now = clock.now()
    with pytest.raises(LastAdministrator):
        change_user(cast.dora, {"role": Role.MANAGER}, by=cast.dora, now=now)
    cast.dora.refresh_from_db()
    assert cast.dora.is_administrator
    with pytest.raises(LastAdministrator):
        leave(cast.dora, by=cast.dora, now=now)
    change_user(cast.bor, {"role": Role.ADMINISTRATOR}, by=cast.dora, now=now)
    assert not change_user(cast.dora, {"role": Role.MANAGER}, by=cast.bor, now=now).is_administrator


@pytest.mark.django_db
def test_the_command_line_founds_one_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough pass phrase\n"))
    assert run(["Lipa d.o.o.", "--administrator", "Dora", "--email", "dora@lipa.example", "--language", "sl"]) == 0
    assert "dora@lipa.example" in capsys.readouterr().out
    assert Organisation.objects.get().users.get().check_password("a long enough pass phrase")


@pytest.mark.django_db
@pytest.mark.parametrize(("email", "password"), [("dora", "a long enough pass phrase"), ("d@lipa.example", "short")])
def test_the_command_line_says_in_one_line_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, email: str, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    with pytest.raises(PlainError):
        run(["Lipa", "--administrator", "Dora", "--email", email])
    assert not Organisation.objects.exists()


def test_whoever_runs_the_server_makes_an_address_to_set_a_password(
    cast: Cast, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert password_link(["Dora@lipa.example"]) == 0
    address = urlsplit(capsys.readouterr().out.strip())
    form = client.get(address.path, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another long secret", "password2": "another long secret"})
    cast.dora.refresh_from_db()
    assert cast.dora.check_password("another long secret")
    with pytest.raises(PlainError):
        password_link(["nobody@lipa.example"])


def test_with_users_in_several_organisations_each_address_says_of_which(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    create_organisation("Brest", admin_name="Ana", email=cast.ana.email, password=None)
    password_link([cast.ana.email])
    assert [line.partition(": ")[0] for line in capsys.readouterr().out.splitlines()] == ["Brest", "Lipa d.o.o."]


def test_a_forgotten_password_is_no_dead_end(client: Client, db: None) -> None:
    assert "/account/password/reset/" in client.get("/account/login/").content.decode()
    assert "odziv password-link" in client.get("/account/password/reset/").content.decode()

"""Invitations: one link, one person, for a week (O2)."""

from __future__ import annotations

import email
from datetime import timedelta

import pytest

from odziv.lib import clock
from odziv.models import Invitation, Mailbox, PersonChange, Role, User
from odziv.organisations import invitation_mail, inviting
from tests.support.cast import Cast
from tests.support.smtp import SmtpServer, refusing_port

TYPED = {"name": "Fani", "password": "quite a long secret", "language": "sl", "time_zone": "UTC"}


def invited(cast: Cast, email: str = "Fani@lipa.example") -> tuple[Invitation, str]:
    return inviting.invite(cast.dora, email, role=Role.MANAGER, language="sl", now=clock.now())


def test_it_makes_one_person_with_the_role_that_was_chosen(cast: Cast) -> None:
    invitation, token = invited(cast)
    found = Invitation.objects.of_token(token)
    assert found == invitation and token not in found.digest
    fani = inviting.accept(found, **TYPED, now=clock.now())
    assert (fani.email, fani.role, fani.organisation) == ("fani@lipa.example", Role.MANAGER, cast.lipa)
    assert fani.check_password("quite a long secret") and fani.mailboxes.exists()
    assert PersonChange.objects.about(fani).get().by == cast.dora
    with pytest.raises(inviting.NotValid):
        inviting.accept(found, **TYPED, now=clock.now())
    assert User.objects.filter(email="fani@lipa.example").count() == 1


@pytest.mark.parametrize("end", ["expired", "revoked", "renewed"])
def test_a_link_that_ended_lets_nobody_in(cast: Cast, end: str) -> None:
    invitation, _token = invited(cast)
    now = clock.now()
    if end == "revoked":
        inviting.revoke(invitation, cast.dora, now)
    if end == "renewed":
        assert Invitation.objects.of_token(inviting.renew(invitation, now)) == invitation
    with pytest.raises(inviting.NotValid):
        inviting.accept(invitation, **TYPED, now=now + timedelta(days=7 if end == "expired" else 0))
    assert not User.objects.filter(email="fani@lipa.example").exists()


def test_an_address_of_another_organisation_is_as_good_as_a_new_one(cast: Cast) -> None:
    invitation, _token = invited(cast, cast.eva.email)
    joined = inviting.accept(invitation, **TYPED, now=clock.now())
    assert joined.organisation == cast.lipa and User.objects.signing_in_with(cast.eva.email).count() == 2


def test_who_is_here_and_who_is_invited_is_not_invited_again(cast: Cast) -> None:
    with pytest.raises(inviting.AlreadyHere):
        invited(cast, cast.ana.email.upper())
    invited(cast)
    with pytest.raises(inviting.AlreadyInvited):
        invited(cast)


def test_it_leaves_through_the_inviters_mailbox_in_the_language_that_was_chosen(cast: Cast) -> None:
    invitation, token = invited(cast)
    link = f"https://mail.lipa.example/join/{token}/"
    assert not invitation_mail.send(invitation, link, by=cast.dora, now=clock.now())  # only the test mailbox
    with SmtpServer() as server:
        real(cast, server.port)
        assert invitation_mail.send(invitation, link, by=cast.dora, now=clock.now())
    [taken] = server.taken
    assert (taken.sender, taken.recipient) == ("dora@lipa.example", "fani@lipa.example")
    assert link.encode() in taken.content and "vabi" in email.message_from_bytes(taken.content)["Subject"]
    invitation.refresh_from_db()
    assert invitation.mailed_at is not None


def test_what_went_wrong_is_kept_in_words(cast: Cast) -> None:
    invitation, _token = invited(cast)
    with refusing_port() as port:
        real(cast, port)
        assert not invitation_mail.send(invitation, "https://x.example/", by=cast.dora, now=clock.now())
    assert "could not be reached" in Invitation.objects.get().trouble


def real(cast: Cast, port: int) -> None:
    Mailbox.objects.create(
        organisation=cast.lipa, user=cast.dora, kind="smtp", name="Dora", address=cast.dora.email,
        smtp_host="127.0.0.1", smtp_port=port, smtp_security="none",
    )  # fmt: skip

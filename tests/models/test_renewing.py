"""New keys for what is encrypted at rest: the older ones open until all is encrypted anew, and then may go."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography.fernet import Fernet

from odziv.environment import ROOT
from odziv.models import HookSecret, Mailbox
from odziv.models.renewing import Renewed, columns, older, renew
from odziv.models.secret import SecretUnreadable, decrypt
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def newest_first(settings: Any) -> str:
    """Rotate, as a start after `odziv keys rotate-secrets` does; the former key."""
    former = settings.PASSWORD_KEYS[0]
    settings.PASSWORD_KEYS = [Fernet.generate_key().decode(), *settings.PASSWORD_KEYS]
    return former


@pytest.fixture
def mailbox(cast: Cast) -> Mailbox:
    row = Mailbox.objects.get(user=cast.ana)
    row.smtp_password, row.imap_password = "žlica", "vilice"
    row.save()
    return row


def test_older_keys_open_until_all_is_renewed(mailbox: Mailbox, settings: Any) -> None:
    former = newest_first(settings)
    assert decrypt(mailbox.smtp_secret) == "žlica"
    assert older() == 2
    assert renew() == Renewed(renewed=2)
    assert (renew(), older()) == (Renewed(fresh=2), 0)
    settings.PASSWORD_KEYS = settings.PASSWORD_KEYS[:1]
    assert former not in settings.PASSWORD_KEYS
    with pytest.raises(SecretUnreadable):
        decrypt(mailbox.smtp_secret)
    mailbox.refresh_from_db()
    assert (decrypt(mailbox.smtp_secret), decrypt(mailbox.imap_secret)) == ("žlica", "vilice")


def test_what_no_key_opens_stays_as_it_is_and_is_counted(mailbox: Mailbox, settings: Any) -> None:
    settings.PASSWORD_KEYS = [Fernet.generate_key().decode()]
    assert renew() == Renewed(unreadable=2)
    assert older() == 0
    text = mailbox.smtp_secret
    mailbox.refresh_from_db()
    assert mailbox.smtp_secret == text


def test_every_column_that_anything_is_encrypted_for_is_renewed(cast: Cast) -> None:
    """What `encrypt` is called for is assigned to columns; each is known."""
    written = set()
    for path in set((ROOT / "odziv").rglob("*.py")) - {ROOT / "odziv/models/renewing.py"}:
        written |= set(re.findall(r"(\w+)(?:\"\]?:?|)\s*[=:]\s*encrypt\(", path.read_text()))
    known = {field.name for _model, field in columns()}
    assert written == known
    assert {model for model, _field in columns()} >= {Mailbox, HookSecret}

"""What the built-in mail server keeps: the bytes in a folder, a row for each recipient."""

from __future__ import annotations

import email.policy
from collections.abc import Iterable
from datetime import datetime
from email.parser import BytesHeaderParser
from uuid import UUID

from odziv.environment import ENV
from odziv.lib.files import FileStore, FileStoreError, store_from
from odziv.models import TestMail, User

_HEAD = 64 * 1024


def keep(organisation_id: UUID, sender: str, recipient: str, content: bytes, now: datetime) -> TestMail:
    """File a message, durable on return, and let the organisation's oldest ones go beyond ENV.test_mailbox_keeps.

    Raises FileStoreError when the folder cannot be written, IntegrityError for an organisation that does not exist.
    """
    ref = _store().put(organisation_id, [content])
    mail = TestMail.objects.create(
        organisation_id=organisation_id,
        sender=sender[:254],
        recipient=recipient[:254],
        subject=_subject(content),
        key=ref.key,
        size=ref.size,
        received_at=now,
    )
    forget(TestMail.objects.of(organisation_id).beyond(ENV.test_mailbox_keeps))
    return mail


def read(mail: TestMail) -> bytes:
    """The message as it was taken. Raises FileStoreError."""
    with _store().open(mail.key) as stream:
        return stream.read()


def forget(mails: Iterable[TestMail]) -> int:
    """Remove rows, and files that no row names any more. Returns how many rows. Raises FileStoreError."""
    found = list(mails)
    for start in range(0, len(found), 500):
        TestMail.objects.filter(pk__in=[mail.pk for mail in found[start : start + 500]]).delete()
    keys = {mail.key for mail in found}
    for key in keys - TestMail.objects.keys_in_use(keys):
        _store().delete(key)
    return len(found)


def owner_of(recipient: str) -> UUID | None:
    """The organisation of the only user with this address, for mail that the product itself sends."""
    found = User.objects.signing_in_with(recipient)[:2]
    return found[0].organisation_id if len(found) == 1 else None


def _store() -> FileStore:
    return store_from(ENV.test_mailbox_store)


def _subject(content: bytes) -> str:
    try:
        head = BytesHeaderParser(policy=email.policy.default).parsebytes(content[:_HEAD])
        subject = str(head["Subject"] or "")
    except (ValueError, IndexError, AttributeError, LookupError):
        # Python's header parser gives up on some malformed headers; the message itself is kept whatever it is.
        return ""
    return " ".join(subject.encode("utf-8", "replace").decode().replace("\0", " ").split())[:500]


__all__ = ["FileStoreError", "forget", "keep", "owner_of", "read"]

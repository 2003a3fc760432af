"""A copy that is made from what all copies share equals the one that is made alone (I3, I4, P1)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from odziv.compose.attachments import file_store
from odziv.deliver.copies import Original
from odziv.environment import ENV
from odziv.lib.seal import KeyRing
from odziv.models import Message, Organisation
from tests.deliver.letters import attach, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db

PAGE = (
    '<p>Pošljemo <a href="https://lipa.example/?a=1&amp;b=2">ponudbo</a>,\n'
    "<a href='//lipa.example/ž'>tu</a>.\n.\r\n</p>"
)
CYRILLIC = '<p>Здравствуйте, <a href="https://lipa.example/">посмотрите</a> наше предложение</p>' * 9


def equal_copies(message: Message, *, followed: bool = True) -> bool:
    """Of five copies each made alone and made behind others."""
    keys = KeyRing.load_or_create(ENV.seal_keys)

    def original() -> Original:
        return Original(message, followed=followed, keys=keys, store=file_store())

    many, copies = original(), [uuid4() for _ in range(5)]
    found = [many.copy(copy, utf8=False) for copy in copies]
    assert len(set(found)) == (5 if followed else 1)
    return found == [original().copy(copy, utf8=False) for copy in copies]


@pytest.mark.parametrize("page", [PAGE, CYRILLIC, "", PAGE.replace("\n", "\r\n")])
def test_copies_are_equal_however_they_are_made(cast: Cast, page: str) -> None:
    Organisation.objects.update(honeypot=True, preference_line=True)
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana, reply_tokens=True), cast.ana, html=page)
    attach(message, "Ponudba.pdf", b"%PDF", content_type="application/pdf", followed=True)
    attach(message, "Pogoji.pdf", b"%PDF \r\nFrom here", content_type="application/pdf")
    assert equal_copies(message)


def test_unfollowed_ones_are_too(cast: Cast) -> None:
    with SmtpServer() as server:
        assert equal_copies(waiting_message(mailbox_at(server, cast.ana), cast.ana, html=PAGE), followed=False)

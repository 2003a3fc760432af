"""A followed copy carries the line and List-Unsubscribe where that is wanted, signed with the rest (L2, D5)."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

import pytest

from odziv.deliver import copies
from odziv.deliver.due import deliver_due
from odziv.environment import ENV
from odziv.lib.seal import KeyRing, Kind
from odziv.models import FollowState, Organisation
from tests.deliver.letters import NOW, mailbox_at, waiting_message
from tests.signing.test_signed_mail import key_of, signatures
from tests.support.cast import Cast
from tests.support.smtp import SmtpServer, Taken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def secure_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "ENV", replace(ENV, edge_url="https://track.lipa.example"))


def delivered(cast: Cast, *, line: bool = True, **fields: object) -> list[Taken]:
    Organisation.objects.update(preference_line=line)
    with SmtpServer() as server:
        waiting_message(mailbox_at(server, cast.ana), cast.ana, **fields)  # type: ignore[arg-type]
        deliver_due(NOW, threads=False)
    return server.taken


def test_each_recipient_has_an_address_of_their_own(cast: Cast) -> None:
    key_of(cast.dora)
    taken = delivered(cast, to=["maja@example.com", "jan@example.com"])
    keys, found = KeyRing.load(ENV.seal_keys), set()
    for mail in taken:
        message = email.message_from_bytes(mail.content, policy=email.policy.default)
        address = str(message["List-Unsubscribe"]).strip("<>")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert address.startswith("https://track.lipa.example/p/")
        sealed = keys.open(address.rpartition("/")[2])
        assert (sealed.kind, sealed.organisation) == (Kind.PREFERENCE, cast.lipa.pk)
        found.add(sealed.delivery)
        for part in ("html", "plain"):
            body = message.get_body((part,))
            assert body is not None
            content = body.get_content()
            assert address in content and "Lipa d.o.o. sees whether this e-mail is opened" in content
        assert signatures(mail) == [("s1", True)]
        changed = mail.content.replace(b"List-Unsubscribe: <https://track", b"List-Unsubscribe: <https://evil")
        assert changed != mail.content and signatures(replace(mail, content=changed)) == [("s1", False)]
    assert len(found) == 2


@pytest.mark.parametrize("case", ["line-off", "not-followed"])
def test_nothing_is_added_where_it_does_not_apply(cast: Cast, case: str) -> None:
    state = FollowState.OFF if case == "not-followed" else FollowState.ON
    [mail] = delivered(cast, line=case != "line-off", follow_state=state)
    assert b"List-Unsubscribe" not in mail.content and b"/p/" not in mail.content


def test_without_https_no_one_click_is_offered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "ENV", replace(ENV, edge_url="http://127.0.0.1:8001"))
    [mail] = delivered(cast)
    assert b"List-Unsubscribe: <http://" in mail.content and b"List-Unsubscribe-Post" not in mail.content

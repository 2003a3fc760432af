"""Replies and forwarded mail stand in their thread, with the quoted mail as it was before it was followed (C5)."""

from __future__ import annotations

import re
from html import escape
from uuid import uuid4

import pytest

from odziv.compose import attachments, originals, send
from odziv.compose.answering import Answer, NotAnswerable, answer
from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import FileRef, KeyRing
from odziv.models import Direction, Mailbox, Message
from tests.compose.support import PNG, draft
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db


def sent(cast: Cast, **fields: str) -> Message:
    message = draft(cast.ana, **fields)
    send.submit(message, cast.ana, clock.now())
    Message.objects.filter(pk=message.pk).update(sent_at=clock.now(), state="sent")
    return Message.objects.get(pk=message.pk)


def test_a_reply_to_ones_own_mail_goes_to_whom_that_went(cast: Cast) -> None:
    message = sent(cast, to="Maja <maja@hrast.example>", cc="Jan <jan@alpine.example>", subject="Ponudba")
    reply = answer(message, cast.ana, Answer.REPLY, clock.now())
    assert (reply.to_line, reply.cc_line) == ("Maja <maja@hrast.example>", "")
    assert (reply.subject, reply.in_reply_to) == ("Re: Ponudba", message.message_id)
    wide = answer(message, cast.ana, Answer.REPLY_ALL, clock.now())
    assert (wide.to_line, wide.cc_line) == ("Maja <maja@hrast.example>", "Jan <jan@alpine.example>")
    message.refresh_from_db()
    assert reply.thread == wide.thread == message.thread is not None
    assert list(Message.objects.conversation(cast.ana, message)) == [reply, wide]
    assert list(Message.objects.conversation(cast.bor, message)) == []  # drafts are their writer's


def test_a_reply_to_what_came_goes_to_its_sender_and_not_to_oneself(cast: Cast) -> None:
    own = Mailbox.objects.usable_by(cast.ana).first()
    message = followed_message(cast.ana, to=(own.address if own else "", "jan@alpine.example"), html="<p>Da</p>")
    message.direction, message.message_id = Direction.IN, "<1@hrast.example>"
    message.parties.create(organisation=cast.lipa, role="from", name="Maja", address="maja@hrast.example", position=0)
    message.save()
    wide = answer(message, cast.ana, Answer.REPLY_ALL, clock.now())
    assert (wide.to_line, wide.cc_line) == ("Maja <maja@hrast.example>", "Jan <jan@alpine.example>")


def test_what_was_begun_is_taken_up_again(cast: Cast) -> None:
    message = sent(cast)
    first = answer(message, cast.ana, Answer.REPLY, clock.now())
    assert answer(message, cast.ana, Answer.REPLY, clock.now()) == first
    assert answer(message, cast.bor, Answer.REPLY, clock.now()) != first


def test_a_forwarded_mail_brings_its_files_and_says_whose_it_was(cast: Cast) -> None:
    message = draft(cast.ana, subject="Re: Ponudba", html="<p>Pozdrav</p>")
    attachments.attach(message, "Cenik.pdf", "application/pdf", [b"%PDF"])
    send.submit(message, cast.ana, clock.now())
    Message.objects.filter(pk=message.pk).update(sent_at=clock.now(), state="sent")
    forwarded = answer(Message.objects.get(pk=message.pk), cast.ana, Answer.FORWARD, clock.now())
    assert (forwarded.to_line, forwarded.subject, forwarded.in_reply_to) == ("", "Fwd: Ponudba", "")
    assert [one.name for one in forwarded.attachments.files()] == ["Cenik.pdf"]
    assert "<b>From:</b> Ana" in forwarded.html and "maja@hrast.example" in forwarded.html


@pytest.mark.parametrize(
    "subject", ["Ponudba", "Re: Ponudba", "RE: re: Ponudba", "Odg: AW: Ponudba", "Re[2]: Ponudba", "Fwd: Ponudba"]
)
def test_there_is_one_prefix(cast: Cast, subject: str) -> None:
    assert answer(sent(cast, subject=subject), cast.ana, Answer.REPLY, clock.now()).subject == "Re: Ponudba"


def test_references_grow_by_one_and_stay_few(cast: Cast) -> None:
    message = sent(cast)
    message.references = " ".join(f"<{number}@x.example>" for number in range(50))
    reply = answer(message, cast.ana, Answer.REPLY, clock.now())
    found = reply.references.split()
    assert (found[0], found[-1], len(found)) == ("<0@x.example>", message.message_id, 30)


def test_what_has_not_left_cannot_be_answered(cast: Cast) -> None:
    with pytest.raises(NotAnswerable):
        answer(draft(cast.ana), cast.ana, Answer.REPLY, clock.now())


def test_images_come_along_and_what_runs_does_not(cast: Cast) -> None:
    message = draft(cast.ana, html="<p>x</p>")
    image = attachments.attach(message, "a.png", "image/png", [PNG], inline=True)
    html = f'<p onclick="x()">Hi<script>1</script><img src="cid:{image.content_id}"></p><style>p{{color:red}}</style>'
    Message.objects.filter(pk=message.pk).update(html=html, sent_at=clock.now(), message_id="<1@lipa.example>")
    reply = answer(Message.objects.get(pk=message.pk), cast.ana, Answer.REPLY, clock.now())
    own = reply.attachments.images().get()
    assert own.file == image.file and own.content_id != image.content_id
    assert f"cid:{own.content_id}" in reply.html and image.content_id not in reply.html
    assert "script" not in reply.html and "onclick" not in reply.html and "color: red" in reply.html


def test_a_text_is_quoted_as_text(cast: Cast) -> None:
    message = sent(cast, html="", text="1 < 2\n<b>ne</b>")
    assert "1 &lt; 2\n&lt;b&gt;ne&lt;/b&gt;" in answer(message, cast.ana, Answer.REPLY, clock.now()).html


class TestOriginals:
    """Redirects in a quotation become what they lead to."""

    ORIGINAL = "https://hrast.example/?a=1&b=Š#c"

    def test_ours_are_opened_and_others_stay(self, cast: Cast) -> None:
        keys = KeyRing.load_or_create(ENV.seal_keys)
        ours = EdgeAddresses(ENV.edge_url, keys, cast.lipa.pk, uuid4())
        other = EdgeAddresses(ENV.edge_url, keys, cast.hrast.pk, uuid4())
        html = (
            f"<a class=x href='{ours.click(1, self.ORIGINAL)}'>a</a><img src=\"{ours.open()}\">"
            f'<a href="{other.click(1, self.ORIGINAL)}">b</a><a href="{ENV.edge_url}/c/forged">c</a>'
            f'<img src="{ours.image(0, FileRef("k", "image/png", "a.png", 1))}"><a href="https://x.example/c/y">d</a>'
        )
        found = originals.restored(html, ENV.edge_url, keys, cast.lipa.pk, lambda _sealed: "cid:here")
        assert found == (
            "<a class=x href='https://hrast.example/?a=1&amp;b=Š#c'>a</a>"
            f'<a href="{other.click(1, self.ORIGINAL)}">b</a><a href="{ENV.edge_url}/c/forged">c</a>'
            '<img src="cid:here"><a href="https://x.example/c/y">d</a>'
        )

    def test_the_hidden_link_goes(self, cast: Cast) -> None:
        keys = KeyRing.load_or_create(ENV.seal_keys)
        hidden = EdgeAddresses(ENV.edge_url, keys, cast.lipa.pk, uuid4()).honeypot()
        html = f'<p>a</p><a href="{hidden}" aria-hidden="true" style="display:none">\n</a><p><a href={hidden}>b</a></p>'
        found = originals.restored(html, ENV.edge_url, keys, cast.lipa.pk, lambda _sealed: None)
        assert found == "<p>a</p><p><a href=>b</a></p>"
        assert originals.restored_text(f"a <{hidden}>", ENV.edge_url, keys, cast.lipa.pk) == "a <>"

    def test_a_quoted_text_holds_the_originals_too(self, cast: Cast) -> None:
        keys = KeyRing.load_or_create(ENV.seal_keys)
        ours = EdgeAddresses(ENV.edge_url, keys, cast.lipa.pk, uuid4())
        other = EdgeAddresses(ENV.edge_url, keys, cast.hrast.pk, uuid4()).click(1, self.ORIGINAL)
        message = followed_message(cast.ana, html="")
        text = f"see <{ours.click(0, self.ORIGINAL)}>, {other}"
        Message.objects.filter(pk=message.pk).update(text=text, message_id="<1@lipa.example>")
        reply = answer(Message.objects.get(pk=message.pk), cast.ana, Answer.REPLY, clock.now())
        assert f"see &lt;{escape(self.ORIGINAL)}&gt;, {other}" in reply.html

    def test_a_reply_quotes_the_original(self, cast: Cast) -> None:
        keys = KeyRing.load_or_create(ENV.seal_keys)
        ours = EdgeAddresses(ENV.edge_url, keys, cast.lipa.pk, uuid4())
        message = followed_message(cast.ana, html=f'<a href="{ours.click(0, self.ORIGINAL)}">x</a>')
        Message.objects.filter(pk=message.pk).update(message_id="<1@lipa.example>")
        reply = answer(Message.objects.get(pk=message.pk), cast.ana, Answer.REPLY, clock.now())
        assert "/c/" not in reply.html
        assert re.search(r'href="https://hrast\.example/\?a=1&amp;b=', reply.html)

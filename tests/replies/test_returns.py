"""Two hard bounces mark an address; a reply, an edit or a person takes the mark away (P2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from odziv.compose.check import before_sending
from odziv.compose.completion import suggest
from odziv.deliver.answers import explain
from odziv.lib import clock
from odziv.models import Cleared, HardBounce, Mailbox, Message, Record
from odziv.records.saving import Reach, save
from odziv.replies.matching import Match
from odziv.replies.storing import Came, store
from tests.compose.support import draft
from tests.replies.desk import BOUNCE, numbers
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db
MAJA = "maja@hrast.example"


class Sender:
    """Ana, who writes to Maja again and again; what comes back is stored as reading does it."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.maja = Record(kind="contact", organisation=cast.lipa, name="Maja Novak", owner=cast.ana)
        save(self.maja, Reach([MAJA]), user=cast.ana, now=clock.now())

    def sends(self) -> Message:
        sent = followed_message(self.cast.ana, to=(MAJA,), sent_at=clock.now())
        Message.objects.filter(pk=sent.pk).update(message_id=f"<{sent.pk.hex}@lipa.example>")
        sent.refresh_from_db()
        return sent

    def comes(self, sent: Message, raw: str) -> None:
        now = clock.now()
        store(Came(raw.replace("\n", "\r\n").encode(), now, Mailbox.objects.filter(user=self.cast.ana).first()),
              Match(sent, "original"), now)  # fmt: skip

    def bounces(self, sent: Message, *, status: str = "5.1.1", action: str = "failed", words: str = "") -> None:
        text = BOUNCE.format(to="ana@lipa.example", id=sent.message_id, number=next(numbers))
        said = words or "User unknown"
        text = text.replace("Action: failed", f"Action: {action}").replace("5.1.1", status)
        self.comes(sent, text.replace("User unknown", said).replace("user unknown", said))

    @property
    def marked(self) -> bool:
        return bool(HardBounce.objects.of(self.cast.lipa.pk).dead([MAJA.upper()]))


@pytest.fixture
def sender(cast: Cast) -> Iterator[Sender]:
    yield Sender(cast)


def test_two_e_mails_that_came_back_for_good_mark_the_address(sender: Sender) -> None:
    first = sender.sends()
    sender.bounces(first)
    sender.bounces(first)  # the same e-mail, told twice
    assert not sender.marked
    sender.bounces(sender.sends())
    assert sender.marked


def test_soft_and_delayed_ones_never_count(sender: Sender) -> None:
    for _ in range(3):
        sender.bounces(sender.sends(), status="4.2.2", words="Mailbox full")
        sender.bounces(sender.sends(), status="4.4.1", action="delayed", words="still trying")
        sender.bounces(sender.sends(), status="5.2.2", words="Mailbox full")
    assert not HardBounce.objects.exists()


def test_what_the_server_said_shows_without_the_code_of_the_one_that_took_it(sender: Sender) -> None:
    sent = sender.sends()
    sent.deliveries.update(answer_code=250, answer="2.0.0 Ok: queued")
    sender.bounces(sent)
    copy = sent.deliveries.get()
    assert explain(copy).words.count("5.1.1") == 1 and "User unknown" in explain(copy).words
    assert "250" not in explain(copy).text


def test_a_notice_that_gives_no_reason_marks_nothing(sender: Sender) -> None:
    notice = (
        "From: MAILER-DAEMON@mx.example\nTo: ana@lipa.example\nSubject: Undelivered Mail Returned to Sender\n"
        f"Message-ID: <n{{}}@mx.example>\n\nYour message did not reach: <{MAJA}>\n"
    )
    for number in range(3):
        sender.comes(sender.sends(), notice.format(number))
    assert not HardBounce.objects.exists()


def test_a_person_who_answers_from_it_takes_the_mark_away(sender: Sender) -> None:
    sent = sender.sends()
    for one in (sent, sender.sends()):
        sender.bounces(one)
    reply = f"From: {MAJA}\nTo: ana@lipa.example\nMessage-ID: <r{next(numbers)}@h.example>\nIn-Reply-To: {{}}\n"
    automatic = reply.replace("<r", "<a") + "Auto-Submitted: auto-replied\nSubject: Odsoten\n\nOdsoten.\n"
    sender.comes(sent, automatic.format(sent.message_id))
    assert sender.marked
    sender.comes(sent, (reply + "Subject: Re: Ponudba\n\nVelja.\n").format(sent.message_id))
    assert not sender.marked
    assert set(HardBounce.objects.values_list("cleared_why", flat=True)) == {Cleared.REPLIED}


def test_an_edited_address_begins_anew(sender: Sender) -> None:
    for _ in range(2):
        sender.bounces(sender.sends())
    maja = Record.objects.get(pk=sender.maja.pk)
    save(maja, Reach([MAJA]), user=sender.cast.ana, now=clock.now())
    assert sender.marked  # the job title was edited, say
    save(maja, Reach(["maja.novak@hrast.example"]), user=sender.cast.ana, now=clock.now())
    save(maja, Reach([MAJA]), user=sender.cast.ana, now=clock.now())
    assert not sender.marked
    row = HardBounce.objects.all()[0]
    assert (row.cleared_why, row.cleared_by) == (Cleared.EDITED, sender.cast.ana)


def test_the_record_says_so_and_a_person_may_know_better(sender: Sender, client: Client) -> None:
    client.force_login(sender.cast.ana)
    url = f"/contacts/{sender.maja.pk}"
    assert "comes back" not in client.get(f"{url}/").content.decode()
    for _ in range(2):
        sender.bounces(sender.sends())
    assert "comes back" in client.get(f"{url}/").content.decode()
    page = client.get(f"{url}/details/").content.decode()
    assert "It works again" in page and "User unknown" in page
    client.force_login(sender.cast.eva)
    assert client.post(f"{url}/working/", {"address": MAJA}).status_code == 404
    client.force_login(sender.cast.bor)
    client.post(f"{url}/working/", {"address": MAJA})
    assert not sender.marked
    page = client.get(f"{url}/details/").content.decode()
    assert "marked as working, Bor" in page and "It works again" not in page


def test_the_composer_warns_while_completing_and_before_sending(sender: Sender, client: Client) -> None:
    client.force_login(sender.cast.ana)
    for _ in range(2):
        sender.bounces(sender.sends())
    assert suggest(sender.cast.ana, "maja")[0].dead
    said = client.get("/compose/recipients/?q=maja").json()["options"][0]
    assert said["mark"] == "Comes back" and "2 e-mails came back" in said["dead"]
    asked = {"addresses": [MAJA, "jan@alpine.example"]}
    known = client.post("/compose/preferences/", asked, content_type="application/json").json()
    assert "dead" in known[MAJA] and "dead" not in known["jan@alpine.example"]
    message = draft(sender.cast.ana, to=f"Maja <{MAJA}>")
    found = [problem for problem in before_sending(message) if problem.code == "comes-back"]
    assert len(found) == 1 and not found[0].blocking and MAJA in found[0].text


def test_another_organisation_learns_nothing_of_it(sender: Sender) -> None:
    for _ in range(2):
        sender.bounces(sender.sends())
    assert not HardBounce.objects.of(sender.cast.hrast.pk).dead([MAJA])

"""The signed webhook: mail that is handed in, and whatever pretends to be some (P1)."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from odziv.api import inbound
from odziv.lib import clock
from odziv.lib.signature import sign
from odziv.models import Arrival, HandedIn, HandedState, HookSecret, Message, Organisation
from odziv.replies import handing
from odziv.replies.handing import work_on_handed
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(cast: Cast) -> Message:
    for organisation, secret in ((cast.lipa, "lipa"), (cast.hrast, "hrast")):
        HookSecret.objects.replace(organisation.pk, secret, cast.ana, clock.now())
    row = followed_message(cast.ana, sent_at=clock.now())
    Message.objects.filter(pk=row.pk).update(message_id=f"<{row.pk.hex}@lipa.example>")
    row.refresh_from_db()
    return row


def reply(message: Message) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "maja@hrast.example", "ana@lipa.example", "Re: Ponudba"
    mail["Message-ID"], mail["In-Reply-To"] = "<r1@hrast.example>", message.message_id
    mail.set_content("Velja, vzamemo.")
    return bytes(mail)


def hand(
    organisation: Organisation,
    body: bytes,
    *,
    secret: str = "lipa",
    ago: float = 0,
    kind: str = "message/rfc822",
    **headers: str,
) -> Any:
    at = int(clock.now().timestamp() - ago)
    signed = {"X-Odziv-Timestamp": str(at), "X-Odziv-Signature": sign(secret, at, body), **headers}
    return Client(enforce_csrf_checks=True).post(
        f"/api/inbound/{organisation.pk}/", body, content_type=kind, headers=signed
    )


def refused(answer: Any, status: int, code: str) -> bool:
    said = answer.json()
    assert (answer.status_code, said["error"]) == (status, code) and said["message"].endswith(".")
    return not HandedIn.objects.exists()


def test_a_mail_is_taken_once_and_read(cast: Cast, sent: Message) -> None:
    answers = [hand(cast.lipa, reply(sent)) for _ in range(2)]
    assert [(one.status_code, one.json()["state"]) for one in answers] == [(202, "taken"), (200, "known")]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert work_on_handed() == 1 and work_on_handed() == 0
    arrival = Arrival.objects.get()
    assert (arrival.message, arrival.counts, arrival.visible_text.strip()) == (sent, True, "Velja, vzamemo.")
    assert hand(cast.lipa, reply(sent)).status_code == 200 and work_on_handed() == 0  # known when it is long done


def test_a_form_with_a_file_or_a_field_is_read_too(cast: Cast, sent: Message) -> None:
    for number, head in enumerate(('name="email"; filename="a.eml"', 'name="body-mime"', 'name="x"; filename="b"')):
        mail = reply(sent).replace(b"<r1@", b"<r%d@" % number)
        body = f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + mail + b"\r\n--b--\r\n"
        assert hand(cast.lipa, body, kind="multipart/form-data; boundary=b").status_code == 202
    work_on_handed()
    assert Arrival.objects.count() == 3


def test_a_wrong_signature_an_old_time_and_another_organisations_secret_are_refused(cast: Cast, sent: Message) -> None:
    body = reply(sent)
    assert refused(hand(cast.lipa, body, secret="wrong"), 401, "wrong-signature")
    assert refused(hand(cast.lipa, body, secret="hrast"), 401, "wrong-signature")
    assert refused(hand(cast.hrast, body, secret="lipa"), 401, "wrong-signature")
    assert refused(hand(cast.lipa, body, ago=301), 401, "old-timestamp")
    assert refused(hand(cast.lipa, body, ago=-301), 401, "old-timestamp")
    assert refused(hand(cast.lipa, body, **{"X-Odziv-Signature": ""}), 401, "no-signature")
    assert refused(hand(cast.lipa, body, **{"X-Odziv-Timestamp": "now"}), 401, "no-timestamp")
    nobody = Organisation(name="x")
    assert refused(hand(nobody, body), 401, "wrong-signature")


def test_a_mail_for_another_organisations_message_matches_nothing(cast: Cast, sent: Message) -> None:
    assert hand(cast.hrast, reply(sent), secret="hrast").status_code == 202
    work_on_handed()
    assert not Arrival.objects.exists() and HandedIn.objects.get().state == HandedState.DONE


def test_what_is_no_mail_is_said_to_be_none(cast: Cast, sent: Message) -> None:
    assert refused(hand(cast.lipa, b" \r\n"), 422, "no-mail")
    for body in (b"", b"--b--", b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--\r\n", b"\0" * 100):
        assert refused(hand(cast.lipa, body, kind="multipart/form-data; boundary=b"), 422, "no-mail")
    assert refused(hand(cast.lipa, b"x", kind="multipart/form-data"), 422, "no-mail")
    answer = Client().get(f"/api/inbound/{cast.lipa.pk}/")
    assert refused(answer, 405, "method") and answer["Allow"] == "POST"


def test_too_large_a_mail_is_refused_whole(cast: Cast, sent: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "LARGEST", 1000)
    assert refused(hand(cast.lipa, b"Subject: a\r\n\r\n" + b"x" * 1000), 413, "too-large")
    monkeypatch.setattr(inbound, "ROOM", 0)
    assert refused(hand(cast.lipa, b"x" * 1001), 413, "too-large")


def test_a_disk_that_is_full_takes_nothing_and_asks_to_try_again(
    cast: Cast, sent: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise handing.FileStoreError("no space left")

    monkeypatch.setattr("odziv.lib.files.DirectoryStore.put", full)
    answer = hand(cast.lipa, reply(sent))
    assert refused(answer, 503, "not-kept") and answer["Retry-After"]


def test_poison_is_tried_three_times_set_aside_and_delays_nothing(
    cast: Cast, sent: Message, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(came: Any, *_: object) -> None:
        raise RuntimeError("poison")

    hand(cast.lipa, reply(sent))
    monkeypatch.setattr(handing, "store", fails)
    now = clock.now()
    for attempt in range(1, 4):
        assert HandedIn.objects.get().state == HandedState.WAITING
        now += timedelta(hours=1)
        assert work_on_handed(now) == 1 and HandedIn.objects.get().tries == attempt
    row = HandedIn.objects.get()
    assert (row.state, row.fault) == (HandedState.ASIDE, "RuntimeError: poison") and row.file
    monkeypatch.undo()
    assert work_on_handed(now + timedelta(hours=1)) == 0
    client.force_login(cast.dora)
    assert "RuntimeError: poison" in client.get("/settings/handed/").content.decode()
    assert "handed in could not be read" in client.get("/settings/health/").content.decode()
    assert handing.forget(now + timedelta(days=100)) == 1 and not HandedIn.objects.exists()


def test_a_mail_that_kills_its_worker_is_set_aside_too(cast: Cast, sent: Message) -> None:
    hand(cast.lipa, reply(sent))
    row = HandedIn.objects.get()
    now = clock.now()
    for _ in range(3):
        now += timedelta(hours=1)
        assert HandedIn.objects.claim(row.pk, now, handing.LEASE)  # and then it is gone
    assert work_on_handed(now + timedelta(hours=1)) == 1
    assert HandedIn.objects.get().state == HandedState.ASIDE and not Arrival.objects.exists()


def test_hostile_mail_is_read_or_set_aside_and_the_next_one_comes(cast: Cast, sent: Message) -> None:
    head = f"From: maja@hrast.example\r\nIn-Reply-To: {sent.message_id}\r\nMessage-ID: <%s@x.example>\r\n"
    deep = (head % "deep").encode() + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(1000)
    )
    wide = (
        (head % "wide").encode() + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000
    )
    two = (head % "two").encode() + b"Message-ID: <two-more@x.example>\r\nMessage-ID:\r\n\r\nDa.\r\n"
    gigantic = (head % "big").encode() + b"X-A: " + b"a" * 2_000_000 + b"\r\n\r\nDa.\r\n"
    charset = (head % "set").encode() + b'Content-Type: text/plain; charset="x-nope"\r\n\r\n\xffDa\x00.\r\n'
    named = b"References: <a\0b@x.example>\r\nThread-Index: \0\r\nSubject: Re:\0 =?utf-8?q?_=00Ponudba?=\r\n"
    nul = named + (head % "nul").encode() + b"\r\nDa\0, vzamemo.\r\n"
    for body in (deep, wide, two, gigantic, charset, nul):
        assert hand(cast.lipa, body).status_code == 202
    while work_on_handed():
        pass
    assert Arrival.objects.count() == 6 and not HandedIn.objects.aside().exists()
    assert "\0" not in "".join(Message.objects.values_list("text", flat=True))
    assert "\0" not in "".join(Arrival.objects.values_list("visible_text", flat=True))


def test_a_secret_shows_once_and_the_former_one_is_good_for_a_day(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast.dora)
    page = client.post("/settings/handed/renew/", follow=True).content.decode()
    first = re.search(r'id="secret" value="([\w-]{43})"', page)
    assert first and first[1] not in client.get("/settings/handed/").content.decode()
    assert first[1] not in "".join(HookSecret.objects.values_list("secret", flat=True))
    client.post("/settings/handed/renew/")
    assert hand(cast.lipa, b"Subject: a\r\n\r\nb", secret=first[1]).status_code == 202
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(inbound.clock, "now", lambda: later)
    assert hand(cast.lipa, b"Subject: a\r\n\r\nc", secret=first[1]).status_code == 401
    monkeypatch.undo()
    client.post("/settings/handed/close/")
    assert not HookSecret.objects.of(cast.lipa.pk).exists()
    client.force_login(cast.ana)
    assert client.post("/settings/handed/renew/").status_code == 403

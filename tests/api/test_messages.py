"""Messages through the API: written, sent, read, never twice, never somebody else's (U3, L1, O1, D3)."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from odziv.compose import send
from odziv.models import Contact, Delivery, FollowEmail, Message, Organisation, User
from odziv.records.saving import Reach, save
from tests.api.conftest import Program
from tests.support.cast import Cast, make_user

LETTER = {
    "to": "Maja Novak <maja@hrib.example>",
    "cc": "jan@hrib.example",
    "subject": "Ponudba",
    "html": '<p>Glej <a href="https://lipa.example/?a=1&amp;b=2">ponudbo</a></p>',
}


def contact(cast: Cast, address: str, follow: str = FollowEmail.ALLOW) -> Contact:
    record = Contact(organisation=cast.lipa, owner=cast.ana, kind="contact", name="Maja Novak", follow_email=follow)
    save(record, Reach([address]), user=cast.ana, now=timezone.now())
    return record


def test_a_draft_is_written_and_read_back(ana_program: Program) -> None:
    status, made = ana_program.post("/api/messages", LETTER)
    assert (status, made["state"], made["subject"]) == (201, "draft", "Ponudba")
    status, read = ana_program.get(f"/api/messages/{made['id']}")
    assert status == 200
    assert [one["address"] for one in read["recipients"]] == ["maja@hrib.example", "jan@hrib.example"]


def test_a_sent_message_has_a_copy_for_each_recipient_and_its_links(ana_program: Program) -> None:
    status, made = ana_program.post("/api/messages", LETTER | {"send": True})
    assert (status, made["state"], made["follow_state"]) == (201, "sending", "on")
    assert [one["state"] for one in made["recipients"]] == ["waiting", "waiting"]
    assert made["links"][0]["address"] == "https://lipa.example/?a=1&b=2"
    assert made["message_id"].endswith("@lipa.example>")


def test_nobody_is_followed_against_a_preference(ana_program: Program, cast: Cast) -> None:
    contact(cast, "MAJA@hrib.example", FollowEmail.DO_NOT_ALLOW)
    _status, made = ana_program.post("/api/messages", LETTER | {"send": True, "follow": True})
    assert made["follow_state"] == "blocked"


def test_what_cannot_be_sent_stays_as_a_draft(ana_program: Program) -> None:
    status, refused = ana_program.post("/api/messages", LETTER | {"to": "nobody at all", "cc": "", "send": True})
    assert status == 422
    assert [one["field"] for one in refused["problems"]] == ["to"]
    assert Message.objects.get(pk=refused["draft"]).to_line == "nobody at all"


def test_the_same_request_makes_one_message(ana_program: Program) -> None:
    first = ana_program.post("/api/messages", LETTER | {"send": True}, Idempotency_Key="order-7")
    again = ana_program.post("/api/messages", LETTER | {"send": True}, Idempotency_Key="order-7")
    assert (first[0], again[0]) == (201, 200)
    assert first[1]["id"] == again[1]["id"]
    assert Delivery.objects.count() == 2


def test_a_request_whose_sending_was_cut_off_sends_when_it_is_repeated(ana_program: Program) -> None:
    _status, cut_off = ana_program.post("/api/messages", LETTER, Idempotency_Key="order-8")
    status, again = ana_program.post("/api/messages", LETTER | {"send": True}, Idempotency_Key="order-8")
    assert (status, again["id"], again["state"]) == (200, cut_off["id"], "sending")


def test_a_repetition_that_comes_while_the_first_is_sent_has_the_same_answer(
    ana_program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = send.submit

    def twice(draft: Message, user: User, now: datetime) -> Message:
        submit(draft, user, now)
        return submit(draft, user, now)

    monkeypatch.setattr(send, "submit", twice)
    status, sent = ana_program.post("/api/messages", LETTER | {"send": True}, Idempotency_Key="order-9")
    assert (status, sent["state"], Delivery.objects.count()) == (201, "sending", 2)


def test_a_draft_can_be_sent_once(ana_program: Program) -> None:
    _status, made = ana_program.post("/api/messages", LETTER)
    assert ana_program.post(f"/api/messages/{made['id']}/send")[0] == 200
    assert ana_program.post(f"/api/messages/{made['id']}/send")[0] == 404  # no draft any more
    assert Delivery.objects.count() == 2


def test_attachments_come_in_base64(ana_program: Program) -> None:
    file = {"name": "Ponudba.pdf", "content_type": "application/pdf", "followed": True}
    good = file | {"content": base64.b64encode(b"%PDF-1.4").decode()}
    status, made = ana_program.post("/api/messages", LETTER | {"attachments": [good]})
    assert status == 201
    assert made["attachments"] == [
        {"name": "Ponudba.pdf", "content_type": "application/pdf", "size": 8, "followed": True}
    ]
    status, refused = ana_program.post("/api/messages", LETTER | {"attachments": [file | {"content": "no base64!"}]})
    assert (status, refused["problems"][0]["code"]) == (422, "not-base64")
    assert Message.objects.count() == 1


def test_a_header_cannot_be_injected(ana_program: Program) -> None:
    evil = {"to": "maja@hrib.example\r\nBcc: eve@evil.example", "subject": "Hello\r\nX-Evil: 1", "send": True}
    status, answer = ana_program.post("/api/messages", LETTER | evil)
    sent = Message.objects.get()
    assert "\n" not in sent.subject
    assert "\r" not in sent.subject
    assert status == 422 or "eve@evil.example" not in str(answer["recipients"])


def test_a_message_of_another_organisation_is_as_absent_as_a_missing_one(ana_program: Program, cast: Cast) -> None:
    _status, made = ana_program.post("/api/messages", LETTER | {"send": True})
    eva = Program.of(cast.eva)
    for path in ("/api/messages/{}", "/api/messages/{}/send"):
        ask = eva.get if path.endswith("{}") else eva.post
        assert ask(path.format(made["id"])) == ask(path.format(uuid4()))
        assert ask(path.format(made["id"]))[0] == 404


def test_a_foreign_record_or_mailbox_is_not_found(ana_program: Program, cast: Cast) -> None:
    theirs = contact(cast, "maja@hrib.example")
    eva = Program.of(cast.eva)
    for field, value in (("regarding", theirs.pk), ("mailbox", cast.ana.mailboxes.get().pk)):
        answers = {eva.post("/api/messages", LETTER | {field: str(one)})[0] for one in (value, uuid4())}
        assert answers == {404}
    assert not Message.objects.exists()


def test_a_colleague_cannot_read_or_send_a_draft(ana_program: Program, cast: Cast) -> None:
    _status, made = ana_program.post("/api/messages", LETTER)
    bor = Program.of(cast.bor)
    assert bor.get(f"/api/messages/{made['id']}")[0] == 404
    assert bor.post(f"/api/messages/{made['id']}/send")[0] == 404


def test_without_a_good_token_nothing_is_said(cast: Cast) -> None:
    for token in ("", "odz_wrong", "x" * 5000):
        assert Program(token).get(f"/api/messages/{uuid4()}")[0] == 401


def test_a_person_who_may_not_sign_in_has_no_token_either(cast: Cast) -> None:
    leaver = make_user(Organisation.objects.get(pk=cast.lipa.pk), "Fani")
    program = Program.of(leaver)
    leaver.is_active = False
    leaver.save()
    assert program.get(f"/api/messages/{uuid4()}")[0] == 401


def test_a_bad_request_names_the_place(ana_program: Program) -> None:
    status, answer = ana_program.post("/api/messages", {"subject": "x" * 501, "attachments": [{}]})
    assert status == 422
    assert {one["field"] for one in answer["problems"]} == {"subject", "attachments.0.name", "attachments.0.content"}


def test_a_request_that_is_too_large_is_told_so_in_json(ana_program: Program, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    status, told = ana_program.post("/api/messages", LETTER | {"text": "a" * 1_100_000})
    assert (status, told) == (413, {"detail": "The request is larger than 1 MB."})
    assert not Message.objects.exists()

"""Save, send and discard, as the page's script asks for them (C1, C3, Bad input)."""

from typing import Any

import pytest
from django.test import Client

from odziv.compose import attachments, drafts
from odziv.compose.drafts import DraftFields
from odziv.models import Attachment, Message, MessageState
from tests.compose.support import PNG, contact, draft
from tests.support.cast import Cast


@pytest.fixture
def ana(cast: Cast, client: Client) -> Any:
    client.force_login(cast.ana)
    return client


def test_the_first_change_makes_the_draft(ana: Client, cast: Cast) -> None:
    maja = contact(cast.ana, "Maja", "maja@hrast.example")
    mailbox = cast.ana.mailboxes.get()
    form = {
        "to": "maja@hrast.example",
        "subject": "A",
        "html": "<p>č\r\n</p>",
        "regarding": maja.pk,
        "mailbox": mailbox.pk,
    }
    said = ana.post("/compose/save/", form).json()
    message = Message.objects.get()
    assert said["id"] == str(message.pk)
    assert (message.subject, message.activity.regarding, message.mailbox) == ("A", maja, mailbox)
    assert message.html.endswith("\n<p>č\n</p>\n</body></html>\n")


def test_a_first_save_that_is_refused_leaves_nothing(ana: Client, cast: Cast) -> None:
    answer = ana.post("/compose/save/", {"subject": "x" * 600, "to": "maja@hrast.example"})
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, "subject")
    assert not Message.objects.exists()


def test_a_draft_that_was_made_for_a_dialog_goes_when_it_is_left_as_it_was(ana: Client, cast: Cast) -> None:
    maja = contact(cast.ana, "Maja", "maja@hrast.example")
    said = ana.post("/compose/save/", {"to": "maja@hrast.example", "regarding": maja.pk}).json()
    assert ana.post(f"/compose/{said['id']}/forget/", {"version": said["version"]}).status_code == 204
    assert not Message.objects.exists()
    assert ana.post(f"/compose/{said['id']}/forget/", {"version": said["version"]}).status_code == 404


def test_a_draft_that_holds_something_does_not_go(ana: Client, cast: Cast) -> None:
    written, filed, unsaid = draft(cast.ana), draft(cast.ana), draft(cast.ana)
    attachments.attach(filed, "Cenik.pdf", "application/pdf", [b"x"], followed=True)
    ana.post(f"/compose/{written.pk}/save/", {"subject": "Novo", "version": written.version})
    for message, version in ((written, str(written.version)), (filed, str(filed.version)), (unsaid, "")):
        assert ana.post(f"/compose/{message.pk}/forget/", {"version": version}).status_code == 204
    assert Message.objects.count() == 3


def test_only_what_is_sent_changes(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana, html="<P Class=x>a</p>\r\n")
    said = ana.post(f"/compose/{message.pk}/save/", {"subject": "Novo", "version": message.version}).json()
    message.refresh_from_db()
    assert (message.subject, message.html, message.version) == ("Novo", "<P Class=x>a</p>\r\n", said["version"])


def test_somebody_was_faster(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    drafts.save(message, DraftFields(subject="drugje"))
    answer = ana.post(f"/compose/{message.pk}/save/", {"subject": "tu", "version": message.version})
    assert (answer.status_code, answer.json()["version"]) == (409, message.version + 1)
    ana.post(f"/compose/{message.pk}/save/", {"subject": "tu", "version": answer.json()["version"]})
    message.refresh_from_db()
    assert message.subject == "tu"


def test_edited_text_keeps_what_is_around_it_and_the_images(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    image = attachments.attach(message, "a.png", "image/png", [PNG], inline=True)
    before = "<!DOCTYPE html>\r\n<html><head><style>p{}</style></head><body bgcolor='#fff'>"
    drafts.save(message, DraftFields(html=f"{before}<p>a</p></body></html>"))
    ana.post(f"/compose/{message.pk}/save/", {"html": f'<p>b<img src="/attachments/{image.pk}/"></p>'})
    message.refresh_from_db()
    assert message.html == f'{before}<p>b<img src="cid:{image.content_id}"></p></body></html>'


def test_an_image_of_another_organisation_does_not_come_along(ana: Client, cast: Cast) -> None:
    theirs = attachments.attach(draft(cast.eva), "a.png", "image/png", [PNG], inline=True)
    message = draft(cast.ana)
    ana.post(f"/compose/{message.pk}/save/", {"html": f'<img src="/attachments/{theirs.pk}/">'})
    message.refresh_from_db()
    assert str(theirs.pk) in message.html
    assert Attachment.objects.count() == 1


def test_no_longer_following_says_what_becomes_of_the_files(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    attachments.attach(message, "a.pdf", "", [b"x"], followed=True)
    said = ana.post(f"/compose/{message.pk}/save/", {"wants_following": "0"}).json()
    assert said["notice"] == "1 followed attachment is an ordinary file now."
    assert "checked" not in said["attachments"]


@pytest.mark.slow
def test_a_body_of_26_megabytes_is_refused_and_the_draft_stays(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana, html="<p>kept</p>")
    answer = ana.post(f"/compose/{message.pk}/save/", {"html": "a" * (26 * 1024 * 1024 + 1)})
    assert answer.status_code == 422
    assert "The text has 26.0 MB; a message may have 25 MB." in answer.json()["problems"][0]["text"]
    message.refresh_from_db()
    assert message.html == "<p>kept</p>"


def test_questions_are_asked_once(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana, subject="")
    answer = ana.post(f"/compose/{message.pk}/send/")
    assert [(one["code"], one["blocking"]) for one in answer.json()["problems"]] == [("no-subject", False)]
    said = ana.post(f"/compose/{message.pk}/send/", {"confirmed": "1"}).json()
    assert said["url"] == f"/messages/{message.pk}/"
    message.refresh_from_db()
    assert message.state == MessageState.SENDING


def test_confirming_does_not_send_what_cannot_be_sent(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana, to="")
    answer = ana.post(f"/compose/{message.pk}/send/", {"confirmed": "1"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "no-recipient")


def test_discarding_leads_back_to_the_record(ana: Client, cast: Cast) -> None:
    maja = contact(cast.ana, "Maja", "maja@hrast.example")
    message = drafts.new_draft(cast.ana, maja)
    assert ana.post(f"/compose/{message.pk}/discard/").json()["url"] == f"/contacts/{maja.pk}/"
    assert not Message.objects.exists()


@pytest.mark.parametrize("path", ["save", "send", "discard", "files", "images"])
def test_what_was_sent_already_is_not_there_to_change(ana: Client, cast: Cast, path: str) -> None:
    message = draft(cast.ana)
    ana.post(f"/compose/{message.pk}/send/")
    assert ana.post(f"/compose/{message.pk}/{path}/").status_code == 404

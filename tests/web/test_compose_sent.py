"""After Send a message is read-only, whatever is posted at it (C3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms.models import model_to_dict
from django.test import Client

from odziv.compose import attachments, marked
from odziv.models import Delivery, Message
from tests.compose.support import PNG, draft
from tests.support.cast import Cast

HOSTILE: dict[str, dict[str, Any]] = {
    "save": {"subject": "Drugo", "html": "<p>Drugo</p>", "to": "x@x.si", "wants_following": "0"},
    "send": {"confirmed": "1"},
    "discard": {},
    "versions": {"subject": "Drugo"},
    "files": {"file": SimpleUploadedFile("b.pdf", b"b")},
    "images": {"file": SimpleUploadedFile("b.png", PNG, "image/png")},
    "files/marked": {"act": "remove", "file": "{file}"},
    "files/back": {"removed": "{removed}"},
}


def everything(message: Message) -> Any:
    stored = Message.objects.select_related("activity").get(pk=message.pk)
    rows = [list(rows.order_by("pk").values()) for rows in (stored.attachments, stored.parties, stored.links)]
    return model_to_dict(stored), model_to_dict(stored.activity), rows, list(Delivery.objects.values("pk", "state"))


def test_nothing_that_is_posted_changes_a_sent_message(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    message = draft(cast.ana, html='<p><a href="https://x.si/">a</a></p>')
    kept, gone = (attachments.attach(message, name, "", [b"x"], followed=True) for name in ("a.pdf", "c.pdf"))
    answer = client.post(f"/attachments/{gone.pk}/remove/").content.decode()
    removed = answer.partition('"removed": "')[2].partition('"')[0]
    assert client.post(f"/compose/{message.pk}/send/").status_code == 200
    before = everything(message)
    for path, fields in HOSTILE.items():
        given = {
            name: value.format(file=kept.pk, removed=removed) if isinstance(value, str) else value
            for name, value in fields.items()
        }
        assert client.post(f"/compose/{message.pk}/{path}/", given).status_code == 404, path
    for path in ("follow", "remove"):
        assert client.post(f"/attachments/{kept.pk}/{path}/", {"followed": "0"}).status_code == 404
    assert everything(message) == before


def test_a_file_is_brought_back_by_its_own_draft_only(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    message, other = draft(cast.ana), draft(cast.ana)
    row = attachments.attach(message, "“<b>”.pdf", "", [b"x"])
    answer = client.post(f"/compose/{message.pk}/files/marked/", {"act": "remove", "file": [row.pk, "x", other.pk]})
    page = answer.content.decode()
    assert "&lt;b&gt;" in page and "<b>" not in page
    removed = page.partition('"removed": "')[2].partition('"')[0]
    for path, token in ((other, removed), (message, removed[:-2]), (message, "")):
        assert client.post(f"/compose/{path.pk}/files/back/", {"removed": token}).status_code == 409
    assert client.post(f"/compose/{message.pk}/files/back/", {"removed": removed}).status_code == 200
    assert [one.name for one in message.attachments.all()] == [row.name]
    assert client.post(f"/compose/{message.pk}/files/marked/", {"act": "explode"}).status_code == 400
    assert not marked.remove(message, [])


@pytest.mark.django_db
def test_the_grid_costs_the_same_for_any_number_of_files(
    cast: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast.ana)
    message = draft(cast.ana)
    ids = [attachments.attach(message, f"{n}.pdf", "", [b"x"]).pk for n in range(12)]
    with django_assert_max_num_queries(20):
        client.post(f"/compose/{message.pk}/files/marked/", {"act": "follow", "file": ids})
    assert message.attachments.filter(followed=True).count() == 12


def test_a_panel_that_asks_late_about_a_sent_draft_is_left_as_it_is(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    message = draft(cast.ana)
    assert client.post("/compose/delivery/", {"to": "maja@hrast.example", "draft": message.pk}).status_code == 200
    assert client.post(f"/compose/{message.pk}/send/").status_code == 200
    assert client.post("/compose/delivery/", {"to": "maja@hrast.example", "draft": message.pk}).status_code == 204

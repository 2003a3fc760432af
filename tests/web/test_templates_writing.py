"""Writing a template: what is saved, what is refused with line and cause, files, two people at once (T1, T4, O2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from odziv.compose.templates import saving
from odziv.models import Template
from tests.compose.support import PNG, contact
from tests.support.cast import Cast
from tests.support.templates import template

pytestmark = pytest.mark.django_db

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
FIELDS = {"title": "Offer", "language": "en", "category": "", "subject": "An offer", "html": "<p>Hello</p>"}


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def write(client: Client, url: str = "/templates/new/", **changes: Any) -> Any:
    return client.post(url, FIELDS | changes)


def edit(client: Client, row: Template) -> tuple[str, dict[str, str]]:
    """The address of its form, and what an open form of it carries."""
    url = f"{row.get_absolute_url()}edit/"
    page = text_of(client.get(url))
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was is not None
    fields = {"title": row.title, "language": row.language, "category": row.category, "subject": row.subject}
    assert row.current is not None
    opened = {"was": was[1].replace("&quot;", '"'), "revision": str(row.revision), "html": row.current.html}
    return url, fields | opened


def upload(client: Client, name: str, content: bytes, kind: str, query: str = "") -> Any:
    return client.post(f"/templates/files/{query}", {"file": SimpleUploadedFile(name, content, kind)})


def token_in(answer: Any) -> str:
    found = re.search(r'name="file" value="([^"]+)"', text_of(answer))
    assert found is not None
    return found[1]


def test_it_is_saved_and_personal(cast: Cast, ana: Client) -> None:
    answer = write(ana, category="Offers", subject="For {{ account.name | default: 'you' }}")
    row = Template.objects.get()
    assert answer.headers["Location"] == row.get_absolute_url()
    assert (row.title, row.category, row.owner, row.shared) == ("Offer", "Offers", cast.ana, False)
    assert row.current is not None and row.current.html == "<p>Hello</p>"


def test_only_an_administrator_says_whose_it_is(cast: Cast, ana: Client) -> None:
    write(ana, shared="True", owner=str(cast.bor.pk))
    row = Template.objects.get()
    assert (row.shared, row.owner) == (False, cast.ana)
    ana.force_login(cast.dora)
    url, fields = edit(ana, row)
    ana.post(url, fields | {"shared": "True", "owner": str(cast.bor.pk)})
    row.refresh_from_db()
    assert (row.shared, row.owner) == (True, cast.bor) and row.versions.count() == 1
    url, fields = edit(ana, row)
    assert ana.post(url, fields | {"shared": "True", "owner": str(cast.eva.pk)}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": " "}, "This field is required"),
        ({"language": "xx"}, "Select a valid choice"),
        ({"subject": "{{ recipient.firstname }}"}, "Line 1: There is no value recipient.firstname."),
        ({"html": "<p>a</p>\r\n<p>{{ recipient.nam }}</p>"}, "Line 2: There is no value recipient.nam."),
        ({"html": "<p>\n\n{% for n in (1..999999999) %}x{% endfor %}</p>"}, "Line 3: A repetition goes over numbers"),
        ({"html": "{% while true %}{% endwhile %}"}, "Line 1: “while” cannot be used in a template."),
        ({"html": "<p>" + "x" * 600_000}, "it may have 500000"),
        ({"html": "{% if recipient.name %}<p>never ended</p>"}, "“if” is never ended"),
        ({"subject": "x" * 501}, "it may have 500"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(ana: Client, changes: dict[str, str], says: str) -> None:
    answer = write(ana, **changes)
    assert answer.status_code == 422 and not Template.objects.exists()
    page = text_of(answer)
    assert says in page
    if "html" not in changes:
        assert "&lt;p&gt;Hello&lt;/p&gt;</textarea>" in page  # what was typed is still there


def test_a_refused_change_leaves_the_stored_one(cast: Cast, ana: Client) -> None:
    row = template(cast.ana, "Stored")
    url, fields = edit(ana, row)
    answer = ana.post(url, fields | {"title": HOSTILE, "html": "{{ nonsense }}"})
    assert answer.status_code == 422 and "<img src=x" not in text_of(answer)
    row.refresh_from_db()
    assert row.title == "Stored" and row.versions.count() == 1


def test_files_come_with_the_form_followed_or_not(cast: Cast, ana: Client) -> None:
    price, plan = (token_in(upload(ana, name, b"x" + name.encode(), "")) for name in ("cenik.pdf", "../načrt.pdf"))
    write(ana, file=[price, plan], followed=[plan])
    row = Template.objects.get()
    assert row.current is not None
    found = [(one.name, one.followed) for one in row.current.attachments.all()]
    assert found == [("cenik.pdf", False), ("načrt.pdf", True)]
    url, fields = edit(ana, row)
    again = re.findall(r'name="file" value="([^"]+)"', text_of(ana.get(url)))
    ana.post(url, fields | {"file": again, "followed": [again[1]]})
    row.refresh_from_db()
    assert row.versions.count() == 1  # nothing has changed
    ana.post(url, fields | {"file": again[1:], "revision": row.revision})
    row.refresh_from_db()
    assert row.current is not None
    assert [(one.name, one.followed) for one in row.current.attachments.all()] == [("načrt.pdf", False)]


def test_an_image_of_the_text_becomes_part_of_it(cast: Cast, ana: Client) -> None:
    address = upload(ana, "a.png", PNG, "image/png", "?image=1").json()["location"]
    assert ana.get(address).content == PNG
    write(ana, html=f'<p><img src="{address}"></p>')
    row = Template.objects.get()
    assert row.current is not None
    image = row.current.attachments.get()
    assert image.inline and row.current.html == f'<p><img src="cid:{image.content_id}"></p>'
    page = text_of(ana.get(f"{row.get_absolute_url()}edit/"))
    assert "cid:" not in page and "/templates/files/" in page
    assert upload(ana, "a.txt", b"x", "text/plain", "?image=1").status_code == 422


def test_a_file_of_another_organisation_cannot_be_named(cast: Cast, ana: Client, client: Client) -> None:
    token = token_in(upload(ana, "cenik.pdf", b"cenik", "application/pdf"))
    assert ana.get(f"/templates/files/{token}/").status_code == 200
    ana.force_login(cast.eva)
    assert ana.get(f"/templates/files/{token}/").status_code == 404
    assert write(ana, file=[token]).status_code == 404
    for damaged in (token[:-1], "x:y", "x", token.replace(":", "")):
        assert ana.get(f"/templates/files/{damaged}/").status_code == 404
    assert not Template.objects.exists()


def test_two_who_edit_at_once_decide_part_by_part(cast: Cast, ana: Client) -> None:
    row = template(cast.ana, "Offer", subject="Old", html="<p>Old words</p>", language="en")
    url, fields = edit(ana, row)
    theirs = Template.objects.get()
    theirs.title = "Their title"
    saving.save(theirs, saving.Content("Their subject", "<p>Old words</p>"), user=cast.dora, now=row.created_at)
    answer = ana.post(url, fields | {"html": "<p>My words</p>", "subject": "My subject"})
    page = text_of(answer)
    assert answer.status_code == 422 and "Somebody else has changed this" in page
    assert [(one.name, one.take, one.both) for one in answer.context["decide"]] == [
        ("title", "theirs", False),
        ("subject", "mine", True),
        ("html", "mine", False),
    ]
    assert "My words" in page and "Their title" in page
    decided = {"take-title": "theirs", "take-subject": "theirs", "take-html": "mine"}
    seen = answer.context["form"].data["revision"]
    ana.post(url, fields | {"html": "<p>My words</p>", "subject": "My subject", "revision": seen} | decided)
    row.refresh_from_db()
    assert row.current is not None
    assert (row.title, row.subject, row.current.html) == ("Their title", "Their subject", "<p>My words</p>")


def preview(client: Client, **fields: str) -> str:
    answer = client.post("/templates/preview/", {"language": "en", "subject": "", "html": ""} | fields)
    assert answer.status_code == 200
    return text_of(answer)


def test_the_preview_follows_what_is_typed(cast: Cast, ana: Client) -> None:
    maja = contact(cast.ana, "Maja <b>Novak", "maja@hrast.example")
    shown = preview(
        ana, record=str(maja.pk), subject="For {{ recipient.first_name }}", html="<p>{{ recipient.name }}</p>"
    )
    assert "For Maja" in shown and "Maja &amp;lt;b&amp;gt;Novak" in shown  # text of the mail, within an attribute
    missing = preview(ana, record=str(maja.pk), html="{{ recipient.phone }}", language="../../x")
    assert "Recipient: phone number" in missing
    faulty = preview(ana, html="<p>\n{{ recipient.<b>nam</b>e }}</p>")
    assert "Text, Line 2: Formatting begins or ends between the braces." in faulty and "<b>nam" not in faulty


def test_somebody_elses_is_not_changed_and_a_foreign_record_not_shown(cast: Cast, ana: Client) -> None:
    foreign = contact(cast.eva, "Tuj", "tuj@tuj.example")
    answer = ana.post("/templates/preview/", {"record": str(foreign.pk), "html": "{{ recipient.name }}"})
    assert answer.status_code == 404

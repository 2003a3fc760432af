"""Templates are saved in versions that never change; who comes second decides; a faulty one is refused (T1, T4)."""

from __future__ import annotations

from typing import Any

import pytest

from odziv.compose import attachments
from odziv.compose.templates import saving
from odziv.compose.templates.saving import Content, StaleTemplate, TemplateFile, TemplateRefused
from odziv.lib import clock
from odziv.models import Template, TemplateVersion
from tests.support.cast import Cast
from tests.support.templates import counted, opened, sent_from, template

pytestmark = pytest.mark.django_db


def make(
    cast: Cast, html: str = "<p>Pozdrav</p>", subject: str = "Ponudba", files: Any = (), **fields: Any
) -> Template:
    row = Template(organisation=cast.lipa, owner=cast.ana, **{"title": "Ponudba", "language": "sl"} | fields)
    return saving.save(row, Content(subject, html, files), user=cast.ana, now=clock.now())


def change(row: Template, cast: Cast, **changes: Any) -> Template:
    assert row.current is not None
    now = saving.content_of(row.current)
    content = Content(
        changes.get("subject", now.subject), changes.get("html", now.html), changes.get("files", now.files)
    )
    return saving.save(row, content, user=cast.bor, now=clock.now())


def versions(row: Template) -> list[tuple[int, str]]:
    return list(row.versions.order_by("number").values_list("number", "html"))


def test_every_change_that_recipients_see_is_a_version(cast: Cast) -> None:
    row = make(cast)
    change(row, cast, html="<p>Pozdravljeni</p>")
    row.title, row.category = "Druga", "Ponudbe"
    change(row, cast)
    assert versions(row) == [(1, "<p>Pozdrav</p>"), (2, "<p>Pozdravljeni</p>")]
    stored = Template.objects.get(pk=row.pk)
    assert stored.current is not None and stored.current.made_by == cast.bor
    assert (stored.title, stored.category_key, stored.revision) == ("Druga", "ponudbe", 3)


def test_a_file_that_is_followed_from_now_on_is_a_version_too(cast: Cast) -> None:
    file = attachments.stored(cast.lipa.pk, "cenik.pdf", [b"cenik"])
    row = make(cast, files=(TemplateFile(file, "cenik.pdf", "application/pdf"),))
    change(row, cast, files=(TemplateFile(file, "cenik.pdf", "application/pdf", followed=True),))
    assert [one.followed for version in row.versions.order_by("number") for one in version.attachments.all()] == [
        False, True,
    ]  # fmt: skip


def test_the_second_writer_is_told_and_nothing_is_overwritten(cast: Cast) -> None:
    row = make(cast)
    other = Template.objects.get(pk=row.pk)
    change(row, cast, html="<p>Anina</p>")
    with pytest.raises(StaleTemplate):
        change(other, cast, html="<p>Borova</p>")
    assert versions(row)[-1] == (2, "<p>Anina</p>")


def test_an_older_version_comes_back_as_a_new_one(cast: Cast) -> None:
    row = make(cast)
    change(row, cast, html="<p>Nova</p>", subject="Nova")
    saving.restore(row, row.versions.get(number=1), user=cast.ana, now=clock.now())
    assert versions(row) == [(1, "<p>Pozdrav</p>"), (2, "<p>Nova</p>"), (3, "<p>Pozdrav</p>")]
    assert Template.objects.get(pk=row.pk).subject == "Ponudba"


def test_a_copy_is_the_users_own_and_begins_without_figures(cast: Cast) -> None:
    row = make(cast, shared=True)
    opened(sent_from(row, cast.ana))
    made = saving.copy(row, user=cast.bor, now=clock.now())
    counted()
    assert (made.title, made.owner, made.shared, versions(made)) == (
        "Copy of Ponudba", cast.bor, False, [(1, "<p>Pozdrav</p>")],
    )  # fmt: skip
    assert Template.objects.get(pk=made.pk).sent == 0


def test_a_faulty_template_is_refused_with_line_and_cause(cast: Cast) -> None:
    with pytest.raises(TemplateRefused) as refused:
        make(cast, "<p>Dear\n{{ recipient.fist_name }}</p>", "{% for n in (1..99999999) %}x{% endfor %}", title=" ")
    assert [problem.field for problem in refused.value.problems] == ["title"]
    assert [(field, fault.line, fault.code) for field, fault in refused.value.faults] == [
        ("subject", 1, "range"), ("body", 2, "unknown-near"),
    ]  # fmt: skip
    assert not Template.objects.exists() and not TemplateVersion.objects.exists()


def test_style_sheets_go_into_the_elements_and_nothing_is_loaded(cast: Cast) -> None:
    styles = "<style>@import url(http://127.0.0.1:1/x.css); p{color:red} @media (width<9px){p{color:blue}}</style>"
    link = '<link rel="stylesheet" href="http://127.0.0.1:1/y.css">'
    row = make(cast, f'{styles}{link}<p>{{{{ account.name | default: "R&amp;D" }}}} <!--[if mso]>x<![endif]--></p>')
    html = versions(row)[0][1]
    assert '<p style="color: red;">{{ account.name | default: "R&amp;D" }} <!--[if mso]>x<![endif]--></p>' in html
    assert "@media" in html and "p{color:red}" not in html


def test_without_style_sheets_the_text_is_as_it_was_written(cast: Cast) -> None:
    html = "<P Class=x>&nbsp;&#269;<o:p></o:p>{{ recipient.name }}</p>\n<table><tr><td>x</table>"
    assert versions(make(cast, html)) == [(1, html)]


def test_an_archived_template_is_not_offered_and_comes_back(cast: Cast) -> None:
    row = make(cast)
    saving.archive(row, clock.now())
    assert not Template.objects.insertable_by(cast.ana).exists()
    saving.archive(row, None)
    assert Template.objects.insertable_by(cast.ana).get() == row


def test_deleting_keeps_the_sent_messages_and_their_figures(cast: Cast) -> None:
    row, other = template(cast.ana), template(cast.ana, "Druga")
    message = sent_from(row, cast.ana)
    opened(message)
    saving.delete(row, user=cast.ana, now=clock.now())
    counted()
    message.refresh_from_db()
    assert (message.opens, message.template_version_id) == (1, None)
    assert Template.objects.get() == other


def test_personal_templates_are_their_owners_alone(cast: Cast) -> None:
    own, shared = make(cast), make(cast, shared=True, title="Skupna")
    foreign = template(cast.eva)
    assert set(Template.objects.visible_to(cast.bor)) == set(Template.objects.insertable_by(cast.bor)) == {shared}
    assert not Template.objects.editable_by(cast.bor).exists()
    assert set(Template.objects.editable_by(cast.dora)) == {own, shared}
    assert set(Template.objects.insertable_by(cast.dora)) == {shared}
    assert set(Template.objects.visible_to(cast.eva)) == {foreign}


def test_saving_leaves_the_figures_that_were_written_meanwhile(cast: Cast) -> None:
    row = make(cast)
    stale = Template.objects.get(pk=row.pk)
    opened(sent_from(row, cast.ana))
    stale.title = "Another title"
    saving.save(stale, saving.content_of(stale.current), user=cast.ana, now=clock.now())  # type: ignore[arg-type]
    row.refresh_from_db()
    assert (row.title, row.sent, row.opened) == ("Another title", 1, 1)

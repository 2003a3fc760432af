"""A mailbox has a signature; it stands where it belongs and changes with the mailbox (C6)."""

from __future__ import annotations

import pytest

from odziv.compose import drafts, signatures
from odziv.compose.drafts import DraftFields
from odziv.models import Mailbox
from tests.support.cast import Cast

VALUES = {"sender.name": "Ana <b>", "sender.job_title": "", "organisation.name": "Lipa"}
OLD, NEW = signatures.block("<p>Ana, Lipa</p>"), signatures.block("<p>Ana, prodaja</p>")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>{{ sender.name }}</p>", "<p>Ana &lt;b&gt;</p>"),
        ("{{organisation.name}}", "Lipa"),
        ('{{ sender.job_title | default: "Sales & more" }}', "Sales &amp; more"),
        ("{{ sender.job_title | default: &quot;Sales&quot; }}", "Sales"),
        ("{{ sender.phone }}", ""),
        ("{% raw %}", "{% raw %}"),
    ],
)
def test_values_come_in_as_text(written: str, read: str) -> None:
    assert signatures.render(written, VALUES) == read


@pytest.mark.parametrize("wrong", ["{{ sender.password }}", "{{ sender.__class__ }}", "{{ sender.name", "{{ 1 + 1 }}"])
def test_what_is_no_value_is_refused(wrong: str) -> None:
    with pytest.raises(signatures.SignatureError):
        signatures.check(f"<p>{wrong}</p>")
    signatures.check("<p>{{ sender.name }}, {{ sender.phone | default: '-' }}</p>")


def test_hostile_html_in_a_signature_is_gone() -> None:
    html = signatures.cleaned(
        '<p style="color:red" onclick="x()">Ana<script>x()</script><img src="javascript:x()">'
        '<a href="data:text/html,x"></a><iframe src="https://x.example"></iframe><img src="https://lipa.example/logo.png"></p>'
    )
    assert "script" not in html and "onclick" not in html and "iframe" not in html and "data:" not in html
    assert 'style="color:red"' in html and "https://lipa.example/logo.png" in html


def test_it_stands_above_the_quotation_and_below_a_line_to_write_in() -> None:
    assert signatures.placed("", OLD) == f"<p><br></p>{OLD}"
    quoted = '<p>Hi</p><div data-quote=""><p>On Monday</p></div>'
    assert signatures.placed(quoted, OLD) == f'<p>Hi</p>{OLD}<div data-quote=""><p>On Monday</p></div>'
    assert signatures.placed("<blockquote>q</blockquote>", OLD) == f"<p><br></p>{OLD}<blockquote>q</blockquote>"
    whole = "<html><body>\n</body></html>"
    assert signatures.placed(whole, OLD) == f"<html><body>\n<p><br></p>{OLD}</body></html>"


def test_another_mailbox_exchanges_it_and_nothing_else() -> None:
    html = f"<p>Pozdravljeni</p>{OLD}<blockquote>q</blockquote>"
    assert signatures.placed(html, NEW) == f"<p>Pozdravljeni</p>{NEW}<blockquote>q</blockquote>"
    assert signatures.placed(html, "") == "<p>Pozdravljeni</p><blockquote>q</blockquote>"


def test_an_editor_may_write_it_anew_but_the_writers_own_words_stay() -> None:
    rewritten = OLD.replace("<p>Ana, Lipa</p>", "\n<p>Ana,&nbsp;<b>Lipa</b></p>\n")
    assert signatures.placed(rewritten, NEW) == NEW
    changed = OLD.replace("Lipa", "Lipa, on holiday")
    assert signatures.placed(changed, NEW) == changed


def test_a_draft_begins_with_the_signature_of_its_mailbox_and_follows_it(cast: Cast) -> None:
    first = Mailbox.objects.get(user=cast.ana)
    Mailbox.objects.filter(pk=first.pk).update(signature="<p>{{ sender.name }}, {{ organisation.name }}</p>")
    second = Mailbox.objects.create(
        organisation=cast.lipa, user=cast.ana, name="Sales", address="sales@lipa.example", signature="<p>Yours</p>",
    )  # fmt: skip
    Mailbox.objects.make_default(first)
    draft = drafts.new_draft(cast.ana, signed=True)
    assert "Ana, Lipa d.o.o." in draft.html and "<body" in draft.html
    draft = drafts.save(draft, DraftFields(mailbox=second))
    assert "Yours" in draft.html and "Lipa d.o.o." not in draft.html
    assert "Lipa" not in drafts.new_draft(cast.ana).html  # a program brings its own text


def test_an_image_in_it_becomes_one_of_the_message(cast: Cast) -> None:
    dot = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    Mailbox.objects.filter(user=cast.ana).update(signature=signatures.cleaned(f'<p>Ana</p><img src="{dot}">'))
    draft = drafts.new_draft(cast.ana, signed=True)
    image = draft.attachments.images().get()
    assert f'src="cid:{image.content_id}"' in draft.html

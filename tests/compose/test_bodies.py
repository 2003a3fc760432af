"""The body comes back as it was, whatever the editor shows meanwhile (C1, I3)."""

import base64
from typing import Any

import pytest

from odziv.compose import attachments, bodies, drafts
from odziv.compose.drafts import DraftFields
from odziv.compose.problems import DraftRefused
from odziv.models import Attachment
from tests.compose.support import PNG, draft
from tests.support.cast import Cast

ADDRESS = "/compose/images/{}/"
DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def find(key: Any) -> Any:
    return Attachment.objects.filter(pk=key).first()


def test_a_document_is_cut_at_its_body() -> None:
    html = '<!DOCTYPE html><html><head><style>p{}</style></head>\n<BODY class=">">\n<p>a</p></body>\n</html>\n'
    cut = bodies.document(html)
    assert cut.inner == "\n<p>a</p>"
    assert cut.before + cut.inner + cut.after == html
    assert cut.styles == "p{}"


@pytest.mark.parametrize("html", ["", "<p>a", "<!--[if mso]><body><![endif]--><p>a</p>", "<title><body></title>a"])
def test_without_a_body_all_of_it_is_written_in(html: str) -> None:
    assert bodies.document(html).inner == html


def test_data_images_are_stored_and_shown_by_cid(cast: Cast) -> None:
    html = f'<p>a</p><img src=\'{DATA}\' alt="x"><img src="{DATA}">'
    message = draft(cast.ana, html=html)
    image = message.attachments.get()
    assert message.html == f'<p>a</p><img src=\'cid:{image.content_id}\' alt="x"><img src="cid:{image.content_id}">'
    assert (image.inline, image.content_type, image.file.size) == (True, "image/png", len(PNG))


def test_a_damaged_data_image_stays_as_it_is(cast: Cast) -> None:
    html = '<img src="data:image/png;base64,*nothing*"><img src="data:image/gif;base64,">'
    assert draft(cast.ana, html=html).html == html


def test_data_images_have_the_limit_of_files(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_FILE", 10)
    with pytest.raises(DraftRefused):
        draft(cast.ana, html=f'<img src="{DATA}">')


def test_the_editor_shows_images_and_the_draft_keeps_their_cid(cast: Cast) -> None:
    message = draft(cast.ana)
    image = attachments.attach(message, "a.png", "image/png", [PNG], inline=True)
    html = f"<p class='a'  >&nbsp;č</P><img src=\"cid:{image.content_id}\"><td background=cid:{image.content_id}>"
    shown = bodies.shown(html, [image], ADDRESS.format)
    assert shown.count(f"/compose/images/{image.pk}/") == 2
    assert bodies.edited(message, shown, ADDRESS.format, find) == html


def test_an_image_copied_from_another_message_comes_along(cast: Cast) -> None:
    theirs = attachments.attach(draft(cast.ana), "a.png", "image/png", [PNG], inline=True)
    message = draft(cast.ana)
    html = bodies.edited(message, f'<img src="http://here{ADDRESS.format(theirs.pk)}">', ADDRESS.format, find)
    mine = message.attachments.get()
    assert html == f'<img src="cid:{mine.content_id}">'
    assert (mine.file, mine.content_id != theirs.content_id) == (theirs.file, True)


def test_an_image_that_one_may_not_see_stays_an_address(cast: Cast) -> None:
    html = f'<img src="{ADDRESS.format("0" * 8 + "-0000-0000-0000-" + "0" * 12)}">'
    assert bodies.edited(draft(cast.ana), html, ADDRESS.format, find) == html


def test_html_that_was_not_edited_stays_to_the_byte(cast: Cast) -> None:
    html = "<!--[if mso]><v:rect href=\"https://x.si/?a=1&amp;b\"><![endif]-->\r\n<P  Class='x'>&nbsp;&#269;\t\n</p>"
    message = draft(cast.ana, html=html)
    assert drafts.save(message, DraftFields(subject="Drugo")).html == html

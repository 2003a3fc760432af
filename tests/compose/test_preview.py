"""The preview is the copy that recipients get, with addresses that count nothing (C1, F4, I5)."""

from typing import Any

from odziv.compose import attachments, preview
from odziv.environment import ENV
from odziv.models import FollowState, Message
from tests.compose.support import PNG, contact, draft
from tests.support.cast import Cast


def seen(message: Message) -> Any:
    return preview.of(message, "/attachments/{}/".format)


def test_a_followed_message_shows_links_images_and_followed_files(cast: Cast) -> None:
    message = draft(cast.ana)
    image = attachments.attach(message, "a.png", "image/png", [PNG], inline=True)
    file = attachments.attach(message, "Ponudba.pdf", "", [b"x"], followed=True)
    message.html = f'<p><a href="https://x.si/?a=1&amp;b">a</a><img src="cid:{image.content_id}"></p>'
    message.save()
    found = seen(message)
    assert found.state == FollowState.ON
    assert 'href="https://x.si/?a=1&amp;b"' in found.html
    assert f'src="/attachments/{image.pk}/"' in found.html
    assert f'href="/attachments/{file.pk}/"' in found.html
    assert "Ponudba.pdf" in found.text
    assert ENV.edge_url not in found.html + found.text
    assert [(link.followed, link.part) for link in found.links] == [(True, "html"), (True, "text")]
    assert [(one.served, one.why) for one in found.images] == [(True, "Loaded from Odziv.")]


def test_an_unfollowed_message_has_no_beacon_and_no_block_of_files(cast: Cast) -> None:
    contact(cast.ana, "Maja", "maja@hrast.example", allow=False)
    message = draft(cast.ana, html='<a href="https://x.si/">a</a><img src="https://y.si/b.png" alt="b">')
    attachments.attach(message, "Ponudba.pdf", "", [b"x"], followed=True)
    found = seen(message)
    assert (found.state, found.html) == (FollowState.BLOCKED, message.html)
    assert [link.reason for link in found.links] == ["off", "off"]
    assert found.images[0].why == "This image stays where it is on the web."
    assert [problem.code for problem in found.problems] == ["blocked"]


def test_everybody_who_gets_a_copy_can_be_looked_over_the_shoulder(cast: Cast) -> None:
    contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    message = draft(cast.ana, cc="MAJA@hrast.example, bor@x.si", bcc="jan@alpine.example")
    found = seen(message)
    assert [(one.key, one.name, one.role, one.is_blind, one.check.allowed) for one in found.readers] == [
        ("maja@hrast.example", "Maja Novak", "to", False, True),
        ("bor@x.si", "", "cc", False, True),
        ("jan@alpine.example", "Jan Kranjc", "bcc", True, False),
    ]
    assert [one.name for one in found.refusing] == ["Jan Kranjc"]


def test_reasons_are_in_the_writers_language(cast: Cast) -> None:
    from django.utils import translation

    with translation.override("sl"):
        found = seen(draft(cast.ana, html='<a href="mailto:a@b.si">a</a>'))
    assert found.links[0].why != "This link starts an e-mail."

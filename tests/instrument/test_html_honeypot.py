"""The link that nobody can see: where it is wanted, before the beacon, and nothing else changes (I3, J5)."""

from __future__ import annotations

import pytest

from odziv.instrument import Rules, plan_html
from tests.instrument.support import EDGE, READABLE, real, undone

WANTED = Rules(EDGE, honeypot=True)
HIDDEN = (
    f'<a href="{EDGE}/c/HIDDEN" aria-hidden="true" tabindex="-1" rel="nofollow" '
    'style="display:none!important;mso-hide:all"></a>'
)


@pytest.mark.parametrize(
    "html", ["<p>a</p>@", "<body>a<!--[if mso]>b<![endif]-->@</body>\r\n", "a@<!-- never closed", "@"]
)
def test_it_stands_at_the_end_before_the_beacon(html: str) -> None:
    before, after = html.split("@")
    copy = plan_html(before + after, rules=WANTED).render(READABLE)
    assert copy.startswith(before + HIDDEN + "<img ") and copy.endswith(after)


def test_without_the_wish_there_is_none() -> None:
    assert "HIDDEN" not in plan_html("<p>a</p>", rules=Rules(EDGE)).render(READABLE)


def test_it_is_no_link_of_the_message() -> None:
    plan = plan_html('<a href="https://lipa.example/">x</a>', rules=WANTED)
    assert [link.address for link in plan.links] == ["https://lipa.example/"]


def test_nothing_else_changes() -> None:
    html = "<P CLASS=a>Š &amp; b\t<a href='https://lipa.example/?a=1&amp;b'>x</A >\r\n</p></body>"
    plan = plan_html(html, rules=WANTED)
    assert undone(plan, plan.render(real())) == html

"""Which links of an HTML body are followed, and what a followed one looks like (I2, I3)."""

import pytest

from odziv.instrument import Rules, plan_html
from tests.instrument.support import EDGE, READABLE, RULES, real, redirected


def reason(href: str) -> tuple[str, str]:
    """Address and reason of the one link."""
    (link,) = plan_html(f'<a href="{href}">x</a>', rules=RULES).links
    assert link.followed == (link.reason == "")
    return link.address, link.reason


FOLLOWED = {
    "https://x.example": "https://x.example",
    "HTTPS://X.example/A": "HTTPS://X.example/A",
    "http://x.example:8080/a;b=c?d=e&amp;f=%20%2B%C4%8D#g": "http://x.example:8080/a;b=c?d=e&f=%20%2B%C4%8D#g",
    "//x.example/a": "//x.example/a",
    "https://user:pa%3Ass@x.example/": "https://user:pa%3Ass@x.example/",
    "https://žaba.example/pot č?q=š#ž": "https://žaba.example/pot č?q=š#ž",
    "https://[2001:db8::1]:8443/": "https://[2001:db8::1]:8443/",
    " https://x.example/a ": "https://x.example/a",
    "\n\thttps://x.exa\nmple/a\tb\r\n": "https://x.example/ab",
    "&#10;https://x.example/&Tab;a": "https://x.example/a",
    "https://x.example?a=1&copy=2&post=3&amp;lt=4": "https://x.example?a=1&copy=2&post=3&lt=4",
    "https://x.example/&#x10D;&#128;": "https://x.example/č€",
    "https:\\\\x.example\\a": "https:\\\\x.example\\a",
    "https:///x.example/a": "https:///x.example/a",
    "https://x.example/?u=https%3A%2F%2Fy.example%2F%3Fa%3Db%26c": (
        "https://x.example/?u=https%3A%2F%2Fy.example%2F%3Fa%3Db%26c"
    ),
    "https://x.example/?q=https://t.example/c/x": "https://x.example/?q=https://t.example/c/x",
    "https://x.example/?a[]=1&amp;a[]=2&amp;o[k]=v": "https://x.example/?a[]=1&a[]=2&o[k]=v",
    "https://x.example/%": "https://x.example/%",
    "https://x.example./": "https://x.example./",
    "http://localhost": "http://localhost",
    "https://x.example/preferences": "https://x.example/preferences",
    "https://x.example/adopt-outdoor/options": "https://x.example/adopt-outdoor/options",
}


@pytest.mark.parametrize("href", FOLLOWED)
def test_web_links_are_followed(href: str) -> None:
    plan = plan_html(f'<a href="{href}">x</a>', rules=RULES)
    assert [(link.address, link.followed, link.reason) for link in plan.links] == [(FOLLOWED[href], True, "")]
    redirect = plan.render(real()).split('"')[1]
    assert redirected(redirect) == FOLLOWED[href]


LEFT_ALONE = {
    "": "empty",
    "  ": "empty",
    "#": "fragment",
    "#top": "fragment",
    "mailto:ana@lipa.example": "mailto",
    "MAILTO:ana@lipa.example?subject=http://x.example": "mailto",
    "tel:+386": "tel",
    "sms:+386": "sms",
    "cid:a@b": "cid",
    "data:text/plain,http://x.example": "data",
    "javascript:void(0)": "scheme",
    "java\nscript:alert(1)": "scheme",
    "ftp://x.example/": "scheme",
    "file:///c:/x": "scheme",
    "webcal://x.example/c.ics": "scheme",
    "httpx://x.example": "scheme",
    "page.html": "relative",
    "/page": "relative",
    "?q=http://x.example": "relative",
    "www.x.example": "relative",
    "\\\\server\\share\\file.docx": "relative",
    "///x.example": "relative",
    "http://": "malformed",
    "https:x.example": "malformed",
    "https:/x.example": "malformed",
    "https://?q": "malformed",
    "https://#a": "malformed",
    "https://user@/": "malformed",
    "https://x example/": "malformed",
    "https://x.example:port/": "malformed",
    "https://x&gt;y/": "malformed",
    "https://x.example/&#1;a": "control",
    "https://x.example/&#127;": "control",
    "https://x.example/\ud800": "control",
    "https://t.example/c/abc": "own",
    "HTTPS://T.EXAMPLE:443/a": "own",
    "//t.example": "own",
    "http:\\\\t.example\\c\\abc": "own",
    "https://x.example/unsubscribe?u=1": "unsubscribe",
    "https://x.example/?action=UNSUB&amp;u=1": "unsubscribe",
    "https://x.example/opt-out": "unsubscribe",
    "https://lipa.example/odjava": "unsubscribe",
    "https://x.example/{{ name }}": "placeholder",
    "{{ url }}": "placeholder",
    "mailto:{{ address }}": "placeholder",
    "https://x.example/" + "a" * 1500: "long",
}


@pytest.mark.parametrize("href", LEFT_ALONE)
def test_other_links_are_left_alone(href: str) -> None:
    assert reason(href)[1] == LEFT_ALONE[href]
    html = f'<p><a href="{href}">x</a></p>'
    assert plan_html(html, rules=Rules(EDGE, beacon=False)).render(READABLE) == html


def test_the_longest_redirect_has_1500_characters() -> None:
    lengths: dict[bool, int] = {}
    for length in range(1000, 1100):
        address = f"https://x.example/{'č' * 100}{'a' * (length - 218)}"
        plan = plan_html(f'<a href="{address}">', rules=RULES)
        lengths[plan.links[0].followed] = max(lengths.get(plan.links[0].followed, 0), len(real().click(0, address)))
    assert lengths[True] <= 1500 < lengths[False]
    assert lengths[True] > 1490


@pytest.mark.parametrize(
    "mark",
    [
        'data-odziv-follow="no"',
        "data-odziv-follow=OFF",
        "clicktracking=off",
        'ClickTracking=" Off "',
        "data-pm-no-track",
        "ses:no-track",
        'disable-tracking="true"',
        "data-msys-clicktrack=0",
        "mc:disable-tracking",
        'mautic:disable-tracking="true"',
    ],
)
def test_a_link_that_the_sender_marked_is_left_alone_with_its_mark(mark: str) -> None:
    html = f"<a {mark} href='https://x.example/'>"
    plan = plan_html(html, rules=Rules(EDGE, beacon=False))
    assert plan.links[0].reason == "marked"
    assert plan.render(READABLE) == html


@pytest.mark.parametrize("mark", ['data-odziv-follow="yes"', "clicktracking=on", "disable-tracking=false", "title=off"])
def test_other_values_mark_nothing(mark: str) -> None:
    assert plan_html(f"<a {mark} href='https://x.example/'>", rules=RULES).links[0].followed


@pytest.mark.parametrize(
    ("html", "copy"),
    [
        ('<a href="https://x/" title="a > b">', '<a href="https://t.example/c/0" title="a > b">'),
        ("<A HREF = 'https://x/'>", "<A HREF = 'https://t.example/c/0'>"),
        ("<a href=https://x/ b>", "<a href=https://t.example/c/0 b>"),
        ("<a href=https://x/>", "<a href=https://t.example/c/0>"),
        ('<area href="https://x/"/>', '<area href="https://t.example/c/0"/>'),
        ('<a href="https://x/" href="https://y/">', '<a href="https://t.example/c/0" href="https://y/">'),
        ("<svg><a xlink:href='https://x/'/></svg>", "<svg><a xlink:href='https://t.example/c/0'/></svg>"),
        (
            "<!--[if mso]><v:rect href='https://x/'><![endif]-->",
            "<!--[if mso]><v:rect href='https://t.example/c/0'><![endif]-->",
        ),
        ("<!--[if mso]><a href='https://x/'><![endif]-->", "<!--[if mso]><a href='https://t.example/c/0'><![endif]-->"),
        ("<noscript><a href='https://x/'></noscript>", "<noscript><a href='https://t.example/c/0'></noscript>"),
        ("<map><area href='#a'><area href='https://x/'>", "<map><area href='#a'><area href='https://t.example/c/1'>"),
    ],
)
def test_only_the_value_changes(html: str, copy: str) -> None:
    assert plan_html(html, rules=Rules(EDGE, beacon=False)).render(READABLE) == copy


@pytest.mark.parametrize(
    "html",
    [
        "<link href='https://x/'>",
        "<base href='https://x/'>",
        "<form action='https://x/'>",
        "<img src='https://x/'>",
        "<q cite='https://x/'>",
        "<button href='https://x/'>",
        "<a xlink:href='https://x/'>",
        "<a name='https://x/'>https://x/</a>",
        "<style>a{background:url(https://x/)}</style>",
        "<script>'<a href=https://x/>'</script>",
        "<title><a href='https://x/'></title>",
        "<!-- <a href='https://x/'> -->",
        "<o:File HRef='https://x/'/>",
        "<iframe src='https://x/'></iframe>",
    ],
)
def test_what_is_no_link_is_not_touched(html: str) -> None:
    plan = plan_html(html, rules=Rules(EDGE, beacon=False))
    assert plan.links == ()
    assert plan.render(READABLE) == html


def test_ordinals_count_all_links_and_go_on() -> None:
    html = "<a href='#'></a><a href='https://x/'></a><!--[if mso]><a href='https://x/'></a><![endif]-->"
    plan = plan_html(html, rules=RULES, first_ordinal=5)
    assert [(link.ordinal, link.followed) for link in plan.links] == [(5, False), (6, True), (7, True)]


def test_addresses_that_may_not_be_followed_are_left_alone() -> None:
    rules = Rules(EDGE, leave_alone=frozenset({"https://x.example/?a&b"}))
    assert plan_html('<a href="https://x.example/?a&amp;b">', rules=rules).links[0].reason == "listed"


def test_links_can_be_left_alone_altogether() -> None:
    html = "<a href='https://x/'></a><a href='mailto:x'></a>"
    plan = plan_html(html, rules=Rules(EDGE, links=False))
    assert [link.reason for link in plan.links] == ["off", "mailto"]
    assert plan.render(READABLE).startswith(html)


def test_only_its_own_path_is_ours_on_a_shared_host() -> None:
    rules = Rules("https://lipa.example/mail/")
    html = "<a href='https://lipa.example/mail/c/x'><a href='https://lipa.example/mailing'>"
    assert [link.reason for link in plan_html(html, rules=rules).links] == ["own", ""]


def test_placeholders_are_reported() -> None:
    html = '<a href="{{ TrackLink "https://q.example/" }}"><img src="{{ logo }}"><a href="https://x.example/*|ID|*">'
    problems = plan_html(html, rules=RULES).problems
    assert [(problem.code, problem.address) for problem in problems] == [
        ("placeholder", "{{ TrackLink"),
        ("placeholder", "https://x.example/*|ID|*"),
        ("image-placeholder", "{{ logo }}"),
    ]

"""Images that we hold are loaded from the edge, wherever they are named; others stay (I1)."""

import pytest

from odziv.instrument import Rules, plan_html
from tests.instrument.support import EDGE, PICTURE, READABLE, RULES

RULES_ALONE = Rules(EDGE, beacon=False)
IMAGES = {"a@b": PICTURE, "č d": PICTURE, "data:image/gif;base64,R0lG": PICTURE}


@pytest.mark.parametrize(
    ("html", "copy"),
    [
        ('<img src="cid:a@b" alt="">', '<img src="https://t.example/i/0" alt="">'),
        ("<IMG SRC = CID:a@b>", "<IMG SRC = https://t.example/i/0>"),
        ("<img src=' cid:a&#64;b '>", "<img src='https://t.example/i/0'>"),
        ("<img src='cid:%C4%8D%20d'>", "<img src='https://t.example/i/0'>"),
        ("<img src='data:image/gif;base64,R0lG'>", "<img src='https://t.example/i/0'>"),
        ("<td background='cid:a@b'>", "<td background='https://t.example/i/0'>"),
        ("<input type=image src='cid:a@b'>", "<input type=image src='https://t.example/i/0'>"),
        ("<svg><image xlink:href='cid:a@b'/></svg>", "<svg><image xlink:href='https://t.example/i/0'/></svg>"),
        (
            "<!--[if mso]><v:fill src='cid:a@b'/><v:imagedata src='cid:a@b'><v:image src='cid:a@b'><![endif]-->",
            "<!--[if mso]><v:fill src='https://t.example/i/0'/><v:imagedata src='https://t.example/i/0'>"
            "<v:image src='https://t.example/i/0'><![endif]-->",
        ),
        (
            "<img srcset='cid:a@b 1x, cid:none 2x,cid:a@b 3x'>",
            "<img srcset='https://t.example/i/0 1x, cid:none 2x,https://t.example/i/0 3x'>",
        ),
        (
            """<p style="color:red;background:url('cid:a@b')">""",
            """<p style="color:red;background:url('https://t.example/i/0')">""",
        ),
        (
            '<p style="background:url(&quot;cid:a@b&quot;)">',
            '<p style="background:url(&quot;https://t.example/i/0&quot;)">',
        ),
        (
            "<a style='background:URL( cid:a@b )' href='#'>",
            "<a style='background:URL( https://t.example/i/0 )' href='#'>",
        ),
        (
            '<style>b{background:url("cid:a@b")}</style><style>i{background:url(cid:a@b)}</style>',
            '<style>b{background:url("https://t.example/i/0")}</style>'
            "<style>i{background:url(https://t.example/i/0)}</style>",
        ),
    ],
)
def test_a_stored_image_is_loaded_from_the_edge(html: str, copy: str) -> None:
    assert plan_html(html, rules=RULES_ALONE, images=IMAGES).render(READABLE) == copy


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ('<img src="https://x.example/a.png">', "remote"),
        ('<img src="//x.example/a.png">', "remote"),
        ("<td background=https://x.example/a.png>", "remote"),
        ("<!--[if mso]><v:fill src='https://x.example/a.png'/><![endif]-->", "remote"),
        ('<img src="https://t.example/i/abc">', "own"),
        ('<img src="cid:none">', "missing"),
        ("<p style='background:url(cid:none)'>", "missing"),
        ('<img src="data:image/png;base64,AAAA">', "data"),
        ('<img src="images/a.png">', "relative"),
        ('<img src="">', "empty"),
        ('<img src="file:///c:/a.png">', "scheme"),
        ('<img src="https://x.example/{{ logo }}">', "placeholder"),
    ],
)
def test_other_images_stay(html: str, reason: str) -> None:
    plan = plan_html(html, rules=RULES_ALONE, images=IMAGES)
    assert [(image.served, image.reason) for image in plan.images] == [(False, reason)]
    assert plan.render(READABLE) == html


@pytest.mark.parametrize(
    "html",
    [
        "<a href='cid:a@b'>",
        "<p>cid:a@b background='cid:a@b'</p>",
        "<!-- <img src='cid:a@b'> -->",
        "<p title='url(cid:a@b)'>",
        "<input src='cid:a@b'>",
        "<style>b{background:url(cid:a@b)}",
        "<!--[if mso]><style><![endif]--><p>url(cid:a@b)</p><a></a></style>",
        "<link href='cid:a@b'>",
    ],
)
def test_what_is_no_image_is_not_touched(html: str) -> None:
    assert plan_html(html, rules=RULES_ALONE, images=IMAGES).render(READABLE) == html


def test_the_same_image_has_one_ordinal() -> None:
    images = {"a": PICTURE, "b": PICTURE}
    html = "<img src=cid:a><img src=cid:none><img src=cid:b><img src=cid:a>"
    assert [image.ordinal for image in plan_html(html, rules=RULES, images=images).images] == [0, None, 1, 0]


def test_edits_beside_each_other_do_not_collide() -> None:
    html = "<td background=cid:a@b style='background:url(cid:a@b)'><a href='https://x/' style='x:url(cid:a@b)'>"
    copy = (
        "<td background=https://t.example/i/0 style='background:url(https://t.example/i/0)'>"
        "<a href='https://t.example/c/0' style='x:url(https://t.example/i/0)'>"
    )
    assert plan_html(html, rules=RULES_ALONE, images=IMAGES).render(READABLE) == copy

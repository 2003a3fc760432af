"""The scanner finds the links that Chromium finds, in texts as broken as they come."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from odziv.lib.html import Scanner, attributes, decode, value_of
from tests.support import corpora

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASK = """texts => texts.map(text => Array.from(
    new DOMParser().parseFromString(text, "text/html").querySelectorAll("a[href], area[href]"),
    found => found.getAttribute("href")))"""
# Without tables, forms and foreign content: there the tree decides which tags count.
PIECES = """\
<a href="https://U/"> |<a href=https://U/>|<a href='https://U/?a=1&b'>|<A HREF = "https://U">|</a>|<p>|</p>|<br>|\
</br>|text|-|--|!|<a href="https://U/?x&copy=1&amp;y&lt;z&notit;&#128;&#x41&#0;&ampx;&amp=">|\
<a href="https://U/&NotEqualTilde;&zz;&am;&frac12x">|<a/href="https://U/">|\
<a href="https://U/"href="https://z/">|<a href>|<a href=>|<a b=c/href="https://U/">|<a =href="https://U/">|\
<a href ="https://U/\n x ">|<a\fhref="https://U/">|<area href="https://U/">|<div class="x" title="a>b">|</div>|\
<img src=x>|<td x>|<!--|-->|--!>|<!-->|<!--->|<!---!>|<!--!>|<!|<?x|>|<|</|</ x>|"|'|=|<b "|<b x="|<b x='|\
<i y=a"b|/>|<i/|<!doctype html>|<!DOCTYPE "x|<style>|</style>|</STYLE >|<style/>|<script>|</script>|</script x="|\
<!--<script>|<script/>|<title>|</title>|<title/>|<textarea>|</textarea>|<xmp>|</xmp>|<noscript>|</noscript>|\
<iframe>|</iframe>|<noembed>|</noembed>|<plaintext>|&amp;|\r\n|\t"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield browser.new_page()
        browser.close()


def hrefs(html: str) -> list[str]:
    values = []
    for tag in Scanner(html, frozenset({"a", "area"})).tags():
        href = attributes(html, tag.inside, tag.end).get("href")
        if href is not None and not tag.closing and not tag.conditional:
            start, end, _ = value_of(href)
            values.append(decode(html[start:end]))
    return values


def test_broken_texts(page: Page) -> None:
    chance = random.Random(13)
    pieces = PIECES.split("|")
    texts = [
        "".join(
            piece.replace("U", f"u{at}") for at, piece in enumerate(chance.choices(pieces, k=chance.randint(1, 14)))
        )
        for _ in range(5000)
    ]
    for text, found in zip(texts, page.evaluate(ASK, texts), strict=True):
        # Chromium's tree repeats a link that is nested wrongly.
        assert set(hrefs(text)) == set(found), text


def test_real_mail(page: Page) -> None:
    texts = [corpora.html(case["file"]) for case in corpora.html_cases()]
    assert [hrefs(text) for text in texts] == page.evaluate(ASK, texts)

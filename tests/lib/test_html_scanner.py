"""Tags are found where a browser finds them, and in the comments that Outlook reads (WHATWG HTML, 13.2.5)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.html import Scanner, attributes, decode, value_of

WANTED = frozenset({"a", "area"})


def found(html: str, prefix: str | None = None) -> list[str]:
    """The href of each tag found, in order; those of conditional comments in square brackets."""
    values = []
    for tag in Scanner(html, WANTED, prefix=prefix).tags():
        href = None if tag.closing else attributes(html, tag.inside, tag.end).get("href")
        if href is not None:
            start, end, _ = value_of(href)
            values.append(f"[{decode(html[start:end])}]" if tag.conditional else decode(html[start:end]))
    return values


@pytest.mark.parametrize(
    ("html", "values"),
    [
        ('<a href="1">', ["1"]),
        ("<a href='1'>", ["1"]),
        ("<a href=1/>", ["1/"]),
        ("<A\nHREF\t=\n'1'>", ["1"]),
        ("<a\fhref=1>", ["1"]),
        ("<a/href=1>", ["1"]),
        ('<a b="x>y"href="1"/>', ["1"]),
        ('<a b=x"y href=1>', ["1"]),
        ("<a b='href=2' href=1>", ["1"]),
        ('<a href="1" href="2">', ["1"]),
        ("<a =href=2 href=1>", ["1"]),
        ('<a "href=2" href=1>', ["1"]),
        ("<a href>", [""]),
        ("<a href= >", [""]),
        ("<a href=>", [""]),
        ("<a href=1", []),
        ('<a href="1>', []),
        ('<a href="1> <a href="2">', ["1> <a href="]),
        ("<a title=it's href=1>", ["1"]),
        ("<a title='1 > 0' href=1>", ["1"]),
        ("<abbr href=1>", []),
        ("< a href=1>", []),
        ("</a href=1>", []),
        ("<p <a href=1>", []),
        ("<a\0 href=1>", []),
        ('<td x="1"href="2"><a href="1">', ["1"]),
        ('<td ="<a href=2>"><a href="1">', ["1"]),
    ],
)
def test_it_reads_attributes_as_a_browser_does(html: str, values: list[str]) -> None:
    assert found(html) == values


@pytest.mark.parametrize(
    ("html", "values"),
    [
        ("<!-- <a href=2> --><a href=1>", ["1"]),
        ("<!--><a href=1>", ["1"]),
        ("<!---><a href=1>", ["1"]),
        ("<!-- --!><a href=1>", ["1"]),
        ("<!--!><a href=2>--><a href=1>", ["1"]),
        ("<!---!><a href=2>--><a href=1>", ["1"]),
        ("<!-- - -> -- > <a href=2> --><a href=1>", ["1"]),
        ("<!doctype html '<a href=1>", []),
        ("<!x <a href=2><a href=1>", ["1"]),
        ("<?php <a href=2><a href=1>", ["1"]),
        ("</ <a href=2><a href=1>", ["1"]),
        ("</><a href=1>", ["1"]),
        ("<![CDATA[<a href=2><a href=1>]]>", ["1"]),
        ("<!-- <a href=1>", []),
        ("<a href=1><!", ["1"]),
    ],
)
def test_it_passes_over_comments(html: str, values: list[str]) -> None:
    assert found(html) == values


@pytest.mark.parametrize(
    ("html", "values"),
    [
        ("<!--[if mso]><a href=1><![endif]--><a href=2>", ["[1]", "2"]),
        ("<!--[if (gte mso 9)|(IE)]><a href=1><![endif]-->", ["[1]"]),
        ("<!--[IF MSO]><a href=1><![ENDIF]-->", ["[1]"]),
        ("<!--[if !mso]><!--><a href=1><!--<![endif]-->", ["1"]),
        ("<!--[if !mso]><!-- --><a href=1><!-- <![endif]-->", ["1"]),
        ("<![if !mso]><a href=1><![endif]>", ["1"]),
        ("<!--[if mso]><style><a href=2></style><a href=1><![endif]-->", ["[1]"]),
        ("<!--[if mso]><style><![endif]--><a href=1>", ["1"]),
        ('<!--[if mso]><p x="<![endif]--><a href=1>', ["1"]),
        ("<!--[if mso]><!-- <![endif]--><a href=1>", ["1"]),
        ("<!-- [if mso]><a href=2><![endif]--><a href=1>", ["1"]),
        ("<!--[iffy]><a href=2>--><a href=1>", ["1"]),
        ("<!--[if mso]><a href=1>", []),
    ],
)
def test_it_reads_what_outlook_reads(html: str, values: list[str]) -> None:
    assert found(html) == values


def test_it_finds_elements_by_prefix() -> None:
    vml = "<!--[if mso]><v:roundrect href='1'><V:RECT href=2><w:anchorlock href=3/></v:roundrect><![endif]-->"
    assert found(vml, prefix="v:") == ["[1]", "[2]"]


@pytest.mark.parametrize(
    ("html", "values"),
    [
        ("<style><a href=2></style><a href=1>", ["1"]),
        ("<STYLE><a href=2></Style\n><a href=1>", ["1"]),
        ("<style></styles><a href=2></style><a href=1>", ["1"]),
        ("<style/><a href=2></style><a href=1>", ["1"]),
        ("<title><a href=2></title><textarea><a href=2></textarea><a href=1>", ["1"]),
        ("<xmp><a href=2></xmp><iframe><a href=2></iframe><noframes><a href=2></noframes><a href=1>", ["1"]),
        ("<noscript><a href=1></noscript>", ["1"]),
        ("<a href=1><plaintext><a href=2></plaintext><a href=2>", ["1"]),
        ("<script>'<a href=2>'</script><a href=1>", ["1"]),
        ("<script><!--<script></script><a href=2></script><a href=1>", ["1"]),
        ("<script><!--<script>--></script><a href=1>", ["1"]),
        ("<script><!--></script><a href=1>", ["1"]),
        ("<style><!--</style><a href=1>", ["1"]),
        ("<style><a href=1>", []),
    ],
)
def test_it_passes_over_raw_text(html: str, values: list[str]) -> None:
    assert found(html) == values


@pytest.mark.parametrize(
    ("html", "values"),
    [
        ("<svg><style><a href=1></style></svg>", ["1"]),
        ("<svg><title><style><a href=2></style></title></svg><a href=1>", ["1"]),
        ("<svg><![CDATA[<a href=2>]]><a href=1></svg>", ["1"]),
        ("<svg><p><style><a href=2></style><a href=1>", ["1"]),
        ("<svg/><style><a href=2></style><a href=1>", ["1"]),
        ("<svg><foreignObject><svg></svg></foreignObject></svg><title><a href=2></title><a href=1>", ["1"]),
        ("</svg><title><a href=2></title><a href=1>", ["1"]),
        ("<math><mi><style><a href=2></style></mi><style><a href=1></style></math>", ["1"]),
    ],
)
def test_it_knows_where_svg_changes_the_rules(html: str, values: list[str]) -> None:
    assert found(html) == values


@pytest.mark.parametrize(
    ("html", "at"),
    [
        ("<p>text", None),
        ("<p>text<!-- ", 7),
        ("<p>text<a href='", 7),
        ("<p>text</a ", 7),
        ("<p>text<style> .a{}", 7),
        ("<p>text<plaintext>more", 7),
        ("<p>text<?", 7),
        ("<!--[if mso]><!-- <![endif]-->text", None),
        ("<!--[if mso]> text", 0),
    ],
)
def test_it_tells_what_was_never_closed(html: str, at: int | None) -> None:
    scanner = Scanner(html, WANTED)
    list(scanner.tags())
    assert scanner.unclosed == at


def test_a_marked_tag_is_found_whatever_its_name() -> None:
    html = '<td a="1"><td a="2"> mark <p a="mark"></p>'
    marks = [html.index("mark"), html.rindex("mark")]
    assert [html[tag.start : tag.end] for tag in Scanner(html, WANTED, marks=marks).tags()] == ['<p a="mark">']


def test_runs_of_common_tags_change_nothing() -> None:
    tag = '<td class="a" style="b>c"><p a=b><br/><TD X="1"></td><span ="><a href=2>"></span>'
    assert found(f"{tag * 300}<a href=1>") == ["2"] * 300 + ["1"]


HOSTILE = [
    "<",
    "<a ",
    "<a b=c ",
    "<a href=x>",
    '<a x="',
    "<a '",
    "<!--",
    "<!-->",
    "<!-- --!>",
    "<!--!>",
    "<!--[if mso]>",
    "<!--[if mso]><a href=x><![endif]-->",
    "</",
    "<?",
    "<![CDATA[",
    "<style>",
    "<script><!--",
    "<svg><title>",
    "<svg></b>",
    "<td a=",
    '<td a="b" ',
    '"',
    "'<td>",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_length_only(piece: str) -> None:
    times = []
    for size in (50_000, 400_000):
        html = piece * (size // len(piece))
        started = time.process_time()
        found(html)
        times.append(time.process_time() - started)
    assert times[1] < 40 * times[0] + 0.05  # eight times as long; quadratic would be 64 times


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<", "<a ", "<a x='", "<!--", "<td a=", "<a " + "x" * 1000, "<a" + " " * 1000, '"'])
def test_a_paste_of_25_megabytes_is_read_in_seconds(piece: str) -> None:
    html = piece * (25_000_000 // len(piece))
    started = time.process_time()
    assert sum(1 for _ in Scanner(html, frozenset({"body"})).tags()) == 0
    assert time.process_time() - started < 30


PIECES = st.sampled_from(
    [*HOSTILE, "-->", "--!>", ">", "/>", "=", " ", "\n", "a", "</style>", "</script>", "<p>", "\0"]
)


@given(st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_any_text_can_be_read(html: str) -> None:
    scanner = Scanner(html, WANTED, prefix="v:")
    at = 0
    for tag in scanner.tags():
        assert at <= tag.start < tag.inside < tag.end <= len(html)
        assert html[tag.start] == "<" and html[tag.end - 1] == ">"
        at = tag.end
    assert scanner.unclosed is None or html[scanner.unclosed] == "<"

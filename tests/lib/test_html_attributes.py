"""Values of attributes read as browsers read them, and written so that browsers read them back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.html import attributes, decode, encode, value_of
from odziv.lib.html.attributes import Quote


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("a&amp;b", "a&b"),
        ("a&#38;b&#x26;c&#X26;d", "a&b&c&d"),
        ("a&#38b", "a&b"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("?a=1&copy2", "?a=1&copy2"),
        ("?a=1&copy", "?a=1©"),
        ("?a=1&copy;=2", "?a=1©=2"),
        ("?a&postid=1&not=2&notit;&lt=3", "?a&postid=1&not=2&notit;&lt=3"),
        ("&AMP;&AMP &Aacute", "&& Á"),
        ("&zzz;&;&#;&#x;&", "&zzz;&;&#;&#x;&"),
        ("&#128;&#150;&#x99;&#129;", "€–™\x81"),
        ("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\ufffd" * 4),
        ("&#00000000000000000065;", "A"),
        ("&NotEqualTilde;&fjlig;", "≂̸fj"),
        ("&amp;amp;", "&amp;"),
        ("a\r\nb\rc\0", "a\nb\nc\ufffd"),
        ("&Tab;&NewLine;&#10;", "\t\n\n"),
        ("&frac12x &frac12= &frac12", "&frac12x &frac12= ½"),
    ],
)
def test_references_are_decoded_as_in_attributes(raw: str, value: str) -> None:
    assert decode(raw) == value


@given(st.text().filter(lambda text: "\r" not in text and "\0" not in text), st.sampled_from(['"', "'", ""]))
def test_what_is_encoded_reads_back(value: str, quote: Quote) -> None:
    raw = encode(value, quote)
    assert decode(raw) == value
    if not raw:
        return
    tag = f"<a href={quote}{raw}{quote}>"
    start, end, found = value_of(attributes(tag, 2, len(tag))["href"])
    assert (tag[start:end], found) == (raw, quote)


def test_plain_addresses_are_not_escaped() -> None:
    assert encode("https://t.example/c/Ab-_9") == "https://t.example/c/Ab-_9"


@given(st.text())
def test_any_value_can_be_decoded(raw: str) -> None:
    assert isinstance(decode(raw), str)


def test_of_two_attributes_of_a_name_the_first_counts() -> None:
    tag = "<a HREF='1' href='2'>"
    start, end, _ = value_of(attributes(tag, 2, len(tag))["href"])
    assert tag[start:end] == "1"

"""The text part says the addresses and the words that a browser would show (I2, I3)."""

from __future__ import annotations

import pytest

from odziv.compose.plaintext import from_html


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ('"https://lipa.example/?a=1&amp;b=2"', "https://lipa.example/?a=1&b=2"),
        ('"https://lipa.example/?a=1&copy=2"', "https://lipa.example/?a=1&copy=2"),
        ("https://lipa.example/?a=1&lt=2", "https://lipa.example/?a=1&lt=2"),
        ("'https://lipa.example/?a=1&amp;amp;b'", "https://lipa.example/?a=1&amp;b"),
        ('"https://lipa.example/&#x161;"', "https://lipa.example/š"),
    ],
)
def test_an_address_reads_as_in_a_browser(href: str, address: str) -> None:
    assert from_html(f"<p><a href={href}>cenik</a></p>") == f"cenik <{address}>"


def test_words_about_references_stay_words() -> None:
    assert from_html("<p>write &amp;copy; or &amp;lt; &copy;</p>") == "write &copy; or &lt; ©"

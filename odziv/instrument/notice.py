"""The line that tells recipients that an e-mail is followed, with the page on which they say no (L2)."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from odziv.instrument.plan import Addresses
from odziv.lib.html import encode


class _Words(NamedTuple):
    told: str
    link: str


_WORDS = {
    "en": _Words("{name} sees whether this e-mail is opened and which links are clicked.", "How to stop that"),
    "sl": _Words("{name} vidi, ali je to sporočilo odprto in katere povezave so kliknjene.", "Kako to ustavite"),
}
_BLOCK = (
    '<p style="margin:16px 0;font-family:Arial,Helvetica,sans-serif;font-size:12px;line-height:18px;color:#6b7280;">'
    '{told} <a href="{address}" style="color:#6b7280;">{link}</a></p>'
)


@dataclass(frozen=True, slots=True)
class Notice:
    """`name` is who sends, as recipients know them; `language` that of the message (en, sl)."""

    language: str
    name: str

    def html(self, addresses: Addresses) -> str:
        """A paragraph in ASCII, so that it fits any character set."""
        words = self._words
        address = encode(addresses.preference(self.language, self.name))
        return _BLOCK.format(told=_ascii(words.told.format(name=self.name)), address=address, link=_ascii(words.link))

    def text(self, addresses: Addresses, line_end: str) -> str:
        """The same for plain text."""
        words = self._words
        address = addresses.preference(self.language, self.name)
        lines = ["", "", words.told.format(name=" ".join(self.name.split())), f"{words.link}: {address}", ""]
        return line_end.join(lines)

    @property
    def _words(self) -> _Words:
        return _WORDS.get(self.language, _WORDS["en"])


def _ascii(text: str) -> str:
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()

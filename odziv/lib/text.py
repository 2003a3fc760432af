"""Words as people look for them and as people sort them, the same on every database."""

from __future__ import annotations

import unicodedata

# Letters of their own in Slovene and its neighbours: they stand after the letter they are made of, not beside it. "zz"
# is letters only, because collations of PostgreSQL pass over punctuation.
OWN_LETTERS = str.maketrans({"č": "czz", "ć": "czzz", "đ": "dzz", "š": "szz", "ž": "zzz"})
PLAIN_LETTERS = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """Without case, accents and doubled spaces: `fold("Žagar  d.o.o.") == fold("zagar D.O.O.")`."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(PLAIN_LETTERS))
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def sort_key(text: str) -> str:
    """A text whose plain order is the alphabetical one: č after c, š after s, ž after z; other accents beside."""
    return fold(unicodedata.normalize("NFC", text.casefold()).translate(OWN_LETTERS))


def digits(text: str) -> str:
    """Only the digits of a phone number."""
    return "".join(letter for letter in text if letter.isdecimal())

"""Whether a message is still made from its template: whoever wrote something else in its place used none (T2). Pure."""

from __future__ import annotations

import re

from odziv.compose import plaintext

RUN = 5
"""So many words of the template in a row, anywhere in the message, say that it is made from it."""

_BRACES = re.compile(r"\{[{%].{0,500}?[%}]\}", re.DOTALL)
_VALUE = "\ue000"  # stands for a value that the recipient's took the place of; no letter of any word
_WORD = re.compile(r"\w+")


def still_made_from(template_html: str, message_text: str) -> bool:
    """Whether the plain text of a message has five words in a row that the template has.

    A template with fewer words in a row counts by its longest row; one without words (an image) counts always.
    """
    rows = [_words(text) for text in plaintext.from_html(_BRACES.sub(_VALUE, template_html)).split(_VALUE)]
    length = min(RUN, max(map(len, rows), default=0))
    if not length:
        return True
    said = _words(message_text)
    present = {tuple(said[at : at + length]) for at in range(len(said) - length + 1)}
    return any(tuple(row[at : at + length]) in present for row in rows for at in range(len(row) - length + 1))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())

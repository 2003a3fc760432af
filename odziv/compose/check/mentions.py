"""The text speaks of an attachment, and there is none: in English, Slovenian, German, whatever the writer's language.

The words are whole forms, because their stems are those of other words: Slovenian *priloga* (attachment) and
*prilagodim* (I adapt), *priložim* (I attach) and *priložnost* (opportunity); German *Anlage* is a plant as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from odziv.compose.check.seen import Seen
from odziv.compose.problems import Problem

_ENGLISH = r"attached|attachments?|attaching|i attach|we attach|enclosed|enclosing|enclosures?"
_SLOVENIAN = (
    r"prilog(?:a|e|i|o|ah|ami|am)|prilagam(?:o|a)?|prilo[zž]en(?:a|o|i|e|ih|im|imi|ega|em)?|prilo[zž]il(?:a|o|i)?"
    r"|prilo[zž]im(?:o)?|priponk(?:a|e|i|o|ah|ami|am)|pripenjam(?:o)?|pripet(?:a|o|i|e|ih|im|ega|em)?"
)
_GERMAN = (
    r"anbei|im anhang|als anhang|anh[aä]nge?|angeh[aä]ngt(?:e|en|er|es)?|beigef[uü]gt(?:e|en|er|es)?"
    r"|beiliegend(?:e|en|er|es)?|(?:in der|als|siehe|die beigef[uü]gte) anlagen?|h[aä]nge ich|f[uü]ge ich bei"
)
_NONE = r"(?:without|no|any|brez|nobene|nobenih|ohne|keine?n?)\s+(?:an\s+|the\s+)?"
_MENTION = re.compile(rf"(?<![\w@./-])(?P<none>{_NONE})?(?P<word>{_ENGLISH}|{_SLOVENIAN}|{_GERMAN})(?![\w@-])", re.I)


def attachment(seen: Seen) -> Iterator[Problem]:
    """A sentence that speaks of an attachment, in a message without one."""
    if seen.files:
        return
    word = mentioned(seen.draft.subject) or mentioned(seen.own_text)
    if word:
        text = _("The text says “%(word)s”, but nothing is attached.") % {"word": word}
        yield Problem("attachment-missing", "attachments", text, blocking=False)


def mentioned(text: str) -> str:
    """The first words that speak of an attachment; empty when there are none. “Without attachments” speaks of none."""
    return next((match["word"] for match in _MENTION.finditer(text) if not match["none"]), "")

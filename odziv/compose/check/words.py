"""What the text says, or does not say yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from odziv.compose.check.seen import Seen
from odziv.compose.problems import Problem

_LONGEST = 60  # of a placeholder, in a sentence
_SAID = 3

_CLOSED = re.compile(
    r"\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}"  # our own, Jinja, Handlebars
    r"|<%[^%\n]*%>|\*\|[^|\n]*\|\*|\$\{[\w.]+\}|%%[\w.]+%%|\[\[[\w. ]+\]\]"  # other programs' templates
    r"|\[(?:first ?name|last ?name|name|company|date|amount|price|title|link|phone"
    r"|ime|priimek|podjetje|datum|znesek|cena|naziv|povezava|telefon"
    r"|vorname|nachname|firma|betrag|preis|anrede|telefon)(?: [^\[\]\n]{0,20})?\]"  # what people write for themselves
    r"|\b(?-i:XXX+|TODO|TBD)\b|\blorem ipsum\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\{\{[^{}\n]{0,60}|\{%[^{}\n]{0,60}|[^{}\n]{0,20}\}\}")


def empty(seen: Seen) -> Iterator[Problem]:
    """Neither text nor file nor picture, apart from the signature and what is quoted."""
    if seen.own_text.strip() or seen.files or "<img" in seen.own_html.lower():
        return
    whole = seen.draft.text.strip() or seen.draft.html.strip()
    text = _("There is nothing but the signature or what is quoted.") if whole else _("The e-mail is empty.")
    yield Problem("no-body", "body", text, blocking=False)


def placeholders(seen: Seen) -> Iterator[Problem]:
    """Dynamic values that were never filled in, or whose braces are broken; in the subject and in the text."""
    # White space does not survive in an address of plain text.
    in_links = {"".join(problem.address.split()) for problem in seen.plans.problems}
    for field, text in (("subject", seen.draft.subject), ("body", seen.own_text)):
        for found in list(_left_in(text, in_links))[:_SAID]:
            yield Problem("placeholder-left", field, _sentence(found), blocking=False, near=found)


def left_in(text: str) -> list[str]:
    """The placeholders that stand in a text, each once."""
    return list(_left_in(text, set()))


def _left_in(text: str, in_links: set[str]) -> Iterator[str]:
    known: set[str] = set()
    closed = _CLOSED.sub(" ", text)
    for found in (*(match[0] for match in _CLOSED.finditer(text)), *(match[0] for match in _OPEN.finditer(closed))):
        one = found.strip()
        if one not in known and not any("".join(one.split()) in address for address in in_links):
            known.add(one)
            yield one


def _sentence(found: str) -> str:
    shown = found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"
    if _CLOSED.fullmatch(found):
        return _("“%(placeholder)s” is still to be filled in; it would leave as it stands.") % {"placeholder": shown}
    return _("The braces at “%(placeholder)s” are broken; they would leave as they stand.") % {"placeholder": shown}

"""What somebody wrote in a reply: quoted messages, signatures and telephones' own lines are folded away (P3).

Nothing is ever folded to nothing: a reply of which nothing would be left is shown whole. The work is linear in the
lines: at each one, a bounded number of the following is looked at.
"""

from __future__ import annotations

import re

from odziv.replies.kinds import quoting
from odziv.replies.kinds.html import FOLDED, QUOTED, SIGNATURE, WRITTEN, Line, lines_of

_MOST_LINES = 20_000
_LONGEST = 2_000
_JOINED = 4  # lines over which programs wrap the announcement of a quotation
_LOOKED_AT = 500
_BLOCK = 9
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\xad]")
_SEPARATOR = re.compile(r"^--\s*$")
_LONGEST_SIGNATURE = 15


def visible_text(plain: str, html: str = "") -> str:
    """The reply's own text from its body in plain text or, where that is empty, in HTML."""
    if plain.strip():
        lines = [Line(line.rstrip(), QUOTED if _is_quoted(line) else WRITTEN) for line in plain.split("\n")]
    else:
        lines = lines_of(html)
    lines = lines[:_MOST_LINES]
    for attempt in (_without_signature, _all):
        if found := _joined(attempt(_without_quotes(lines))):
            return found
    return _joined([line for line in lines if line.mark == WRITTEN]) or _joined(lines)


def _without_quotes(lines: list[Line]) -> list[Line]:
    """The lines without quotations and what announces them."""
    kept: list[Line] = []
    at, has_text = 0, False
    while at < len(lines):
        line = lines[at]
        if line.mark in (FOLDED, SIGNATURE):
            at += 1
            continue
        if line.mark == QUOTED or not line.text:
            kept.append(line)
            at += 1
            continue
        if quoting.FORWARD.match(line.text):
            return [*kept, *(Line(rest.text) for rest in lines[at:])]
        if has_text and (quoting.ORIGINAL.match(line.text) or _is_header_block(lines, at)):
            break
        if has_text and _is_devices_paragraph(lines, at):
            break  # telephones write their line between the reply and what it answers
        if before := _announced_behind(lines, at):
            kept.append(Line(before))
            at = _behind_quotation(lines, at + 1)
            continue
        if (end := _announcement_end(lines, at)) is not None:
            behind = _behind_quotation(lines, end)
            if behind == end and has_text:
                break
            while behind < len(lines) and kept and not kept[-1].text and not lines[behind].text:
                behind += 1
            at = behind
            continue
        has_text = True
        kept.append(line)
        at += 1
    return _without_tail(kept)


def _is_devices_paragraph(lines: list[Line], at: int) -> bool:
    alone = not lines[at - 1].text and (at + 1 == len(lines) or not lines[at + 1].text)
    return alone and quoting.OWN_DEVICE.match(lines[at].text[:_LOOKED_AT]) is not None


def _is_quoted(line: str) -> bool:
    return line.lstrip(" \t").startswith(">")


def _announced_behind(lines: list[Line], at: int) -> str:
    """The text before an announcement in the same line, when a quotation follows."""
    found = quoting.INLINE.search(lines[at].text[:_LOOKED_AT])
    if found and at + 1 < len(lines) and lines[at + 1].mark in (QUOTED, FOLDED):
        return lines[at].text[: found.start()].rstrip()
    return ""


def _announcement_end(lines: list[Line], at: int) -> int | None:
    """The line behind *On …, Ana wrote:*, which programs wrap over a few lines; None where there is none."""
    first = lines[at].text[:_LOOKED_AT]
    begins = quoting.BEGINNING.match(first) or quoting.QUOTING.match(first) or first.startswith("--")
    if not (begins or quoting.ADDRESS.search(first)):
        return None
    joined = ""
    for end in range(at, min(at + _JOINED, len(lines))):
        text = lines[end].text.strip()
        if not text or (end > at and lines[end].mark != lines[at].mark and not text.lstrip("> ").endswith(":")):
            return None
        joined = _INVISIBLE.sub("", f"{joined} {text.lstrip('> ') if end > at else text}").strip()
        if len(joined) > _LOOKED_AT:
            return None
        if _is_announcement(joined, quoted_next=_next_mark(lines, end + 1) in (QUOTED, FOLDED)):
            return end + 1
    return None


def _is_announcement(text: str, *, quoted_next: bool) -> bool:
    if text.startswith("--") and text.endswith("--"):
        text = f"{text.strip('- ')}:"  # Zoho's
    has_colon = text.endswith((":", "："))
    if not has_colon and not quoted_next:
        return False
    has_address = quoting.ADDRESS.search(text) is not None
    is_dated = quoting.TIME.search(text) is not None or quoting.DATE.search(text) is not None
    if quoting.BARE.match(text) and (is_dated or quoted_next):
        return True
    if quoted_next and has_colon and (quoting.QUOTING.match(text) or (is_dated and text[0].isdigit())):
        return True
    return has_colon and _says_who_wrote(text, has_address, is_dated, quoted_next)


def _says_who_wrote(text: str, has_address: bool, is_dated: bool, quoted_next: bool) -> bool:
    """By a verb: at the end it needs a date or an address beside it, within the line both or a quotation behind it."""
    if quoting.VERB_AT_END.search(text):
        begins = quoting.BEGINNING.match(text) is not None
        return (begins and is_dated) or has_address or (quoted_next and len(text) < 120)
    if not quoting.VERB.search(text):
        return False
    return (has_address and is_dated) or (quoting.BEGINNING.match(text) is not None and quoted_next and is_dated)


def _next_mark(lines: list[Line], at: int) -> str:
    for line in lines[at : at + 3]:
        if line.text or line.mark in (QUOTED, FOLDED):
            return QUOTED if line.text.lstrip().startswith(("|", ">")) else line.mark
    return ""


def _behind_quotation(lines: list[Line], at: int) -> int:
    """Behind the quoted lines at `at`, with blank ones between; `at` itself when none follow."""
    behind = end = at
    while end < len(lines):
        line = lines[end]
        if line.mark in (QUOTED, FOLDED) or line.text.lstrip().startswith("|"):
            behind = end + 1
        elif line.text:
            break
        end += 1
    return behind


def _is_header_block(lines: list[Line], at: int) -> bool:
    """From, Sent, To, Subject: at least three of them within a few lines, among them the sender."""
    if not quoting.FIELD.match(lines[at].text[:_LOOKED_AT]):
        return False
    found: set[str] = set()
    has_address = is_timed = False
    misses = 0
    for line in lines[at : at + _BLOCK]:
        text = _INVISIBLE.sub("", line.text[:_LOOKED_AT])
        has_address = has_address or quoting.ADDRESS.search(text) is not None
        match = quoting.FIELD.match(text)
        is_timed = is_timed or (match is not None and quoting.TIME.search(text) is not None)
        if match and match.lastgroup:
            found.add(quoting.FIELDS[int(match.lastgroup[1:])][0])
        elif text.strip():
            misses += 1
            if misses > 3:
                break
    return "from" in found and len(found) >= 3 and ("subject" in found or has_address or is_timed)


def _without_tail(lines: list[Line]) -> list[Line]:
    """Without the quoted lines, rules and mailing lists' footers at the end."""
    end = len(lines)
    while end:
        line = lines[end - 1]
        if not line.text.strip() or line.mark == QUOTED or quoting.DELIMITER.match(line.text):
            end -= 1
            continue
        footer = _footer_at(lines, end)
        if footer is None:
            break
        end = footer
    return lines[:end]


def _footer_at(lines: list[Line], end: int) -> int | None:
    """Where a mailing list's footer begins: a rule, and behind it a few lines that speak of the list."""
    for at in range(end - 1, max(-1, end - 8), -1):
        if quoting.DELIMITER.match(lines[at].text):
            behind = " ".join(line.text for line in lines[at + 1 : end])
            return at if quoting.LIST_FOOTER.search(behind) else None
    return None


def _without_signature(lines: list[Line]) -> list[Line]:
    """Without what stands behind `-- ` (RFC 3676, 4.3), and without telephones' own lines at the end."""
    for at in range(len(lines) - 1, max(-1, len(lines) - 1 - _LONGEST_SIGNATURE), -1):
        if _SEPARATOR.match(lines[at].text):
            lines = _without_tail(lines[:at])
            break
    end = len(lines)
    while end and (not lines[end - 1].text.strip() or _is_added(lines[end - 1].text)):
        end -= 1
    return _without_tail(lines[:end])


def _is_added(text: str) -> bool:
    text = text[:_LONGEST]
    is_devices = quoting.ADDED.match(text) is not None and quoting.DEVICE.search(text) is not None
    return is_devices or quoting.DELIMITER.match(text) is not None


def _all(lines: list[Line]) -> list[Line]:
    return lines


def _joined(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines).strip("\n").rstrip()

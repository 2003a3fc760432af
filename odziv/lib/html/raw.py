"""Stretches of HTML that hold no tags: comments of all forms, and elements whose content is plain text."""

from __future__ import annotations

import re
from functools import cache

# RAWTEXT, RCDATA, script data and PLAINTEXT (13.2.6.4). Not noscript: that is raw only where scripts run.
ELEMENTS = frozenset({"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"})

_COMMENT_END = re.compile(r"--!?>")
# Outlook and old Internet Explorer read what follows "[if …]>" as markup; the words may be in any case.
_CONDITION = re.compile(r"\[if\b[^\]<>]*\]>", re.IGNORECASE)
_SCRIPT_MARK = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)


def comment(text: str, start: int, end: int, *, cdata: bool) -> tuple[tuple[int, int] | None, int]:
    """The comment that begins at `start` with `<!`, `<?` or `</`: what Outlook reads in it, and where it ends.

    The first is a range or None, the second -1 when it never ends. Browsers treat declarations, processing
    instructions and faulty end tags as comments up to the next `>` (13.2.5.41). `cdata`: a CDATA section is one.
    """
    if text.startswith("<!--", start):
        return _true_comment(text, start, end)
    ending = "]]>" if cdata and text.startswith("<![CDATA[", start) else ">"
    closed = text.find(ending, start + 2, end)
    return None, closed + len(ending) if closed >= 0 else -1


def _true_comment(text: str, start: int, end: int) -> tuple[tuple[int, int] | None, int]:
    # "<!-->" and "<!--->" are whole comments: the ending may share the dashes of the beginning. "--!>" may not.
    closed = _COMMENT_END.search(text, start + 2, end)
    while closed and closed[0] == "--!>" and closed.start() < start + 4:
        closed = _COMMENT_END.search(text, closed.start() + 1, end)
    if closed is None:
        return None, -1
    content_end, after = closed.span()
    condition = _CONDITION.match(text, start + 4, max(start + 4, content_end))
    if condition is None:
        return None, after
    if text.endswith("<![endif]", condition.end(), content_end):
        content_end -= len("<![endif]")
    return (condition.end(), content_end), after


def end_of(name: str, text: str, position: int, end: int) -> int:
    """Where the end tag of the raw element `name` begins whose content begins at `position`; -1 if there is none."""
    if name == "plaintext":
        return -1
    if name == "script":
        return _end_of_script(text, position, end)
    closed = _end_tag(name).search(text, position, end)
    return closed.start() if closed else -1


@cache
def _end_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)


def _end_of_script(text: str, position: int, end: int) -> int:
    """13.2.5.15 to 13.2.5.31: after `<!--` and `<script` a `</script>` only ends the inner one, until `-->`."""
    commented = nested = False
    while (mark := _SCRIPT_MARK.search(text, position, end)) is not None:
        position = mark.end()
        if mark[0] == "<!--":
            if not commented:
                commented, position = True, mark.start() + 2
        elif mark[0] == "-->":
            commented = nested = False
        elif mark[1]:
            if not nested:
                return mark.start()
            nested = False
        elif commented:
            nested = True
    return -1

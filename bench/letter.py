"""The message that benches measure with: HTML of 60 kB with 40 links, and its text."""

from __future__ import annotations

LINKS, SIZE = 40, 60_000
_ROW = (
    '<tr><td style="padding:12px 24px;font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:21px;">\n'
    '  <!--[if mso]><table role="presentation"><tr><td><![endif]-->\n'
    '  <p class="lead" style="margin:0 0 8px;">{words}</p>\n'
    '  <a href="https://www.lipa.example/ponudba/{number}?utm_source=mail&amp;utm_campaign=jesen" '
    'style="color:#0b5fff">Preberite več o ponudbi št. {number}</a>\n'
    "  <!--[if mso]></td></tr></table><![endif]-->\n</td></tr>\n"
)
_HEAD = '<!doctype html>\n<html lang="sl"><head><meta charset="utf-8"><title>Ponudba</title></head>\n<body><table>\n'
_WORDS = "Za vaše podjetje smo pripravili predlog, ki prihrani čas in denar; poglejte, kaj vse je vključeno. "
TEXT = (
    "Pozdravljeni,\n\n"
    + _WORDS * 3
    + "\n\nPonudba: https://www.lipa.example/ponudba?utm_source=mail\n\nLep pozdrav\nAna\n"
)


def html() -> str:
    """Of `SIZE` bytes in UTF-8, give or take a row's words."""
    bare = sum(len(_ROW.format(words="", number=number).encode()) for number in range(LINKS))
    each = (SIZE - bare - len(_HEAD)) // LINKS // len(_WORDS.encode()) + 1
    rows = "".join(_ROW.format(words=_WORDS * each, number=number) for number in range(LINKS))
    return f"{_HEAD}{rows}</table></body></html>\n"

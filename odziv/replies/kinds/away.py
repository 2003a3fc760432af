"""Until when somebody is away, by their automatic reply (P2); only where it says so without doubt."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from odziv.replies.kinds import wording
from odziv.replies.kinds.evidence import Evidence

# What stands before the last day or the day of return: en, sl, de, fr, es, it, hr.
_BEFORE = (
    r"until|till|through|back(?: in (?:the )?office)?(?: on| by| from)?|return(?:ing|"
    r"s)?(?: to (?:the )?(?:office|work))?(?: on| by)?|"
    r"(?:vrnem|vračam)(?: se)?|nazaj(?: bom)?|spet (?:bom )?(?:v pisarni|dosegljiv[a]?|na voljo)|"
    r"do(?: vključno)?|vrnitev|"
    r"bis(?: (?:zum|einschließlich|inklusive))?|(?:wieder|zurück)(?: (?:ab|am|erreichbar ab|"
    r"im büro ab|für sie da ab))?|ab(?: dem)?|"
    r"jusqu'(?:au|à)|de retour(?: (?:le|à partir du))?|retour le|rentre le|"
    r"hasta(?: el)?|(?:vuelvo|regreso|regresaré|volveré|de vuelta)(?: el)?|"
    r"fino (?:al|a)|(?:rientro|torno|tornerò|rientrerò|di ritorno)(?: il)?|(?:vraćam|"
    r"vratit ću)(?: se)?|ponovno (?:sam )?(?:u uredu|dostupn[a-z]*)"
)
_WEEKDAY = r"(?:(?:on |am |le |el |il |dne |dana |v |u )?[^\W\d]{2,12}[,.]? (?:the |den |dem |dne )?)?"
_DATE = (
    r"(?P<iso>(?P<iy>20\d\d)-(?P<im>\d\d)-(?P<id>\d\d))"
    r"|(?P<dd>\d{1,2})(?:\.|st|nd|rd|th|er|º|°)?(?: de| of)? ?(?P<dm>[^\W\d]{3,10})\.?(?:,? (?:de )?(?P<dy>20\d\d))?"
    r"|(?P<md>[^\W\d]{3,10})\.? (?P<mday>\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:,? (?P<my>20\d\d))?"
    r"|(?P<nd>\d{1,2})\. ?(?P<nm>\d{1,2})\.(?: ?(?P<ny>20\d\d))?"
    r"|(?P<sd>\d{1,2})/(?P<sm>\d{1,2})/(?P<sy>20\d\d)"
)
_AWAY = re.compile(rf"(?<!\w)(?:{_BEFORE})[ :]{{1,2}}{_WEEKDAY}(?:{_DATE})", re.IGNORECASE)
_APPLE = re.compile(r"endDate=(20\d\d)-(\d\d)-(\d\d)T")

# The first letters of the months' names in those languages, whatever their case.
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "gen", "ene", "sij"),
    ("feb", "fev", "fév", "velj"),
    ("mar", "mär", "maer", "ožu", "ozu"),
    ("apr", "avr", "abr", "tra"),
    ("may", "maj", "mai", "mag", "svi"),
    ("jun", "juin", "giu", "lip"),
    ("jul", "juil", "lug", "srp"),
    ("aug", "avg", "aoû", "aou", "ago", "kol"),
    ("sep", "set", "ruj"),
    ("oct", "okt", "ott", "lis"),
    ("nov", "stu"),
    ("dec", "dez", "déc", "dic", "pro"),
)


def away_until(evidence: Evidence, today: date | None) -> date | None:
    """The day that the reply names, on or after `today` (else the day in its Date); None when it names none, or when
    its figures could mean two days."""
    apple = _APPLE.search(evidence.headers.get("x-apple-criteria"))
    if apple:
        return _day(*map(int, apple.groups()))
    came = today or _came(evidence)
    text = f"{evidence.subject}\n{wording.plain(evidence.body[:3000])}"
    for found in _AWAY.finditer(text):
        if (day := _read(found, came)) is not None:
            return day
    return None


def _came(evidence: Evidence) -> date:
    try:
        return parsedate_to_datetime(evidence.headers.get("date")).date()
    except (ValueError, TypeError):
        return datetime.now(UTC).date()


def _read(found: re.Match[str], came: date) -> date | None:
    part = found.groupdict()
    if part["iso"]:
        return _day(int(part["iy"]), int(part["im"]), int(part["id"]))
    if part["sd"]:
        return _slashed(int(part["sy"]), int(part["sd"]), int(part["sm"]))
    if part["dd"]:
        month, day, year = _month(part["dm"]), part["dd"], part["dy"]
    elif part["md"]:
        month, day, year = _month(part["md"]), part["mday"], part["my"]
    else:
        month, day, year = int(part["nm"]), part["nd"], part["ny"]
    if not month:
        return None
    return _day(int(year), month, int(day)) if year else _next(came, month, int(day))


def _slashed(year: int, first: int, second: int) -> date | None:
    if first <= 12 and second <= 12 and first != second:
        return None  # 5/1 is in January in London and in May in Boston
    return _day(year, second, first) if first > 12 else _day(year, first, second)


def _next(came: date, month: int, day: int) -> date | None:
    this_year = _day(came.year, month, day)
    # Said without a year, it is the next such day; one of the last weeks is one of a reply that nobody switched off.
    if this_year and (came - this_year).days > 60:
        return _day(came.year + 1, month, day)
    return this_year


def _month(word: str) -> int:
    word = word.lower()
    return next((at for at, names in enumerate(_MONTHS, 1) if word.startswith(names)), 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

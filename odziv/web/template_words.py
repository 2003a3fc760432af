"""What a template's figures say, in words: each rate with what it rests on, and why one is recommended or not (T3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from odziv.compose.templating import Fault
from odziv.compose.templating.faults import SENTENCES
from odziv.compose.templating.names import VALUES
from odziv.measure.rates import LEAST, LIKELY
from odziv.models import Template
from odziv.models.templates import Tally

LABELS: dict[str, str | Promise] = {
    "opened": gettext_lazy("Open rate"),
    "replied": gettext_lazy("Reply rate"),
    "purchases": gettext_lazy("Purchase rate"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of a template: what was seen (`count` of `of` followed e-mails) and what is likely; shares from 0 to 1."""

    key: str
    label: str | Promise
    count: int
    of: int
    rate: float
    low: float
    high: float
    usual: float

    @property
    def says(self) -> str:
        """What it rests on, in a sentence."""
        return _("%(n)d of %(of)d. Likely between %(low)d and %(high)d %%; usual here are %(usual)d %%.") % {
            "n": self.count,
            "of": self.of,
            "low": percent(self.low),
            "high": percent(self.high),
            "usual": percent(self.usual),
        }


def percent(share: float) -> int:
    return round(100 * share)


def rates_of(template: Template) -> dict[str, Rate]:
    """The rates of a template by name; none of one that was never sent followed, for nothing is known of it.

    What was seen is the current version's, and so is what is likely.
    """
    seen: Tally = template.current or template
    if not template.measurable or not template.evidence:
        return {}
    return {
        key: Rate(key, label, getattr(seen, key), seen.measurable, *template.evidence[key])
        for key, label in LABELS.items()
        if key in template.evidence
    }


def reason(template: Template) -> str:
    """Why it is recommended, or what is known of it otherwise."""
    rates = rates_of(template)
    seen = template.current.measurable if template.current else 0
    if not rates:
        return _("Nothing is known of it yet: it was not sent in a followed e-mail.")
    facts = ", ".join(_facts(rates))
    if template.recommended:
        pattern = ngettext(
            "Better than usual in %(n)d followed e-mail: %(facts)s.",
            "Better than usual in %(n)d followed e-mails: %(facts)s.",
            seen,
        )
        return pattern % {"n": seen, "facts": facts}
    if seen < LEAST:
        pattern = ngettext(
            "%(n)d followed e-mail so far; from %(least)d on it can be recommended.",
            "%(n)d followed e-mails so far; from %(least)d on it can be recommended.",
            seen,
        )
        return pattern % {"n": seen, "least": LEAST}
    if template.score is not None and template.score > 1:
        return _("Better than usual, too, but others of its language and category do better: %(facts)s.") % {
            "facts": facts
        }
    return _("Not surely better than usual: %(facts)s.") % {"facts": facts}


def _facts(rates: dict[str, Rate]) -> Iterator[str]:
    """What happened, the rarest last; nothing of what never happened."""
    patterns = {
        "opened": _("%(percent)d %% opened (usual %(usual)d %%)"),
        "replied": _("%(percent)d %% answered (usual %(usual)d %%)"),
        "purchases": _("%(percent)d %% led to a purchase (usual %(usual)d %%)"),
    }
    for key, rate in rates.items():
        if key == "opened" or rate.count:
            yield patterns[key] % {"percent": percent(rate.rate), "usual": percent(rate.usual)}


def certainty() -> str:
    """How the bars are to be read, in a sentence that stands once on a page."""
    return _("The dark band holds the true rate with %(percent)d %% certainty; the line is what is usual here.") % {
        "percent": percent(LIKELY)
    }


WHOSE: dict[str, str | Promise] = {
    "recipient": gettext_lazy("Recipient"),
    "account": gettext_lazy("Account"),
    "opportunity": gettext_lazy("Opportunity"),
    "sender": gettext_lazy("Sender"),
    "organisation": gettext_lazy("Our organisation"),
}
NAMES: dict[str, str | Promise] = {
    "name": gettext_lazy("name"),
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "job_title": gettext_lazy("job title"),
    "company": gettext_lazy("company"),
    "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("phone number"),
    "city": gettext_lazy("city"),
    "industry": gettext_lazy("industry"),
    "website": gettext_lazy("website"),
    "amount": gettext_lazy("amount"),
    "close_date": gettext_lazy("estimated close date"),
}


def values() -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """Every value that a template can name, as groups of (as it is written, words)."""
    return [(WHOSE[whose], [(f"{whose}.{name}", NAMES[name]) for name in names]) for whose, names in VALUES.items()]


def value_words(written: str) -> str:
    """`recipient.first_name` in words: Recipient: first name."""
    whose, _dot, name = written.partition(".")
    if whose not in WHOSE or name not in NAMES:
        return written
    return f"{WHOSE[whose]}: {NAMES[name]}"


_VALUE = re.compile(r"\{\{\s*(\w+)\.(\w+)[^{}]*\}\}")


def readable(written: str) -> str:
    """A line of a template with its values in words, in brackets; logic and what is not known stay as they are."""

    def words(match: re.Match[str]) -> str:
        whose, name = match.groups()
        return f"[{NAMES[name]}]" if name in VALUES.get(whose, ()) else match[0]

    return _VALUE.sub(words, written)


def fault_words(fault: Fault) -> str:
    """Line and cause of what is wrong with a template (T4)."""
    cause = _(SENTENCES[fault.code]) % fault.values
    return _("Line %(line)d: %(cause)s") % {"line": fault.line, "cause": cause}

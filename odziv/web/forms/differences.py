"""Two people changed the same thing: which fields differ, and whose is kept of each.

A form carries what each field was when it was opened (`was`, as short hashes: only whether it is the same matters).
Where what is stored now differs from what was typed, the page asks for each field, and begins with the likely answer:
theirs where only they have changed it, mine where I have.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

MINE, THEIRS = "mine", "theirs"
CUT = 300  # characters of a long text that a decision shows


@dataclass(frozen=True, slots=True)
class Value:
    """What one field of a form is: `label` is its name in words, `choices` the words of its codes."""

    label: str
    value: Any
    choices: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field to be decided. `both`: both have changed it."""

    name: str
    label: str
    theirs: str
    mine: str
    take: str
    both: bool


def differences(
    stored: Mapping[str, Value], typed: Mapping[str, Value], was: str, taken: Mapping[str, str]
) -> list[Difference]:
    """The fields in which they differ. `taken` are decisions made already, by the name of the field."""
    opened = _opened(was)
    found = []
    for name, theirs in stored.items():
        mine = typed[name]
        if _plain(theirs.value) == _plain(mine.value):
            continue
        by_me = opened.get(name) != _mark(mine.value)
        by_them = opened.get(name) != _mark(theirs.value)
        take = taken.get(name, "")
        if take not in (MINE, THEIRS):
            take = MINE if by_me else THEIRS
        found.append(
            Difference(name, capfirst(theirs.label), _in_words(theirs), _in_words(mine), take, by_me and by_them)
        )
    return found


def marks(values: Mapping[str, Value]) -> str:
    """What a form carries about the state that its user saw."""
    return json.dumps({name: _mark(one.value) for name, one in values.items()}, separators=(",", ":"))


def decided(data: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """The decisions that came with a form."""
    return {name: str(data[f"take-{name}"]) for name in names if f"take-{name}" in data}


def _opened(was: str) -> dict[str, str]:
    try:
        found = json.loads(was[:20_000])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _mark(value: Any) -> str:
    return hashlib.sha256(_plain(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(value: Any) -> str:
    """The same for two values exactly if a person would call them the same."""
    if value is None or value == "":
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_default_timezone()).replace(second=0, microsecond=0).isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, list):
        return "\n".join(str(part).replace("\n", " ") for part in value)
    return str(value).replace("\r\n", "\n").strip()


def _in_words(one: Value) -> str:
    match one.value:
        case None | "" | []:
            return "–"
        case bool():
            words = _("Yes") if one.value else _("No")
        case datetime():
            words = date_format(timezone.localtime(one.value), "SHORT_DATETIME_FORMAT")
        case date():
            words = date_format(one.value)
        case Decimal():
            words = number_format(one.value, 2, force_grouping=True)
        case list():
            words = "; ".join(map(str, one.value))
        case _:
            words = str((one.choices or {}).get(one.value, one.value))
    return words if len(words) <= CUT else f"{words[:CUT].rstrip()} …"

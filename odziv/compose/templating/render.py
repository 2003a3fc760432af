"""check() and render(): pure, bounded in time and memory whatever the template says (T4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from liquid import BoundTemplate
from liquid.exceptions import (
    FilterArgumentError,
    LiquidError,
    LiquidTypeError,
    OutputStreamLimitError,
    UnknownFilterError,
)

from odziv.compose.templating.faults import Fault, TemplateFaulty, fault_at
from odziv.compose.templating.grammar import Grammar, Missing, Rendering, TooLong
from odziv.compose.templating.limits import LONGEST_OUTPUT, LONGEST_VALUE
from odziv.compose.templating.names import VALUES
from odziv.compose.templating.review import review
from odziv.compose.templating.scan import Spelt, scan

Values = Mapping[str, Mapping[str, str]]
"""`{"recipient": {"first_name": "Maja"}}`, by the names of `names.VALUES`; what is missing or empty is missing."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """`missing` are the values that were not known and had no fallback, in the order of the text, each once.

    The braces of a missing value stay in the text as the template has them.
    """

    text: str
    missing: tuple[str, ...] = ()


def check(source: str, *, html: bool) -> list[Fault]:
    """What is wrong with a template, by line; empty when it can be rendered with whatever values.

    It is rendered twice for this, with every value known and with none.
    """
    try:
        read = _read(source, html=html)
        for values in (_everything(), {}):
            _render(read, values)
    except TemplateFaulty as faulty:
        return list(faulty.faults)
    return []


def render(source: str, values: Values, *, html: bool) -> Rendered:
    """The template with these values; with `html` they come out as text of the page, whatever they hold.

    Raises TemplateFaulty.
    """
    return _render(_read(source, html=html), values)


@dataclass(frozen=True, slots=True)
class _Read:
    source: str
    spelt: Spelt
    template: BoundTemplate
    html: bool


def _read(source: str, *, html: bool) -> _Read:
    found, faults = scan(source, html=html)
    if faults:
        raise TemplateFaulty(faults)
    spelt = Spelt(source, found)
    try:
        template = _grammar(html).from_string(spelt.text)
        faults = review(template, source, spelt)
    except LiquidError as error:
        raise TemplateFaulty([_fault(error, source, spelt)]) from error
    except RecursionError as error:
        raise TemplateFaulty([Fault(1, "syntax")]) from error
    if faults:
        raise TemplateFaulty(faults)
    return _Read(source, spelt, template, html)


def _render(read: _Read, values: Values) -> Rendered:
    context = Rendering(read.template, globals=_with_missing(values))
    context.left = read.spelt.original
    buffer = read.template._get_buffer()
    try:
        read.template.render_with_context(context, buffer)
    except LiquidError as error:
        raise TemplateFaulty([_fault(error, read.source, read.spelt)]) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise TemplateFaulty([Fault(1, "syntax")]) from error
    return Rendered(buffer.getvalue(), tuple(dict.fromkeys(context.missing)))


@cache
def _grammar(html: bool) -> Grammar:
    return Grammar(html=html)


def _with_missing(values: Values) -> dict[str, dict[str, object]]:
    """Every value that exists: text, or what says that it is missing."""
    return {
        whose: {
            name: (values.get(whose) or {}).get(name, "")[:LONGEST_VALUE].strip()
            or Missing(f"{whose}.{name}", token=None)
            for name in names
        }
        for whose, names in VALUES.items()
    }


def _everything() -> Values:
    return {whose: dict.fromkeys(names, "x") for whose, names in VALUES.items()}


def _fault(error: LiquidError, source: str, spelt: Spelt) -> Fault:
    token = error.token
    place = spelt.place(token.start_index) if token is not None and token.start_index >= 0 else 0
    if isinstance(error, TooLong):
        return fault_at(source, place, "value", limit=LONGEST_VALUE)
    if isinstance(error, OutputStreamLimitError):
        return fault_at(source, place, "output", limit=LONGEST_OUTPUT // 1_000_000)
    if isinstance(error, UnknownFilterError) and token is not None:
        return fault_at(source, place, "filter", name=token.value[:40])
    if isinstance(error, LiquidTypeError) and token is not None and token.value in _COMPARISONS:
        return fault_at(source, place, "compare")
    if isinstance(error, (LiquidTypeError, FilterArgumentError)) and token is not None:
        return fault_at(source, place, "arguments", name=token.value[:40])
    return fault_at(source, place, "syntax")


_COMPARISONS = frozenset({"<", ">", "<=", ">=", "contains"})

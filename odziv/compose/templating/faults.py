"""What can be wrong with a template: line and cause (T4). Sentences are English; a door puts gettext around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

SHOWN = 90  # characters of a line
MOST = 20  # faults of one template

SENTENCES: Mapping[str, str] = {
    "too-long": "The template has %(size)d characters; it may have %(limit)d. Attach the long part as a file.",
    "too-many": "There are more than %(limit)d places with braces.",
    "unclosed": "%(open)s is opened and not closed with %(close)s.",
    "long-braces": "What stands between the braces is longer than %(limit)d characters.",
    "cut": "Formatting begins or ends between the braces. Select the whole value and clear its formatting.",
    "braces": "There are braces within braces.",
    "in-tag": "A value can stand in the text or within the quotes of an attribute, not elsewhere in a tag.",
    "in-script": "A value cannot stand in a style sheet or a script.",
    "event": "A value cannot stand in %(attribute)s.",
    "tag": "“%(name)s” cannot be used in a template.",
    "unended": "“%(name)s” is never ended; put {%% %(end)s %%} where it ends.",
    "unbegun": "“%(name)s” ends or goes on with something that was not begun.",
    "deep": "Conditions and repetitions stand more than %(limit)d deep within each other.",
    "syntax": "What stands between the braces cannot be read. A value is written like {{ recipient.first_name }}.",
    "unknown": "There is no value %(name)s.",
    "unknown-near": "There is no value %(name)s. Is %(near)s meant?",
    "filter": "There is no filter “%(name)s”.",
    "filter-near": "There is no filter “%(name)s”. Is “%(near)s” meant?",
    "arguments": "“%(name)s” cannot be used like this.",
    "range": "A repetition goes over numbers, at most %(limit)d of them: for n in (1..3).",
    "steps": "All repetitions together take more than %(limit)d steps.",
    "value": "A value grows longer than %(limit)d characters here.",
    "output": "The result is longer than %(limit)d MB.",
    "compare": "These two cannot be compared: values are text. Put the other side in quotes.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: in which line (from 1), what stands there, and a code of `SENTENCES` with its values."""

    line: int
    code: str
    excerpt: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In English."""
        return SENTENCES[self.code] % self.values


class TemplateFaulty(ValueError):
    """A template that cannot be rendered; `faults` say where and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(islice(faults, MOST))
        super().__init__("; ".join(f"line {fault.line}: {fault.sentence}" for fault in self.faults))


def fault_at(source: str, position: int, code: str, **values: object) -> Fault:
    """The fault at a place of the source."""
    line = source.count("\n", 0, position) + 1
    start = source.rfind("\n", 0, position) + 1
    end = source.find("\n", position)
    text = source[start : end if end >= 0 else len(source)]
    left = max(0, min(position - start - SHOWN // 3, len(text) - SHOWN))
    shown = text[left : left + SHOWN].strip()
    return Fault(line, code, f"{'…' if left else ''}{shown}{'…' if left + SHOWN < len(text) else ''}", values)

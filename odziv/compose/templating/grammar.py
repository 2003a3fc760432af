"""The tags and filters that a template has, in an environment of Liquid that knows no others (T4).

No tag loads another template, counts on, or cycles; there is no filter that makes a list, so that there is nothing to
go over but numbers. Filters give text of a bounded length. A missing value goes through filters as it is, up to a
`default`.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, TextIO
from urllib.parse import quote_plus

from liquid import Environment, Mode, RenderContext
from liquid.builtin import content, illegal, output
from liquid.builtin.tags import assign_tag, capture_tag, case_tag, comment_tag, for_tag, if_tag, unless_tag
from liquid.exceptions import LiquidTypeError, ResourceLimitError
from liquid.token import Token
from liquid.undefined import Undefined

from odziv.compose.templating.limits import DEEPEST, LONGEST_OUTPUT, LONGEST_VALUE


class Missing(Undefined):
    """A value that is not known; `name` is as the template writes it. False in conditions."""

    __slots__ = ()


class Markup(str):
    """What `capture` has rendered: HTML already."""

    __slots__ = ()


class TooLong(ResourceLimitError):
    """A filter would make more text than a value may have."""


class Grammar(Environment):
    """`html`: values are escaped where they are put in, as content of an element or of a quoted attribute."""

    block_nesting_limit = DEEPEST + 2
    loop_iteration_limit = None  # counted beforehand, by `review`
    output_stream_limit = LONGEST_OUTPUT

    def __init__(self, *, html: bool) -> None:
        self.html = html
        super().__init__(tolerance=Mode.STRICT, strict_filters=True, autoescape=False)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Ours instead of Liquid's own."""
        for tag in (content.Literal, illegal.Illegal, _Output, if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag,
                    for_tag.ForTag, assign_tag.AssignTag, _Capture, comment_tag.CommentTag):  # fmt: skip
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


class Rendering(RenderContext):
    """One rendering; `missing` gathers the places at which a value was missing, `left(place)` is what then stays."""

    __slots__ = ("left", "missing")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.missing: list[str] = []
        self.left: Callable[[int], str] = lambda _place: ""


class _OutputNode(output.OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(_shown(context, self.token, self.expression.evaluate(context)))

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(_shown(context, self.token, await self.expression.evaluate_async(context)))


class _Output(output.Output):
    node_class = _OutputNode


def _shown(context: RenderContext, token: Token, value: object) -> str:
    if isinstance(value, Undefined) and isinstance(context, Rendering):
        context.missing.append(value.name)
        return context.left(token.start_index)
    text = _text(value)
    env = context.env
    return escape(text) if isinstance(env, Grammar) and env.html and not isinstance(value, Markup) else text


class _CaptureNode(capture_tag.CaptureNode):
    def _assign(self, context: RenderContext, buf: Any) -> None:
        text = buf.getvalue()
        if len(text) > LONGEST_VALUE:
            raise TooLong("", token=self.token)
        env = context.env
        context.assign(self.name, Markup(text) if isinstance(env, Grammar) and env.html else text)


class _Capture(capture_tag.CaptureTag):
    node_class = _CaptureNode


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _bounded(text: str) -> str:
    if len(text) > LONGEST_VALUE:
        raise TooLong("", token=None)
    return text


def _over_text(function: Callable[..., str]) -> Callable[..., object]:
    """A filter that takes and gives text; where the value or an argument is missing, so is the result."""

    def applied(*given: object) -> object:
        missing = next((one for one in given if isinstance(one, Undefined)), None)
        if missing is not None:
            return missing
        return _bounded(function(_text(given[0]), *map(_argument, given[1:])))

    applied.__name__ = function.__name__
    return applied


def _argument(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _whole(value: object) -> int:
    try:
        return max(0, min(int(str(value)[:10]), LONGEST_VALUE))
    except ValueError as error:
        raise LiquidTypeError("a number is needed", token=None) from error


def default(value: object, fallback: object) -> object:
    """The fallback for a value that is missing."""
    return fallback if isinstance(value, Undefined) or value in (None, False, "") else value


def upcase(text: str) -> str:
    return text.upper()


def downcase(text: str) -> str:
    return text.lower()


def capitalize(text: str) -> str:
    """The first letter large, the rest as it is: `de Vries` is nobody's second word."""
    return text[:1].upper() + text[1:]


def strip(text: str) -> str:
    return text.strip()


def append(text: str, more: object) -> str:
    return text + str(more)


def prepend(text: str, more: object) -> str:
    return str(more) + text


def replace(text: str, old: object, new: object = "") -> str:
    old, new = str(old), str(new)
    if len(text) + text.count(old) * len(new) > LONGEST_VALUE:  # before it is made
        raise TooLong("", token=None)
    return text.replace(old, new)


def remove(text: str, old: object) -> str:
    return text.replace(str(old), "") if str(old) else text


def truncate(text: str, length: object = 50, end: object = "…") -> str:
    """At most so many characters, the end mark included."""
    longest, mark = _whole(length), str(end)
    return text if len(text) <= longest else text[: max(0, longest - len(mark))].rstrip() + mark


def truncatewords(text: str, count: object = 15, end: object = "…") -> str:
    words = text.split()
    most = _whole(count)
    return text if len(words) <= most else " ".join(words[:most]) + str(end)


def url_encode(text: str) -> str:
    """For a value within the address of a link."""
    return quote_plus(text)


FILTERS: dict[str, Callable[..., object]] = {
    "default": default,
    **{
        function.__name__: _over_text(function)
        for function in (
            upcase, downcase, capitalize, strip, append, prepend, replace, remove, truncate, truncatewords, url_encode,
        )
    },
}  # fmt: skip
"""Every filter that there is, by its name."""

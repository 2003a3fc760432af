"""The cells of a list's row: what each column draws, found by its key. A chain of conditions costs thrice as much."""

from __future__ import annotations

from collections.abc import Callable

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from odziv.models import Message
from odziv.web.lists.shape import Column
from odziv.web.templatetags.ui import count, escape, opens, when

register = template.Library()

# Column -> what its cell shows of a followed e-mail.
_FIGURES: dict[str, Callable[[Message], str]] = {
    "opens": opens,
    "opened": lambda message: when(message.last_opened_at, empty=""),
    "views": lambda message: count(
        message.attachment_views, message.machine_attachment_views, message.unsure_attachment_views
    ),
    "clicks": lambda message: count(message.link_clicks, message.machine_link_clicks, message.unsure_link_clicks),
    "replies": lambda message: count(message.replies),
}


@register.simple_tag
def figure(message: Message, column: Column, engagement: bool) -> SafeString:
    """The cell of what recipients did; empty where nothing of that is recorded."""
    if not engagement or not message.is_followed:
        return mark_safe('<td class="num"></td>' if column.num else "<td></td>")
    css, shown = "num" if column.num else "nowrap", _FIGURES[column.key](message)
    return mark_safe(f'<td class="{css}" data-label="{escape(column.label)}">{shown}</td>')


class _Cells(Node):
    child_nodelists = ("every",)

    def __init__(self, columns: FilterExpression, cells: dict[str, NodeList]) -> None:
        self.columns, self.cells = columns, cells
        self.every = NodeList(node for nodes in cells.values() for node in nodes)

    def render(self, context: Context) -> SafeString:
        drawn = []
        with context.push():
            for column in self.columns.resolve(context):
                if column.key in self.cells:
                    context["column"] = column
                    drawn.append(self.cells[column.key].render(context))
        return mark_safe("".join(drawn))


@register.tag
def cells(parser: Parser, token: Token) -> _Cells:
    """{% cells columns %}{% cell "subject" %}<td>…</td>{% cell "opens" %}<td>…</td>{% endcells %}

    Draws of each of the columns, in their order, what stands behind its key; `column` is at hand there.
    """
    columns = parser.compile_filter(token.split_contents()[1])
    drawn: dict[str, NodeList] = {}
    parser.parse(("cell", "endcells"))  # white space
    while (inner := parser.next_token()).contents != "endcells":
        key = inner.split_contents()[1].strip("\"'")
        drawn[key] = parser.parse(("cell", "endcells"))
    return _Cells(columns, drawn)

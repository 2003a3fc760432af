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

# Column -> what its cell shows of a followed e-mail. As a node for each they take three times as long.
_FIGURES: dict[str, Callable[[Message], str]] = {
    "opens": opens,
    "opened": lambda message: when(message.last_opened_at, empty=""),
    "views": lambda message: count(
        message.attachment_views, message.machine_attachment_views, message.unsure_attachment_views
    ),
    "clicks": lambda message: count(message.link_clicks, message.machine_link_clicks, message.unsure_link_clicks),
    "replies": lambda message: count(message.replies),
}


class _Cells(Node):
    child_nodelists = ("every",)

    def __init__(self, columns: FilterExpression, e_mail: FilterExpression | None, cells: dict[str, NodeList]) -> None:
        self.columns, self.e_mail, self.cells = columns, e_mail, cells
        self.every = NodeList(node for nodes in cells.values() for node in nodes)

    def render(self, context: Context) -> SafeString:
        drawn = []
        e_mail = self.e_mail.resolve(context) if self.e_mail is not None else None
        recorded = e_mail is not None and bool(context.get("engagement")) and e_mail.is_followed
        with context.push():
            for column in self.columns.resolve(context):
                if e_mail is not None and column.figure:
                    drawn.append(_figure(column, e_mail if recorded else None))
                elif column.key in self.cells:
                    context["column"] = column
                    drawn.append(self.cells[column.key].render(context))
        return mark_safe("".join(drawn))


def _figure(column: Column, e_mail: Message | None) -> str:
    """The cell of what recipients did; empty where nothing of that is recorded."""
    if e_mail is None:
        return '<td class="num"></td>' if column.num else "<td></td>"
    css = "num" if column.num else "nowrap"
    return f'<td class="{css}" data-label="{escape(column.label)}">{_FIGURES[column.key](e_mail)}</td>'


@register.tag
def cells(parser: Parser, token: Token) -> _Cells:
    """{% cells columns %}{% cell "subject" %}<td>…</td>{% cell "owner" %}<td>…</td>{% endcells %}

    Draws of each of the columns, in their order, what stands behind its key; `column` is at hand there. With
    {% cells columns message %} those of figures are drawn for an e-mail, and have nothing behind theirs.
    """
    columns, *e_mail = map(parser.compile_filter, token.split_contents()[1:])
    drawn: dict[str, NodeList] = {}
    parser.parse(("cell", "endcells"))  # white space
    while (inner := parser.next_token()).contents != "endcells":
        key = inner.split_contents()[1].strip("\"'")
        drawn[key] = parser.parse(("cell", "endcells"))
    return _Cells(columns, e_mail[0] if e_mail else None, drawn)

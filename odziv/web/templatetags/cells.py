"""The cells of a list's row: what each column draws, found by its key. A chain of conditions costs thrice as much."""

from __future__ import annotations

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


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

"""What a parsed template names and what it costs. Found without rendering, so it does not depend on values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, LoopExpression, Path
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.builtin.tags.for_tag import ForNode
from liquid.expression import Expression

from odziv.compose.templating.faults import Fault, fault_at
from odziv.compose.templating.grammar import FILTERS, Rendering
from odziv.compose.templating.limits import LONGEST_RANGE, MOST_STEPS
from odziv.compose.templating.names import LOOP, VALUES, known
from odziv.compose.templating.scan import Spelt


def review(template: BoundTemplate, source: str, spelt: Spelt) -> list[Fault]:
    """Values and filters that do not exist, ranges that are too long or not known beforehand, too many steps."""
    return list(_Review(template, source, spelt).faults())


class _Review:
    def __init__(self, template: BoundTemplate, source: str, spelt: Spelt) -> None:
        self.template, self.source, self.spelt = template, source, spelt
        self.context = Rendering(template)
        self.steps = 0
        self.own = {str(name) for node in self._all(template.nodes) for name in node.template_scope()}
        self.own -= VALUES.keys()

    def faults(self) -> Iterator[Fault]:
        yield from self._walk(self.template.nodes, frozenset(), 1)

    def _all(self, nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            yield node
            yield from self._all(node.children(self.context))

    def _walk(self, nodes: Iterable[Node], around: frozenset[str], rounds: int) -> Iterator[Fault]:
        """`around` are the names of the loops around, `rounds` how often all of it comes."""
        for node in nodes:
            self.steps += rounds
            if self.steps > MOST_STEPS:
                yield self._fault(node, "steps", limit=MOST_STEPS)
                return
            inner, times = around, 1
            if isinstance(node, ForNode):
                inner = around | {str(node.expression.identifier), "forloop"}
                length = _length(node.expression)
                if length is None:
                    yield self._fault(node, "range", limit=LONGEST_RANGE)
                    continue
                times = max(length, 1)
            for expression in node.expressions():
                looping = node.expression if isinstance(node, ForNode) else None
                yield from self._expression(node, expression, inner, looping)
            before = self.steps
            yield from self._walk(node.children(self.context), inner, rounds * times)
            if self.steps > MOST_STEPS >= before:
                return

    def _expression(
        self, node: Node, expression: Expression, around: frozenset[str], looping: LoopExpression | None = None
    ) -> Iterator[Fault]:
        if isinstance(expression, Path):
            yield from self._path(node, expression, around)
            return
        if isinstance(expression, RangeLiteral) and (looping is None or expression is not looping.iterable):
            yield self._fault(node, "range", limit=LONGEST_RANGE)
            return
        if isinstance(expression, FilteredExpression):
            yield from self._filters(node, expression)
        for child in expression.children():
            yield from self._expression(node, child, around, looping)

    def _path(self, node: Node, path: Path, around: frozenset[str]) -> Iterator[Fault]:
        segments: Sequence[object] = path.path
        written = str(path)[:60]
        if len(segments) == 1 and segments[0] in around | self.own:
            return
        if len(segments) == 2 and segments[0] == "forloop" and "forloop" in around and segments[1] in LOOP:
            return
        if len(segments) == 2 and isinstance(segments[0], str) and segments[1] in VALUES.get(segments[0], ()):
            return
        near = get_close_matches(written, known(), n=1, cutoff=0.5)
        if near:
            yield self._fault(node, "unknown-near", name=written, near=near[0])
        else:
            yield self._fault(node, "unknown", name=written)

    def _filters(self, node: Node, expression: FilteredExpression) -> Iterator[Fault]:
        for one in expression.filters or ():
            if one.name not in FILTERS:
                near = get_close_matches(one.name, FILTERS, n=1)
                if near:
                    yield self._fault(node, "filter-near", name=one.name[:40], near=near[0])
                else:
                    yield self._fault(node, "filter", name=one.name[:40])

    def _fault(self, node: Node, code: str, **values: object) -> Fault:
        return fault_at(self.source, self.spelt.place(node.token.start_index), code, **values)


def _length(loop: LoopExpression) -> int | None:
    """How many rounds at most; None when that is not written in numbers, or too many."""
    goes_over = loop.iterable
    if not isinstance(goes_over, RangeLiteral):
        return None
    ends = (goes_over.start, goes_over.stop)
    if not all(isinstance(end, IntegerLiteral) for end in ends):
        return None
    first, last = (end.value for end in ends if isinstance(end, IntegerLiteral))
    length = last - first + 1
    return length if length <= LONGEST_RANGE else None

"""Where a text is inside of SVG or MathML: there `<style>` and `<title>` hold markup, and CDATA sections exist."""

from __future__ import annotations

from collections import Counter

# Inside of these, HTML is HTML again (13.2.6.5 and "HTML integration point"). Names as the tokenizer gives them.
_HTML_AGAIN = {
    "svg": frozenset({"foreignobject", "desc", "title"}),
    "math": frozenset({"mi", "mo", "mn", "ms", "mtext"}),
}

# A start tag of these ends the foreign part, however deep it is (13.2.6.5).
_ENDS_FOREIGN = frozenset(
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta "
    "nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)


class Foreign:
    """The open foreign elements, as far as they decide how text is read."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._counted: Counter[str] = Counter()  # so that closing what is not open needs no search

    @property
    def inside(self) -> bool:
        """Whether the next tag is read by the rules of foreign content."""
        return bool(self._open) and self._open[-1] in _HTML_AGAIN

    @property
    def ended(self) -> bool:
        """Whether all foreign elements are closed."""
        return not self._open

    def enter(self, name: str, *, closing: bool, empty: bool) -> bool:
        """Take the next tag into account; returns whether it is itself a foreign one. `empty`: it ends in `/>`."""
        if closing:
            return self._close(name)
        if self.inside and name in _ENDS_FOREIGN:
            self._leave()
            return False
        again = _HTML_AGAIN.get(self._open[-1], ()) if self._open else ()
        if not self.inside and name not in _HTML_AGAIN:
            return False
        if not empty and (name in _HTML_AGAIN or name in again):
            self._open.append(name)
            self._counted[name] += 1
        return True

    def _close(self, name: str) -> bool:
        if self.inside and name in ("br", "p"):
            self._leave()
            return False
        was_inside = self.inside
        if self._counted[name]:
            while (closed := self._open.pop()) != name:
                self._counted[closed] -= 1
            self._counted[name] -= 1
        return was_inside

    def _leave(self) -> None:
        while self.inside:
            self._counted[self._open.pop()] -= 1

"""A guide in the hands of its reader: what stands in bold in a chapter must be met on the pages of its walk.

A button that was renamed, or a page that is gone, so fails the walk of the chapter that speaks of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, Locator, Page

from odziv.environment import ROOT
from odziv.models import User
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast

PATIENCE = 60  # seconds for one step on a busy machine
GUIDES = ROOT / "docs/guide"
# Every piece of text that one sees, and the names of what is only a symbol.
SHOWN = """() => {
  const said = new Set(), seen = (node) => (node.closest("select") ?? node).checkVisibility();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    if (texts.currentNode.data.trim() && seen(texts.currentNode.parentElement)) said.add(texts.currentNode.data);
  for (const node of document.querySelectorAll("[aria-label], [title]"))
    if (seen(node)) for (const name of ["aria-label", "title"]) said.add(node.getAttribute(name) ?? "");
  return [...said];
}"""


@dataclass(frozen=True)
class Chapter:
    """What stands under one heading of a guide."""

    title: str
    words: frozenset[str]
    pictures: int


def chapters(guide: str, language: str) -> list[Chapter]:
    """The chapters of a guide in their order."""
    parts = re.split(r"^## ", path_of(guide, language).read_text(), flags=re.MULTILINE)[1:]
    return [
        Chapter(
            title=part.partition("\n")[0],
            words=frozenset(even(word) for word in re.findall(r"\*\*(.+?)\*\*", part, re.DOTALL)),
            pictures=part.count("!["),
        )
        for part in parts
    ]


def path_of(guide: str, language: str) -> Path:
    return GUIDES / (f"{guide}.md" if language == "en" else f"{guide}.{language}.md")


def even(text: str) -> str:
    """Without line breaks, and with one space where there are several."""
    return " ".join(text.split())


@dataclass
class Walk:
    """Somebody who follows a chapter step by step. `left` are the words not met yet."""

    site: Site
    cast: Cast
    page: Page
    words: Words
    left: set[str]

    def look(self) -> set[str]:
        """Strike out what stands on the page now, and give it."""
        try:
            shown = {even(said) for said in self.page.evaluate(SHOWN)}
        except Error:  # another page was just coming
            self.page.wait_for_load_state()
            return self.look()
        self.left -= shown
        return shown

    def go(self, path: str) -> None:
        """Open a page of the product, once one has looked at the one before."""
        self.page.goto(f"{self.site.url}{path}")
        self.look()

    def button(self, english: str, context: str = "", within: Locator | None = None) -> Locator:
        """What is pressed: a button or link of exactly this name, as the page calls it in this language."""
        name = re.compile(rf"^\s*{re.escape(self.words(english, context))}\s*$")
        place = within or self.page
        named = place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name))
        return named.or_(place.locator("button", has_text=name)).filter(visible=True).first

    def press(self, english: str, context: str = "", within: Locator | None = None) -> None:
        """Wait for it, look, press it, and look at what stands there then."""
        button = self.button(english, context, within)
        button.wait_for()
        self.look()
        button.click()
        self.look()

    def enter(self, english: str) -> None:
        """Follow a link that says more than its name."""
        self.look()
        self.page.locator("a").filter(has=self.page.get_by_text(self.words(english), exact=True)).first.click()
        self.look()

    def sees(self, english: str, context: str = "") -> None:
        """Wait until the page says it."""
        word = even(self.words(english, context))
        for _ in range(PATIENCE * 10):
            shown = self.look()
            if word in shown:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{word!r} was never seen among {sorted(shown)}")


Step = Callable[[Walk], None]


def walk(site: Site, cast: Cast, guide: str, steps: Sequence[Step], number: int, language: str, reader: User) -> None:
    """Follow one chapter as the reader, and miss nothing of which it speaks."""
    chapter = chapters(guide, language)[number]
    User.objects.update(language=language)
    reader.refresh_from_db()
    page = site.browser(reader, reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE * 1000)
    walking = Walk(site, cast, page, Words(language), set(chapter.words))
    steps[number](walking)
    assert not walking.left, f"“{chapter.title}” speaks of what is not there: {walking.left}"


def cases(guide: str, steps: Sequence[Step]) -> Iterator[tuple[int, str]]:
    """(chapter, language) of every walk."""
    for language in ("en", "sl"):
        assert len(chapters(guide, language)) == len(steps), f"{guide}.{language}: a chapter has no walk"
        yield from ((number, language) for number in range(len(steps)))

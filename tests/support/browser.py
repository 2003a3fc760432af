"""A real Chromium, and words of the pages in the language in which they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
    " --no-first-run"
).split()
LOCALES = {"en": "en-GB", "sl": "sl-SI"}
# Errors in Chromium's eyes only: what a mail may not do in its frame, and answers that say what is still wrong.
_MEANT = ("/frame/", "sandboxed", "img-src 'none'", "status of 422")
PATIENCE = 60_000.0  # ms for one step on a busy machine


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for all tests of a file; only for tests that query no database in this process."""
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def querying_chromium() -> Iterator[Browser]:
    """One for all tests of a file that look into the database besides."""
    # Playwright's loop runs in this thread, and Django would take the test's own queries for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with started() as browser:
        yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def started() -> Iterator[Browser]:
    """A browser; what is expected of its pages has as long to show as a busy machine needs."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


class Words:
    """`words("Send")` is what the page says for it in this language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, english: str, context: str = "", /, **values: Any) -> str:
        with translation.override(self.language):
            said = translation.pgettext(context, english) if context else translation.gettext(english)
        return said % values if values else said


class Visitor:
    """Somebody at a browser that asks for pages in a language. `complaints` must stay empty."""

    def __init__(self, browser: Browser, url: str, language: str, **options: Any) -> None:
        self.words = Words(language)
        self.complaints: list[str] = []
        options.setdefault("viewport", {"width": 1440, "height": 900})
        # Without a screen Chromium says so, and whoever says so is judged a machine.
        agent = (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{browser.version.partition('.')[0]}.0.0.0 Safari/537.36"
        )
        options.setdefault("user_agent", agent)
        self.context: BrowserContext = browser.new_context(
            base_url=url, locale=LOCALES[language], timezone_id="Europe/Ljubljana", accept_downloads=True, **options
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.tab()

    def tab(self) -> Page:
        """A further tab, signed in like the others; what goes wrong in it is a complaint."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not any(meant in said.text for meant in _MEANT):
            self.complaints.append(said.text)

    def close(self) -> None:
        self.context.close()

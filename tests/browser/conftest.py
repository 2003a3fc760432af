"""A real Chromium in front of the real web process, on the test's own database."""

from __future__ import annotations

import fcntl
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from odziv.models import User
from tests.support.browser import PATIENCE, querying_chromium
from tests.support.child import environment
from tests.support.dns import DnsServer, dns_server

# What is no fault: an answer that the page expects and shows (a refusal with a reason); and that htmx gave up a request
# because a newer one took its place or the page was left. Of a request that failed otherwise htmx says so besides.
EXPECTED = re.compile(
    r"Failed to load resource: the server responded with a status of (409|422|404)"
    r"|^htmx:(afterRequest|sendAbort)\b"
    r"|Response Status Error Code 404 from /messages/[0-9a-f-]+/now"  # it was deleted while its page lived on
)


# Not for the session: while it runs, this thread has a running loop, and tests elsewhere want one of their own.
chromium = querying_chromium


def _collect_what_changed(environ: dict[str, str]) -> None:
    """Where static files were collected (bin/setup does), the pages use those: not the ones being worked on.

    In a process of its own, because tests have other storages (tests/conftest.py) than the web process; one at a time,
    because each begins by emptying the folder.
    """
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        return
    with (settings.STATIC_ROOT.parent / "bin/setup").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = settings.STATICFILES_DIRS[0].rglob("*")
        if any(path.stat().st_mtime > manifest.stat().st_mtime for path in sources):
            subprocess.run([sys.executable, "-m", "odziv.web.collect"], env=environ, check=True)


@pytest.fixture(scope="session")
def dns() -> Iterator[DnsServer]:
    """The DNS that the web process asks; tests fill in its records."""
    with dns_server({}) as server:
        yield server


@pytest.fixture(scope="session")
def web(django_db_setup: None, django_db_blocker: Any, dns: DnsServer) -> Iterator[str]:
    """The address of `odziv web`, which runs as long as the tests of this worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with django_db_blocker.unblock():
        environ = environment(ODZIV_WEB_LISTEN=f"127.0.0.1:{port}", ODZIV_DNS_SERVER=f"127.0.0.1:{dns.port}")
    _collect_what_changed(environ)
    process = subprocess.Popen([str(Path(sys.executable).with_name("odziv")), "web"], env=environ)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/static/odziv/img/favicon.svg", timeout=2).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < until, "the web process did not start"
            time.sleep(0.1)


class Site:
    """The product as browsers see it. `complaints` are what their consoles said."""

    def __init__(self, url: str, chromium: Browser) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []
        self._chromium = chromium

    def browser(self, user: User | None = None, **options: Any) -> BrowserContext:
        """A fresh browser, signed in as the user; `options` as Playwright's new_context takes them."""
        context = self._chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        context.on("console", lambda message: self._hear(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        if user is not None:
            self.sign_in(context, user)
        return context

    def sign_in(self, context: BrowserContext, user: User) -> None:
        """Give the browser a session of the user."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])

    def open(self, user: User, path: str, **options: Any) -> Page:
        """A page of the product in a fresh browser of the user."""
        page = self.browser(user, **options).new_page()
        page.goto(f"{self.url}{path}")
        return page

    def _hear(self, text: str) -> None:
        if not EXPECTED.search(text):
            self.complaints.append(text)


@pytest.fixture
def site(transactional_db: None, web: str, chromium: Browser) -> Iterator[Site]:
    """See `Site`. An error in any console fails the test."""
    found = Site(web, chromium)
    yield found
    for context in found.contexts:
        context.close()
    assert found.complaints == []

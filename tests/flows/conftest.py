"""The running product and a browser for all flows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.browser import chromium
from tests.support.served import serve

__all__ = ["chromium", "serve"]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Milliseconds that a page has to show what is expected; a busy machine needs more than the usual five seconds."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)

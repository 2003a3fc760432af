"""The running product and a browser for all flows."""

from tests.support.browser import chromium
from tests.support.served import serve

__all__ = ["chromium", "serve"]

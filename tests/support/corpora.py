"""Real mail to test against: outside of the project, in $ODZIV_CORPORA or beside the checkout.

Where it is absent, the tests that need it cannot run: `bin/test` says so at its end, and with CI=true they fail.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(os.environ.get("ODZIV_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")


def path(name: str) -> Path:
    """A folder or file of the corpora. Raises FileNotFoundError with what to do when one is missing from them."""
    found = ROOT / name
    if found.exists():
        return found
    reason = f"{found} is missing: set ODZIV_CORPORA to the folder of test mail."
    if ROOT.exists() or os.environ.get("CI") == "true":
        raise FileNotFoundError(reason)
    pytest.skip(reason, allow_module_level=True)


def html_cases() -> list[dict[str, Any]]:
    """Each whole HTML mail: its file name and its links with what is expected of them."""
    cases: list[dict[str, Any]] = json.loads(path("html/expected.json").read_text())
    return cases


def html(name: str) -> str:
    """The text of one HTML mail, line ends as they are."""
    return path(f"html/{name}").read_bytes().decode()


def link_cases() -> list[dict[str, Any]]:
    """The small nasty cases, by kind html and text."""
    cases: list[dict[str, Any]] = json.loads(path("links/cases.json").read_text())
    return cases

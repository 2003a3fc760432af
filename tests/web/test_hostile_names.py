"""Hostile HTML in every name, subject, file name, category and note there is: nowhere does it run, it stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.support.cast import Cast
from tests.web import tenancy
from tests.web.tenancy_cases import CASES
from tests.web.test_records_lists import HOSTILE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What somebody wrote as HTML, shown as HTML: in a frame of its own without scripts (tests of those pages see to that).
AS_WRITTEN = re.compile(r"-(body|frame|source|part|live)$")
# As markup; or escaped twice, so that people read the marks of HTML.
WRONG = re.compile(r"<img src=x onerror|&amp;lt;img src=x")


def addresses(world: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(name, address) of each page and part that the walk over all URLs knows."""
    for name, cases in CASES.items():
        if not AS_WRITTEN.search(name):
            reads = (
                cases.reads if isinstance(cases, tenancy.Free) else [one.url for one in cases if one.method == "GET"]
            )
            yield from ((name, tenancy.filled(url, world)) for url in reads)


def test_it_stays_text_everywhere(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "MARK", HOSTILE)
    world = tenancy.make_world(cast)
    client.force_login(cast.dora)
    shown = set()
    for name, address in addresses(world):
        answer = client.get(address)
        if not answer.streaming and "html" in answer.headers.get("Content-Type", ""):
            said = answer.content.decode()
            assert not WRONG.search(said), address
            if "&lt;img src=x onerror" in said:
                shown.add(name)
    # It stood there, as text: on lists, pages, forms and parts alike.
    assert shown >= {"accounts", "contact", "lead-edit", "activities", "message", "template", "imports", "compose"}

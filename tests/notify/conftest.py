"""A push service on this machine, allowed for the test, and cards to be said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from odziv.environment import ENV
from odziv.notify import browsers, push
from tests.support.push import PushService


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """See `PushService`; http on this machine is allowed, as ODZIV_PRIVATE_PUSH does."""
    allowed = dataclasses.replace(ENV, private_push=True)
    for module in (browsers, push):
        monkeypatch.setattr(module, "ENV", allowed)
    with PushService() as started:
        yield started

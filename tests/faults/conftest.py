"""How much is done to a fault test: a little in `bin/test`, everything in `bin/test faults`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.installation import Installation, installation


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the whole of a proof was asked for."""
    return bool(request.config.getoption("markexpr") == "faults")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on each kind of database, whose patience with servers is short."""
    with installation(request.param, tmp_path_factory.mktemp("faults"), ODZIV_SMTP_TIMEOUT="2") as made:
        yield made

"""One Dovecot for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.imap import Dovecot, dovecot


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with dovecot(tmp_path_factory.mktemp("dovecot")) as running:
        yield running

"""The whole suite runs on a data folder of its own; on PostgreSQL too when ODZIV_DATABASE_URL names one."""

import os
import tempfile

import pytest

# Before anything imports odziv.environment: never the developer's own data folder.
os.environ["ODZIV_DATA"] = tempfile.mkdtemp(prefix="odziv-tests-")

from tests.support.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Ana sells, Bor is her teammate, Cene manages, Dora administers; Eva is of another organisation."""
    return make_cast()

"""A data folder of its own: see tests/environment.py. On PostgreSQL too when ODZIV_DATABASE_URL names one."""

import pytest
from django.conf import settings

from tests.support.cast import Cast, make_cast

# Slow by design in production; here each test would wait two seconds for its cast's pass phrases.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    """Ana sells, Bor is her teammate, Cene manages, Dora administers; Eva is of another organisation."""
    return make_cast()

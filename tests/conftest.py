"""A data folder of its own: see tests/environment.py. On PostgreSQL too when ODZIV_DATABASE_URL names one."""

import gc
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import translation

from tests.support import database
from tests.support.cast import Cast, make_cast

# Slow by design in production; here each test would wait two seconds for its cast's pass phrases.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Files as they lie, whether or not set-up has collected hashed ones: pytest's own server knows only those.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Each test client begins by reading the folder of collected files, hundreds of them, and asks for none.
settings.SERVESTATIC_USE_STATIC_ROOT = False
# It is asynchronous, so that each request of the test client would go through an event loop and a thread of its own.
settings.MIDDLEWARE.remove("servestatic.middleware.ServeStaticMiddleware")
# How long an example takes depends on whoever shares the processor; tests of speed measure on their own.
hypothesis.settings.register_profile("odziv", deadline=None)
hypothesis.settings.load_profile("odziv")


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: to look for garbage in it again and again costs a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pytestconfig: pytest.Config, django_db_modify_db_settings: None) -> None:
    """All migrations take seconds, in each of the processes that test."""
    if connection.vendor == "sqlite":
        database.remember(connections["default"], pytestconfig.cache.mkdir("database"))


@pytest.fixture
def cast(db: None) -> Cast:
    """Ana sells, Bor is her teammate, Cene manages, Dora administers; Eva is of another organisation."""
    return make_cast()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its user's language behind in the thread; the next test begins in English."""
    with translation.override("en"):
        yield

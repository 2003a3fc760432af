"""What rivals do: a Django view that inserts a row for each request, and pytracking's view that calls us for each.

Served by one granian worker over WSGI. BENCH_DATABASE is a postgresql:// address or the path of an SQLite file.
"""

from __future__ import annotations

import base64
import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


def _database(told: str) -> dict[str, Any]:
    if not told.startswith("postgresql:"):
        options = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": told, "OPTIONS": options, "CONN_MAX_AGE": None}
    url = urlsplit(told)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "USER": url.username,
        "PASSWORD": url.password,
        "HOST": url.hostname,
        "PORT": url.port,
        "CONN_MAX_AGE": None,
    }


settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": _database(os.environ["BENCH_DATABASE"])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes"],
    ROOT_URLCONF=__name__,
    PYTRACKING_CONFIGURATION={},
    SECRET_KEY=os.urandom(24).hex(),
    LOGGING_CONFIG=None,
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
)
django.setup()

from django.db import connection, models  # noqa: E402
from pytracking.django import OpenTrackingView  # noqa: E402


class Hit(models.Model):
    """One opening, as an e-mail tool that keeps no journal of its own writes it down."""

    at = models.DateTimeField(auto_now_add=True)
    key = models.CharField(max_length=200, db_index=True)
    agent = models.CharField(max_length=400)
    address = models.CharField(max_length=45)

    class Meta:
        app_label = "bench"


def _insert(request: HttpRequest, key: str) -> None:
    agent, address = request.headers.get("User-Agent", ""), request.META.get("REMOTE_ADDR", "")
    Hit.objects.create(key=key[:200], agent=agent[:400], address=address)


def opened(request: HttpRequest, key: str) -> HttpResponse:
    """Insert, then answer."""
    _insert(request, key)
    return HttpResponse(GIF, content_type="image/gif", headers={"Cache-Control": "no-store"})


class Tracked(OpenTrackingView):  # type: ignore[misc]
    """pytracking's own view; what it found goes into the database, as its documentation suggests."""

    def notify_tracking_event(self, _tracking_result: Any) -> None:
        _insert(self.request, self.request.path)

    def notify_decoding_error(self, _exception: Exception, _request: HttpRequest) -> None:
        _insert(self.request, self.request.path)


urlpatterns = [path("o/<str:key>.gif", opened), path("p/<str:path>/", Tracked.as_view())]
application = get_wsgi_application()
with connection.schema_editor() as editor:
    if Hit._meta.db_table not in connection.introspection.table_names():
        editor.create_model(Hit)

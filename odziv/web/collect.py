"""Gather the static files under names that carry a digest: `python -m odziv.web.collect`."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.management import call_command


def collect() -> None:
    """Fill `STATIC_ROOT` and write its manifest, by which the next process knows that files are to be served so."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "odziv.settings")
    settings.STORAGES["staticfiles"] = {"BACKEND": settings.HASHED_STATIC}
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    collect()

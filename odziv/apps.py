"""The one Django application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OdzivConfig(AppConfig):
    name = "odziv"
    verbose_name = "Odziv"

    def ready(self) -> None:
        """After migrations the index of words is looked after, which no migration can hold."""
        post_migrate.connect(_after_migrations, sender=self)


def _after_migrations(using: str, **_: Any) -> None:
    from django.db import connections

    from odziv.models.word_index import ensure

    ensure(connections[using])

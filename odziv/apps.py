"""The one Django application."""

from django.apps import AppConfig


class OdzivConfig(AppConfig):
    name = "odziv"
    verbose_name = "Odziv"

"""`odziv manage`: Django's management commands, with the settings of Odziv."""

from __future__ import annotations

import os
from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Hand the arguments to Django; 0 when it comes back."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "odziv.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["odziv manage", *(argv or ["help"])])
    return 0

"""Further processes of ours on the test's own database."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any
from urllib.parse import quote

from django.db import connection

from odziv.environment import ENV

_START = "import django; django.setup()\n"


def database_url() -> str:
    """The test database as a setting."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{quote(str(settings['NAME']))}"
    user, password = quote(settings["USER"]), quote(settings["PASSWORD"])
    return f"postgresql://{user}:{password}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def environment(**further: str) -> dict[str, str]:
    """For a process that shall see what the test sees; the test must be a transactional one."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "odziv.settings",
        "ODZIV_DATA": str(ENV.data),
        "ODZIV_DATABASE_URL": database_url(),
    }
    return {**os.environ, **ours, **further}


def run_child(code: str, **further: str) -> subprocess.Popen[str]:
    """Start Python code in a process of its own, with Django set up; output and errors are piped together."""
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen([sys.executable, "-c", _START + code], env=environment(**further), **options)

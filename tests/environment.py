"""A pytest plugin, named in pyproject.toml: a data folder of their own for the tests.

A conftest.py would be too late: pytest-django reads the settings, and with them the environment, before any is loaded.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # where there is room, nobody waits for a disk; what kills processes has folders of its own
_ROOM = 2 << 30


def _fast() -> Path | None:
    try:
        return MEMORY if shutil.disk_usage(MEMORY).free > _ROOM and os.access(MEMORY, os.W_OK) else None
    except OSError:
        return None


os.environ["ODZIV_DATA"] = tempfile.mkdtemp(prefix="odziv-tests-", dir=_fast())
atexit.register(shutil.rmtree, os.environ["ODZIV_DATA"], ignore_errors=True)

"""A pytest plugin, named in pyproject.toml: a data folder of their own for the tests.

A conftest.py would be too late: pytest-django reads the settings, and with them the environment, before any is loaded.
"""

import atexit
import os
import shutil
import tempfile

os.environ["ODZIV_DATA"] = tempfile.mkdtemp(prefix="odziv-tests-")
atexit.register(shutil.rmtree, os.environ["ODZIV_DATA"], ignore_errors=True)

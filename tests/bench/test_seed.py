"""The seed database of the benches is made by a process of its own, from nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.database import seeded
from bench.seed.scale import Scale

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
SMALL = Scale(messages=400, interactions=800, records=80, organisations=2, crowd=5, flood=20, copies=1)


def test_it_is_made_and_brought_up_to_date(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
    environ |= {"ODZIV_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "odziv.settings"}
    for what in ([json.dumps(asdict(SMALL)), "7", "1780000000"], []):
        command = [sys.executable, "-m", "bench.seed.make", *what]
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    count = "import django; django.setup(); from odziv.models import Message; print(Message.objects.count())"
    made = subprocess.run(
        [sys.executable, "-c", count], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert int(made.stdout) >= SMALL.messages, made.stderr


def test_a_database_that_would_fill_the_disk_is_not_begun(tmp_path: Path) -> None:
    much = Scale(messages=10**12, interactions=10**13)
    said = "GB of room, and a database with 10,000,000,000,000 interactions takes"
    with pytest.raises(SystemExit, match=said), seeded("sqlite", much, tmp_path / "seed"):
        pass
    assert list((tmp_path / "seed").rglob("*.sqlite3")) == []

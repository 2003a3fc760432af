"""Ingest is killed in the middle, again and again: every hit is in the figures exactly once (invariant 3)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from odziv.lib.spool.reader import SpoolReader

_WORKER = """
import django; django.setup()
from odziv.ingest.run import ingest
from odziv.measure.run import measure
from odziv.models import Delivery
print("ready", flush=True)
# A copy with many events rests between two folds.
while ingest(limit=160, batch=40) + measure(limit=5) or Delivery.objects.unfolded().exists():
    pass
print("done", flush=True)
"""
_PREPARE = """
import django; django.setup()
import random, sys
from django.core.management import call_command
call_command("migrate", verbosity=0)
from odziv.lib.hit import encode
from odziv.lib.seal import Kind
from odziv.environment import ENV
from tests.support.cast import make_cast
from tests.support.journal import delivery_of, followed_message, hit, spool
ana = make_cast().ana
copies = [delivery_of(followed_message(ana)) for _ in range(20)]
hits = [hit(copy, kind, after=n * 100, ordinal=n) for copy in copies for n in range(60)
        for kind in (Kind.OPEN, Kind.IMAGE, Kind.CLICK, Kind.FILE)]
again = hits + random.Random(7).sample(hits, 800)
random.Random(8).shuffle(again)
spool(again[:3000])
spool(again[3000:])
print(len(hits))
"""
_REPORT = """
import django; django.setup()
from django.db.models import Sum
from odziv.models import Delivery, Interaction, Message
# Whether a person or a machine did it is another matter: here, that each counts once.
figures = ("opens", "link_clicks", "attachment_views")
sums = Message.objects.aggregate(
    **{f"{of}{name}": Sum(f"{of}{name}") for of in ("", "machine_", "unsure_") for name in figures})
totals = [sum(sums[f"{of}{name}"] for of in ("", "machine_", "unsure_")) for name in figures]
print(Interaction.objects.count(), *totals)
"""


def _environment(data: Path) -> dict[str, str]:
    environ = {**os.environ, "ODZIV_DATA": str(data), "DJANGO_SETTINGS_MODULE": "odziv.settings"}
    environ.pop("ODZIV_DATABASE_URL", None)
    return environ


def _run(script: str, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script], env=_environment(data), stdout=subprocess.PIPE, text=True)


def _output(script: str, data: Path) -> str:
    process = _run(script, data)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output.strip()


@pytest.mark.slow
@pytest.mark.faults
def test_killed_ingest_neither_loses_nor_doubles(tmp_path: Path) -> None:
    hits = int(_output(_PREPARE, tmp_path))
    dice = random.Random(5)
    kills = 0
    while True:
        # Two at once: while one is in the middle, the other one may be, too.
        workers = [_run(_WORKER, tmp_path), _run(_WORKER, tmp_path)]
        for worker in workers:
            assert worker.stdout
            worker.stdout.readline()
        time.sleep(dice.uniform(0.02, 0.6))
        killed = [worker for worker in workers if worker.poll() is None]
        for worker in killed:
            worker.kill()
        for worker in workers:
            worker.communicate()
        kills += len(killed)
        if kills >= 12 or not killed:
            break
    assert kills >= 6, "the machine was too fast for this test"
    assert _output(_WORKER, tmp_path).endswith("done")
    # 60 opens a copy, 100 s apart: as each picture has its own ordinal, beacon and picture of one moment are one open.
    # Where only a person's clicks show that they opened it, the first of them counts as an open too.
    assert _output(_REPORT, tmp_path) == f"{hits} 1220 1200 1200"
    assert SpoolReader(tmp_path / "spool").backlog().records == 0
    checked = subprocess.run(
        [sys.executable, "-m", "odziv.cli", "rebuild", "--check"],
        env=_environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    assert "equal the journal" in checked.stdout

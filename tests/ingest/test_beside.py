"""A process looks at the next batch for the worker; whatever becomes of it, every hit counts once (invariants 3, 4)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from odziv.ingest.beside import Process, Thread
from tests.ingest.test_kill import _PREPARE, _REPORT, _environment, _output, _run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

_WORKER = """
import django; django.setup()
import os, random, signal, sys, threading, time
from odziv.ingest.batch import Looker
from odziv.ingest.beside import Process
from odziv.ingest.run import ingest, look_beside
from odziv.measure.run import measure
from odziv.models import Delivery

looked = {"ahead": 0, "here": 0}
real, here = Process.result, Process._here
def result(self):
    looked["ahead"] += 1
    return real(self)
def in_this_one(self, records):
    looked["here"] += 1
    return here(self, records)
Process.result, Process._here = result, in_this_one

def children():
    return [int(child) for path in os.listdir("/proc/self/task")
            for child in open(f"/proc/self/task/{path}/children").read().split()]

def strike(number):
    dice = random.Random(4)
    while True:
        time.sleep(dice.uniform(0.01, 1.5))
        for child in children():
            try: os.kill(child, number)
            except ProcessLookupError: pass

if sys.argv[1] != "0":
    threading.Thread(target=strike, args=(int(sys.argv[1]),), daemon=True).start()
look_beside()
done = 0
while done < int(sys.argv[2]):
    done += ingest(batch=100)
while measure() or Delivery.objects.unfolded().exists():
    pass
print(looked["ahead"], looked["here"])
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """An installation with hits in its spool, and how many different ones."""
    data = tmp_path_factory.mktemp("prepared")
    return data, int(_output(_PREPARE, data))


@pytest.fixture
def data(prepared: tuple[Path, int], tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared[0], tmp_path / "data"))


@pytest.fixture
def hits(prepared: tuple[Path, int]) -> int:
    return prepared[1]


def _work(data: Path, number: int, hits: int) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", _WORKER, str(number), str(hits)],
        env=_environment(data), stdout=subprocess.PIPE, text=True, check=True, timeout=200,
    )  # fmt: skip
    ahead, here = map(int, done.stdout.split())
    return ahead, here


def _figures_are_right(data: Path, hits: int) -> None:
    assert _output(_REPORT, data) == f"{hits} 1220 1200 1200"
    checked = subprocess.run([sys.executable, "-m", "odziv.cli", "rebuild", "--check"], env=_environment(data),
                             capture_output=True, text=True, check=False)  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_what_it_looked_at_comes_out_as_in_one_process(data: Path, hits: int) -> None:
    ahead, here = _work(data, 0, hits + 800)
    assert ahead >= (hits + 800) / 100 and here == 0
    _figures_are_right(data, hits)


@pytest.mark.faults
def test_killed_again_and_again_it_loses_and_doubles_nothing(data: Path, hits: int) -> None:
    ahead, here = _work(data, signal.SIGKILL, hits + 800)
    assert ahead > 0 and here > 0
    _figures_are_right(data, hits)


def test_signals_to_the_whole_group_leave_it_to_the_worker(data: Path, hits: int) -> None:
    """`systemctl stop` and Ctrl-C reach it too; the worker may still be in the middle of a batch."""
    # Struck while it starts it may end; so it is asked only afterwards, and the struck ones are looked at here.
    ahead, _here = _work(data, signal.SIGTERM, hits + 800)
    assert ahead > 0
    _figures_are_right(data, hits)


def test_it_ends_with_a_worker_that_is_killed(data: Path) -> None:
    worker = _run(
        "import django; django.setup()\nfrom odziv.ingest.beside import Process\nimport time\n"
        "process = Process(); process.start(); process.look([])\nprint(process._running.pid, flush=True)\n"
        "time.sleep(60)",
        data,
    )
    assert worker.stdout
    child = int(worker.stdout.readline())
    assert Path(f"/proc/{child}").exists()
    worker.kill()
    worker.wait()
    wait_until(lambda: _is_gone(child), seconds=20)


def _is_gone(process: int) -> bool:
    """A process that ended and for which nobody has asked yet counts as gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _said(code: str, data: Path) -> str:
    """What is printed by code with a `process`, and `many` records, more than a socket holds."""
    asked = _run(
        "import django; django.setup()\nfrom odziv.ingest.beside import Process\n"
        f"process, many = Process(), [b'rubbish' * 20] * 20_000\n{code}",
        data,
    )
    try:
        output, _ = asked.communicate(timeout=60)
    finally:
        asked.kill()
    return str(output)


def test_what_nobody_waits_for_any_more_holds_up_nothing(data: Path) -> None:
    """Question and answer are each larger than what a socket holds, so neither side can put its own away."""
    said = _said(
        "process.start(); process.look(many); assert process.begin(many)\n"
        "assert len(process.look(many[1:]).poison) == 19_999 and process.begin(many)\n"
        "process.start(); assert len(process.look(many).poison) == 20_000\nprint(process._onward, flush=True)",
        data,
    )
    assert said.strip() == "True"


def test_two_are_looked_at_one_behind_the_other_and_a_second_question_waits(data: Path) -> None:
    said = _said(
        "process.start(); process.look(many)\n"
        "for round in range(3): assert process.begin(many[round:]) and process.begin(many[round + 5:])\n"
        "print(*(len(process.result().poison) for _ in range(6)), flush=True)",
        data,
    )
    assert said.split() == ["20000", "19995", "19999", "19994", "19998", "19993"]


def test_when_it_dies_all_that_was_begun_is_looked_at_here(data: Path) -> None:
    said = _said(
        "process.start(); process.look(many)\n"
        "process.begin(many); process.begin(many[1:]); process._running.kill(); process._running.wait()\n"
        "print(*(len(process.result().poison) for _ in range(2)), process.begin(many), flush=True)",
        data,
    )
    assert said.split() == ["20000", "19999", "False"]


@pytest.mark.django_db
def test_rubbish_and_silence_are_looked_at_here(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process()
    assert process.look([b"rubbish"]).poison[0][0] == 0  # nobody is there
    monkeypatch.setattr("odziv.ingest.beside._MOST_SECONDS", 0.01)
    monkeypatch.setattr("odziv.ingest.beside.COMMAND", [sys.executable, "-c", "import time; time.sleep(60)"])
    process.start()
    assert process._running
    silent = process._running.pid
    assert process.look([b"rubbish"]).poison[0][0] == 0
    with pytest.raises(ProcessLookupError):
        os.kill(silent, 0)
    assert not process.begin([b"more"])  # what was looked at here nobody there knows


@pytest.mark.django_db
def test_what_was_begun_for_somebody_else_is_passed_over() -> None:
    thread = Thread()
    thread.look([])
    assert thread.begin([b"rubbish"])
    assert thread.look([]).poison == []
    assert thread.begin([b"rubbish", b"more"])
    assert len(thread.result().poison) == 2
    thread.close()

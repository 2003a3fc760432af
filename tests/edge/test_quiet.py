"""The limit on the log: what happens often is said a few times, then counted."""

from __future__ import annotations

import logging
import time

import pytest

from odziv.edge.quiet import Quiet


def line(text: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("x", logging.ERROR, "", 0, text, arguments, None)


def test_lines_of_a_kind_are_limited_and_what_was_left_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    limit = Quiet(most=3, seconds=60)
    assert [limit.filter(line("spool: %s", number)) for number in range(5)] == [True, True, True, False, False]
    assert limit.filter(line("another"))
    now += 61
    record = line("spool: %s", "again")
    assert limit.filter(record)
    assert record.getMessage() == "spool: again (2 more like this were left out)"
    now += 61
    calm = line("spool: %s", "calm")
    assert limit.filter(calm)
    assert calm.getMessage() == "spool: calm"

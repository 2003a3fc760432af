"""A line of the log holds what happened and identifiers; whatever could be about a person does not get in."""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from odziv.environment import ROOT
from odziv.lib import logs
from odziv.lib.files import FileStoreError
from odziv.lib.logs import WITHHELD, Line, Own

NAME = "Žalika Skrivnič"
ID = UUID("01a22bef-55c3-7bc3-a158-65c7580b53f4")


class Reason(StrEnum):
    BUSY = "busy"


class Row:
    _meta = object()
    pk = ID

    def __str__(self) -> str:
        return NAME


class DatabaseFault(Exception):
    sqlstate = "23505"


def said(text: str, *values: object, name: str = "odziv.deliver", error: BaseException | None = None) -> dict[str, Any]:
    """The object that a record becomes."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.WARNING, __file__, 7, text, values, info)
    told: dict[str, Any] = json.loads(Line("json").format(record))
    return told


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        *((12, "12"), (0.5, "0.5"), (None, "None"), (ID, str(ID)), (Reason.BUSY, "busy"), (Row(), f"Row {ID}")),
        (Own("deliver what is due"), "deliver what is due"),
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02 00:00:00+00:00"),
        (FileStoreError("The disk is full."), "The disk is full."),
        *((OSError(28, NAME), "OSError 28"), (ValueError(NAME), "ValueError")),
        *((value, WITHHELD) for value in (NAME, NAME.encode(), [NAME], {NAME: 1}, object())),
    ],
)
def test_what_may_be_said_is_listed_by_type(value: object, seen: str) -> None:
    assert said("it is %s now", value)["event"] == f"it is {seen} now"


def test_a_number_that_is_none_does_no_harm() -> None:
    assert said("%d of %s", NAME, 3)["event"] == f"{WITHHELD} of {WITHHELD}"
    assert said("100 % done")["event"] == "100 % done"
    assert said("%(who)s", {"who": NAME})["event"] == WITHHELD


def test_a_line_is_one_line_whatever_comes() -> None:
    line = Line("json").format(logging.LogRecord("odziv.x", 30, "a\nb", 1, "a\nb", (), None))
    assert "\n" not in line and json.loads(line)["event"] == "a\nb"


def test_an_error_is_its_type_its_codes_and_its_places() -> None:
    error = raised(ValueError(NAME))
    error.__cause__ = raised(DatabaseFault(NAME))
    error.add_note(NAME)
    told = said("could not", error=error)
    assert [one["type"] for one in told["errors"]] == ["ValueError", "tests.lib.test_logs.DatabaseFault"]
    assert told["errors"][1]["sqlstate"] == "23505"
    assert re.fullmatch(r"tests/lib/test_logs\.py:\d+ raised", told["errors"][0]["at"][0])
    assert NAME not in json.dumps(told, ensure_ascii=False)


def test_text_has_the_same_and_no_more_but_for_developers() -> None:
    error = raised(ValueError(NAME))
    record = logging.LogRecord("odziv.x", logging.ERROR, __file__, 7, "for %s", (NAME,), (ValueError, error, None))
    text, full = Line("text").format(record), Line("text", full=True).format(record)
    assert f"ERROR odziv.x: for {WITHHELD}\n  ValueError\n" in text and NAME not in text
    assert f"for {NAME}" in full and f"ValueError: {NAME}" in full


def test_the_text_of_other_code_is_withheld_whole() -> None:
    for name in ("asyncio", "django.security", "odzivalec"):
        assert said(f"Task of {NAME}", name=name)["event"] == f"{WITHHELD} (tests/lib/test_logs.py:7)"
        assert said("Task of %s", NAME, name=name)["event"] == f"{WITHHELD} (tests/lib/test_logs.py:7)"


def test_passwords_of_servers_are_taken_out_of_what_is_about_the_installation() -> None:
    error = FileStoreError("s3://key:pa/ss@s3.example/odziv and nats://a:b@n.example do not answer")
    assert said("%s", error)["event"] == f"s3://{WITHHELD}@n.example do not answer".replace(
        f"s3://{WITHHELD}@n.example", f"s3://{WITHHELD}@s3.example/odziv and nats://{WITHHELD}@n.example"
    )


def test_what_ends_a_thread_goes_through_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for module, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(logs._Speaker, "process", "odziv")
    logs.begin("work", "text")
    logging.captureWarnings(False)

    def fail() -> None:
        raise ValueError(NAME)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    (record,) = caplog.records
    assert (record.name, record.levelname, record.getMessage()) == ("odziv", "CRITICAL", "ended by a fault")


def logged() -> list[tuple[str, ast.Call]]:
    """Every call of a logger in the product, with its place."""
    levels = {"debug", "info", "warning", "error", "exception", "critical", "log"}
    found = []
    for path in sorted((ROOT / "odziv").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level)) if level in levels:
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node))
    return found


@pytest.mark.slow
def test_what_we_log_is_a_fixed_text_and_its_values_are_apart() -> None:
    calls = logged()
    assert len(calls) > 40
    assert [where for where, call in calls if not isinstance(call.args[0], ast.Constant)] == []


def test_only_words_of_ours_are_marked_as_such() -> None:
    """Each place that says `Own` is known; a new one is to be thought about, and added."""
    marked = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "odziv").rglob("*.py")
        if re.search(r"\bOwn\(", path.read_text()) and path.name != "logs.py"
    }
    ingest = {f"odziv/ingest/{name}.py" for name in ("aside", "batch", "places", "run")}
    assert marked == ingest | {"odziv/work.py"}

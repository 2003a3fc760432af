"""What a process says of its work: lines for people or JSON, and in neither a personal datum.

A line says *what* happened in words of ours, and *to which* row by its identifier. Names, addresses, subjects, bodies,
tokens, network addresses and query strings cannot get in, because what may is listed, by type (`harmless`): numbers,
times, UUIDs, enums, rows (as kind and key), words marked as ours (`Own`), and errors that are about this installation
(`Operational`). All other text becomes "…". Of an error only the type, the codes and the places in the source are said,
as its message may quote what somebody typed. Of a line of foreign code its place in the source is said, not its text.

Why so: docs/decisions/logs.md.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from odziv.lib.plain import Operational

FORMS = ("text", "json")
WITHHELD = "…"
_CREDENTIALS = re.compile(r"(?<=://)[^\s'\"]*@")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OURS = "odziv"
_PHRASES: dict[object, str] = {int(status): status.phrase for status in HTTPStatus}
_FOLDERS = [str(Path(__file__).resolve().parents[2]), *(str(Path(place).resolve()) for place in sys.path if place)]
_SOURCES = sorted((f"{folder}/" for folder in _FOLDERS), key=len, reverse=True)
_CAUSES = 5


class Own(str):
    """Words of our own code or of the operator's settings, which therefore may stand in a log."""

    __slots__ = ()


class _Speaker:
    """Who speaks in this process, and how."""

    process = _OURS
    form = "text"


def begin(process: str, form: str) -> None:
    """From now on lines carry this name, and `announce` speaks in this form; what ends a thread or the process, and
    what Python warns of, goes through `logging` too."""
    _Speaker.process, _Speaker.form = process, form
    logging.captureWarnings(True)
    log = logging.getLogger(_OURS)

    def ended(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt) or error is None:
            return
        log.critical("ended by a fault", exc_info=(kind, error, trace))

    sys.excepthook = ended
    threading.excepthook = lambda args: ended(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: ended(args.exc_type, args.exc_value, args.exc_traceback)
    if not logging.getLogger().handlers:
        to_stderr("", form, level=logging.WARNING)


def to_stderr(name: str, form: str | None = None, *, full: bool = False, level: int = logging.INFO) -> logging.Handler:
    """Write what the logger `name` and those below it say to standard error, and nowhere else; the handler."""
    handler = logging.StreamHandler()
    handler.setFormatter(Line(form, full=full))
    logger = logging.getLogger(name)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
    return handler


def announce(text: str, event: str, **identifiers: int) -> None:
    """Say on standard output, at once, that something stands: `text` for people, or the event as JSON."""
    sys.stdout.write(f"{text}\n" if _Speaker.form == "text" else f"{as_json('info', event, **identifiers)}\n")
    sys.stdout.flush()


def stop_with(text: str, for_people: str) -> None:
    """Say on standard error why the process ends; `text` is an `Operational` error's."""
    said = _CREDENTIALS.sub(f"{WITHHELD}@", for_people)
    sys.stderr.write(f"{said if _Speaker.form == 'text' else as_json('critical', without_credentials(text))}\n")


def form() -> str:
    """In which this process speaks."""
    return _Speaker.form


def is_json(line: str) -> bool:
    """Whether a line is a line of the log, as JSON."""
    try:
        told = json.loads(line)
    except ValueError:
        return False
    return isinstance(told, dict) and {"time", "level", "process", "event"} <= told.keys()


def as_json(level: str, event: str, process: str = "", /, **identifiers: int) -> str:
    """One object in one line; `event` is in words of ours, with nothing in them but what `harmless` lets through."""
    told = {"time": _rfc3339(datetime.now(UTC)), "level": level, "process": process or _Speaker.process}
    return json.dumps({**told, "pid": os.getpid(), "event": event, **identifiers}, ensure_ascii=False)


def harmless(value: object) -> str | int | float | None:
    """What may be said of a value; "…" for whatever is not listed here."""
    told: str | int | float | None = WITHHELD
    match value:
        case Enum():
            told = value.value if isinstance(value.value, str | int) else value.name
        case None | bool() | int() | float():
            told = value
        case Own() | UUID() | date() | timedelta():
            told = str(value)
        case Operational():
            told = without_credentials(str(value))
        case BaseException():
            told = " ".join([type(value).__name__, *(str(code) for code in _codes(value).values())])
        case object(_meta=_, pk=int() | UUID() as key):  # a row
            told = f"{type(value).__name__} {key}"
    return told


def without_credentials(text: str) -> str:
    """In one line, and addresses of servers without user name and password."""
    return _CREDENTIALS.sub(f"{WITHHELD}@", " ".join(text.split()))


class Line(logging.Formatter):
    """A record as a line. `full`: errors with their messages, for developers, who have no data of others."""

    def __init__(self, form: str | None = None, *, full: bool = False) -> None:
        super().__init__()
        self._form = form
        self._full = full

    def format(self, record: logging.LogRecord) -> str:
        """JSON in one line; or text, and after it the places of an error."""
        at = datetime.fromtimestamp(record.created, UTC)
        if (self._form or _Speaker.form) == "text":
            more = "".join(f" {name}={value}" for name, value in _request(record).items())
            head = f"{at:%Y-%m-%d %H:%M:%S} {record.levelname} {record.name}: {_event(record, full=self._full)}{more}"
            return "\n".join([head, *self._trace(record)])
        told: dict[str, Any] = {
            "time": _rfc3339(at),
            "level": record.levelname.lower(),
            "process": _Speaker.process,
            "pid": record.process,
            "event": _event(record),
            "logger": record.name,
            "at": f"{_source(record.pathname)}:{record.lineno}",
            **_request(record),
        }
        if error := _error(record):
            told["errors"] = [
                {"type": _name(type(one)), **_codes(one), "at": list(_places(one))} for one in _chain(error)
            ]
        return json.dumps(told, ensure_ascii=False)

    def _trace(self, record: logging.LogRecord) -> Iterator[str]:
        error = _error(record)
        if error is None:
            return
        if self._full:
            yield "".join(traceback.format_exception(error)).rstrip()
            return
        for one in _chain(error):
            yield "  ".join(["", _name(type(one)), *(f"{name}={code}" for name, code in _codes(one).items())])
            yield from (f"    {place}" for place in _places(one))


def _event(record: logging.LogRecord, *, full: bool = False) -> str:
    if full:
        return record.getMessage()
    if record.name.partition(".")[0] != _OURS:
        # Its text may have been put together before it came here.
        phrase = _PHRASES.get(getattr(record, "status_code", 0))
        return phrase or f"{WITHHELD} ({_source(record.pathname)}:{record.lineno})"
    text, values = str(record.msg), record.args
    try:
        if isinstance(values, Mapping):
            if "%(" not in text:
                return text % harmless(values)
            return text % {name: harmless(value) for name, value in values.items()}
        return text % tuple(harmless(value) for value in values) if values else text
    except (TypeError, ValueError):
        return re.sub(r"%[-#0-9.]*[a-zA-Z]", WITHHELD, text)


def _request(record: logging.LogRecord) -> dict[str, object]:
    """What Django's records tell of the request that they are about: never its address."""
    told: dict[str, object] = {}
    if isinstance(status := getattr(record, "status_code", None), int):
        told["status"] = status
    request = getattr(record, "request", None)
    if (method := getattr(request, "method", None)) in _METHODS:
        told["method"] = method
    if view := getattr(getattr(request, "resolver_match", None), "view_name", None):
        told["view"] = view
    if isinstance(took := getattr(record, "milliseconds", None), int | float):
        told["milliseconds"] = took
    return told


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, the newest first."""
    one: BaseException | None = error
    for _ in range(_CAUSES):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _codes(error: BaseException) -> dict[str, str | int]:
    """What tells errors of one type apart, without their messages: number of the system, state and names of the
    database, reason of ours."""
    found: dict[str, str | int] = {}
    if isinstance(error, Operational):
        found["message"] = without_credentials(str(error))
    if isinstance(error, OSError) and error.errno is not None:
        found["errno"] = error.errno
    cause = error.__cause__ or error
    if isinstance(state := getattr(cause, "sqlstate", None), str):
        found["sqlstate"] = state
        if isinstance(constraint := getattr(getattr(cause, "diag", None), "constraint_name", None), str):
            found["constraint"] = constraint
    if isinstance(code := getattr(cause, "sqlite_errorname", None), str):
        found["sqlite"] = code
    if isinstance(reason := getattr(error, "reason", None), Enum):
        found["reason"] = str(reason.value)
    return found


def _places(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{_source(frame.filename)}:{frame.lineno} {frame.name}"


def _source(path: str) -> str:
    """The file without the folder that it is installed in."""
    return path.removeprefix(next((folder for folder in _SOURCES if path.startswith(folder)), ""))


def _name(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _rfc3339(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"

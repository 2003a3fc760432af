"""`odziv explain events FILE`: for each event of deliveries whether a person or a machine caused it, and why (J5).

A line of the file is a delivery: {"id"?, "links": n, "events": [...], "colleagues": [deliveries to the same company],
"replied"?: whether it was answered, "team"?: [addresses on which the sender's team uses Odziv]}.
An event is {"kind", "ua", "ip", "method", "headers", "after": seconds since the mail was accepted, "link": its number,
or "honeypot"}. What is missing is not known.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from odziv.explain import command
from odziv.ingest.agents import describe
from odziv.ingest.places import truncated
from odziv.lib.plain import PlainError
from odziv.measure.evidence import Event, Facts
from odziv.measure.patterns import sightings
from odziv.measure.reasons import SENTENCES, TEAM_NETWORK
from odziv.measure.verdict import judge

ACCEPTED = datetime(2000, 1, 1, tzinfo=UTC)
_HONEYPOT = 2**31 - 1
_TEAM = UUID(int=2**128 - 1)  # whoever it was
_LONGEST = 10 * 366 * 86400  # seconds
_KINDS = {"open": "open", "image": "image", "click": "click", "file": "file", "attachment": "file", "download": "file"}


class _Wrong(Exception):
    """What is wrong with a line."""


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain events`. A line for each line of the file, in its order.

    Returns 2 when one of them could not be understood; what is wrong with it stands in its answer. Raises PlainError.
    """
    parser = argparse.ArgumentParser(
        prog="odziv explain events",
        description="Say of each event of deliveries whether a person caused it, and why. FILE holds a delivery in "
        'each line, as JSON: {"links": 3, "events": [{"kind": "click", "ua": "…", "after": 12, "link": 0}]}.',
    )
    parser.add_argument("file", metavar="FILE", help="JSON lines, or - for standard input")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each delivery")
    options = parser.parse_args(argv)
    data = command.read_file(options.file)
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise PlainError(f"{options.file} is no text in UTF-8.") from error
    status = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = explained(_parsed(line))
        except _Wrong as wrong:
            status = 2
            told = {"error": f"line {number}: {wrong}"}
            if not options.json:
                sys.stderr.write(f"odziv explain events: {told['error']}\n")
                continue
        text = json.dumps(told, ensure_ascii=False) if options.json else _for_people(told, number)
        command.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    return status


def explained(delivery: Mapping[str, Any]) -> dict[str, Any]:
    """The answer for one delivery: {"id", "events": [{"verdict", "reasons"}]}, events in the order of the file."""
    team = {truncated(str(address)) for address in _list(delivery, "team")}
    events = [
        event._replace(teammate=_TEAM) if event.network and event.network in team else event
        for event in _events(delivery, 0)
    ]
    colleagues = _list(delivery, "colleagues")
    others = {
        UUID(int=number): _events(_object(other, "colleagues"), number) for number, other in enumerate(colleagues, 1)
    }
    facts = Facts(
        accepted_at=ACCEPTED,
        links=_whole(delivery.get("links") or 0, "links"),
        colleagues=sightings(others),
        replied=delivery.get("replied") is True,
    )
    verdicts = judge(events, facts)
    told = [{"verdict": verdict, "reasons": [SENTENCES[_code(code)] for code in codes]}
            for verdict, codes, _against in (verdicts[event.id] for event in events)]  # fmt: skip
    return {"id": delivery.get("id"), "events": told}


def _code(told: str) -> str:
    """Whose network it was is a name that this command does not know."""
    return TEAM_NETWORK if told.startswith(f"{TEAM_NETWORK}:") else told


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        return _object(json.loads(line), "a line")
    except (ValueError, RecursionError) as error:
        raise _Wrong("this is no JSON.") from error


def _events(delivery: Mapping[str, Any], copy: int) -> list[Event]:
    return [
        _event(_object(event, "events"), UUID(int=copy << 64 | number), number)
        for number, event in enumerate(_list(delivery, "events"), start=1)
    ]


def _event(told: Mapping[str, Any], id: UUID, number: int) -> Event:
    kind = _KINDS.get(str(told.get("kind", "")).lower())
    if kind is None:
        raise _Wrong(f"{told.get('kind')!r} is no kind of event; there are open, image, click and file.")
    headers = {str(name).lower(): str(value) for name, value in _object(told.get("headers") or {}, "headers").items()}
    text = str(told.get("ua") or headers.get("user-agent") or "")[:512].strip()
    agent = describe(text)
    link = told.get("link")
    ordinal = _HONEYPOT if link == "honeypot" else _whole(link or 0, "link")
    return Event(
        id=id,
        kind="hidden" if link == "honeypot" else kind,
        ordinal=ordinal,
        at=ACCEPTED + _after(told, number),
        method=str(told.get("method") or "GET").upper(),
        partial=bool(told.get("partial")),
        agent=text,
        agent_kind=agent.kind,
        client=agent.client,
        headers=headers,
        network=truncated(str(told.get("ip") or "")),
    )


def _after(told: Mapping[str, Any], number: int) -> timedelta:
    seconds = told.get("after")
    if seconds is None:
        # Not known: as when the clocks differ, and at no time at which another event was.
        return timedelta(hours=2 * number) - timedelta(seconds=_LONGEST)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise _Wrong(f"{seconds!r} is no number of seconds (after).")
    if abs(seconds) > _LONGEST:
        raise _Wrong(f"{seconds!r} seconds (after) are more than ten years.")
    return timedelta(seconds=seconds)


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _HONEYPOT:
        raise _Wrong(f"{value!r} is no number of a link ({name}).")
    return value


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(f"{name}: an object is expected.")
    return value


def _list(delivery: Mapping[str, Any], name: str) -> list[Any]:
    value = delivery.get(name, [])
    value = [] if value is None else value
    if not isinstance(value, list):
        raise _Wrong(f"{name}: a list is expected.")
    return value


def _for_people(told: Mapping[str, Any], number: int) -> str:
    lines = [str(told["id"] or f"delivery {number}")]
    for event in told["events"]:
        lines.append(f"  {event['verdict']:<8} {' '.join(event['reasons'])}")
    return "\n".join(lines)

"""The labelled events of the test material are judged as their labels say (J5)."""

from __future__ import annotations

import json
from typing import Any

from odziv.explain.events import explained
from tests.support import corpora


def delivery(case: dict[str, Any]) -> dict[str, Any]:
    """A case as a line for `odziv explain events`: what its pattern says, played event by event."""
    pattern = case.get("pattern", {})
    headers = {name: case[name] for name in ("referer", "accept") if name in case}
    event = {"ua": case["ua"], "ip": case.get("ip"), "method": case.get("method", "GET"), "headers": headers}
    kinds = case["event"].split("+")
    links = pattern.get("links_clicked", 1)
    if len(kinds) == 1 and links > 1:
        kinds *= links
    span = pattern.get("span_seconds", 0) / max(1, len(kinds) - 1)
    events = [
        {**event, "kind": kind, "link": number, "after": case["seconds_since_delivery"] + number * span}
        for number, kind in enumerate(kinds)
    ]
    if pattern.get("honeypot"):
        events[0]["link"] = "honeypot"
        events.append({**event, "kind": "click", "link": 0, "after": case["seconds_since_delivery"] + 30})
    return {"id": case["id"], "links": pattern.get("links_in_message", 3), "events": events}


def test_the_labelled_events_are_judged_as_their_labels_say() -> None:
    cases = json.loads(corpora.path("agents/event_cases.json").read_text())
    labelled = [case for case in cases if case["expect"] != "disputed"]
    assert labelled
    wrong: list[str] = []
    for case in labelled:
        verdicts = [event["verdict"] for event in explained(delivery(case))["events"]]
        if set(verdicts) != {case["expect"]}:
            wrong.append(f"{case['id']}: {verdicts} instead of {case['expect']} ({case['note']})")
        if case["event"] == "click" and case["expect"] == "human":
            assert "machine" not in verdicts, case["id"]
    assert len(wrong) <= 0.05 * len(labelled), "\n".join(wrong)

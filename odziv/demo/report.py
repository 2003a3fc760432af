"""The outcome of the demo, as a table or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Figures:
    opens: int
    clicks: int
    attachment_views: int


@dataclass(frozen=True)
class RecipientOutcome:
    """What one recipient did and what Odziv says of it. `machine` counts what scanners did, apart from people."""

    role: str
    address: str
    played: Figures
    seen: Figures
    machine_played: int
    machine_seen: int
    faults: list[str]

    @property
    def ok(self) -> bool:
        return self.played == self.seen and self.machine_played == self.machine_seen and not self.faults


@dataclass(frozen=True)
class LinkOutcome:
    """One link of the original. `exact`: every recipient's redirect gave the original address byte for byte."""

    address: str
    part: str
    followed: bool
    reason: str
    redirect: str
    exact: bool


@dataclass(frozen=True)
class Outcome:
    subject: str
    recipients: list[RecipientOutcome]
    links: list[LinkOutcome]
    timeline: list[dict[str, str]]
    warnings: list[str] = field(default_factory=list)
    """What the check before sending asked about, such as placeholders that were left in links."""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        exact = all(link.exact for link in self.links if link.followed)
        return exact and all(recipient.ok for recipient in self.recipients)


def as_json(outcome: Outcome) -> str:
    recipients = [
        {"role": one.role, "address": one.address, "opens": one.seen.opens, "clicks": one.seen.clicks}
        | {"attachment_views": one.seen.attachment_views, "played": asdict(one.played)}
        | {"machine": one.machine_seen, "machine_played": one.machine_played, "faults": one.faults, "ok": one.ok}
        for one in outcome.recipients
    ]
    return json.dumps(
        {
            "ok": outcome.ok,
            "subject": outcome.subject,
            "recipients": recipients,
            "links": [asdict(link) for link in outcome.links],
            "timeline": outcome.timeline,
            "warnings": outcome.warnings,
            "seconds": round(outcome.seconds, 2),
        },
        ensure_ascii=False,
        indent=2,
    )


def as_table(outcome: Outcome) -> str:
    lines = [f"“{outcome.subject}”, followed, to {len(outcome.recipients)} recipients", ""]
    lines += [f"asked before sending: {warning}" for warning in outcome.warnings]
    lines.append(f"{'recipient':36} {'opens':>12} {'clicks':>12} {'files':>12} {'automatic':>12}")
    for one in outcome.recipients:
        cells = (
            _pair(one.seen.opens, one.played.opens),
            _pair(one.seen.clicks, one.played.clicks),
            _pair(one.seen.attachment_views, one.played.attachment_views),
            _pair(one.machine_seen, one.machine_played),
        )
        lines.append(f"{f'{one.role}: {one.address}':36.36} " + " ".join(f"{cell:>12}" for cell in cells))
    lines += ["", "Timeline, newest first"]
    lines += [f"  {entry['at']}  {entry['verdict']:8} {entry['text']}" for entry in outcome.timeline]
    lines += ["", "Links"]
    for link in outcome.links:
        mark = ("exact" if link.exact else "CHANGED") if link.followed else "left alone"
        lines.append(f"  {mark:10}  {link.address}" + (f"  ({link.reason})" if link.reason else ""))
    lines += [f"FAULT {one.address}: {fault}" for one in outcome.recipients for fault in one.faults]
    verdict = "What was seen is what was played." if outcome.ok else "What was seen is NOT what was played."
    return "\n".join([*lines, "", f"{verdict} ({outcome.seconds:.1f} s)"])


def _pair(seen: int, played: int) -> str:
    return str(seen) if seen == played else f"{seen}, not {played}"

"""What a mail that came back is, and what it says (P2). Pure: bytes or headers in, a `Judgement` out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from odziv.replies.kinds import away, bounces, reasons, rules, wording
from odziv.replies.kinds.bounces import Failure
from odziv.replies.kinds.evidence import Evidence
from odziv.replies.kinds.fold import visible_text
from odziv.replies.kinds.mail import Headers, Mail, read


@dataclass(frozen=True, slots=True)
class Judgement:
    """`kind` is one of `rules.KINDS`. `reasons` are codes of rules, the deciding one first; `failures` the recipients
    of a bounce or delay; `severity` hard, soft, delayed or None; `away_until` the day that an
    absent person's program names; `original_id` the Message-ID of what is returned or reported on, where it is told."""

    kind: str
    counts_as_reply: bool
    reasons: tuple[str, ...]
    failures: tuple[Failure, ...] = ()
    severity: str | None = None
    status: str | None = None
    visible_text: str = ""
    away_until: date | None = None
    original_id: str = ""
    is_forward: bool = False

    @property
    def failed(self) -> list[str]:
        return [failure.address for failure in self.failures if failure.address]


def judge_bytes(data: bytes, *, ours: Collection[str] = (), today: date | None = None) -> Judgement:
    """Judge a whole message. `ours`: addresses in lower case whose forwards do not count (P2); `today`: the day it
    came, for return dates without a year. Total, and linear in the size of the message."""
    return judge(read(data), ours=ours, today=today)


def judge(mail: Mail, *, ours: Collection[str] = (), today: date | None = None) -> Judgement:
    """As `judge_bytes`, for a message that has been read."""
    evidence = Evidence(mail)
    rule = rules.rule_for(evidence)
    is_forward = bool(wording.FORWARDED.match(evidence.headers.get("subject")[:1000]))
    by_us = is_forward and evidence.sender in ours
    codes = (rule.code, *(["forward"] if is_forward else []), *(["forward-by-us"] if by_us else []))
    failures = _failures(evidence, rule)
    worst = _worst(failures)
    return Judgement(
        kind=rule.kind,
        counts_as_reply=rule.kind == rules.HUMAN and not by_us,
        reasons=codes,
        failures=tuple(failure for failure in failures if failure.address),
        severity=worst.severity or None if worst else None,
        status=worst.status or None if worst else None,
        visible_text=visible_text(mail.plain, mail.html),
        away_until=away.away_until(evidence, today) if rule.kind == rules.AUTO else None,
        original_id=evidence.original_id if rule.kind not in (rules.HUMAN, rules.AUTO, rules.OTHER) else "",
        is_forward=is_forward,
    )


def judge_headers(fields: list[tuple[str, str]]) -> Judgement:
    """Judge a bare set of header fields, names in any case."""
    return judge(Mail(Headers([(name.lower(), value) for name, value in fields])))


def _failures(evidence: Evidence, rule: rules.Rule) -> list[Failure]:
    if rule.kind not in (rules.BOUNCE, rules.DELAYED):
        return []
    wanted = bounces.FAILED if rule.kind == rules.BOUNCE else bounces.DELAYED
    found = [failure for failure in evidence.reported if failure.outcome == wanted]
    if any(failure.address for failure in found):
        return found
    delayed = rule.kind == rules.DELAYED
    return bounces.told(evidence.mail, delayed=delayed) or found or [bounces.answer_in(evidence.mail, delayed=delayed)]


def _worst(failures: list[Failure]) -> Failure | None:
    order = (reasons.HARD, reasons.SOFT, reasons.DELAYED, "")
    return min(failures, key=lambda failure: order.index(failure.severity), default=None)

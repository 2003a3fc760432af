"""Kinds and visible text, measured on real mail (P2, P3). The bars are those of the acceptance."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from odziv.lib.charset import decoded
from odziv.replies.kinds import Judgement, judge_bytes, judge_headers, read, visible_text
from odziv.replies.kinds.html import text_of
from tests.support import corpora

BOUNCES = ("bounce", "bounce-delayed")


@cache
def judged() -> list[tuple[dict[str, Any], Judgement]]:
    """Each labelled mail with what is made of it."""
    rows = [json.loads(line) for line in corpora.path("mail/labels.jsonl").read_text().splitlines()]
    return [(row, judge_bytes(corpora.path(f"mail/{row['path']}").read_bytes())) for row in rows]


@pytest.mark.slow
def test_no_human_reply_is_judged_a_machines() -> None:
    people = [(row["path"], one.kind) for row, one in judged() if row["class"].startswith("human")]
    assert len(people) >= 7
    assert [path for path, kind in people if kind != "human"] == []


def test_at_most_one_machine_mail_in_a_hundred_counts_as_a_reply() -> None:
    machines = [(row["path"], one) for row, one in judged() if row["counts_as_reply"] is False]
    counted = [path for path, one in machines if one.counts_as_reply]
    assert len(counted) <= len(machines) / 100, counted


def test_bounces_are_recognised_in_99_of_100() -> None:
    bounces = [(row["path"], one.kind) for row, one in judged() if row["class"] in BOUNCES]
    missed = [path for path, kind in bounces if kind not in ("bounce", "delayed")]
    assert len(missed) <= len(bounces) / 100, missed


def test_the_failed_address_is_right_in_97_of_100() -> None:
    told = [(row, one) for row, one in judged() if row["class"] in BOUNCES and row.get("failed")]
    wrong = [
        row["path"] for row, one in told if sorted(map(str.lower, row["failed"])) != sorted(map(str.lower, one.failed))
    ]
    assert len(wrong) <= len(told) * 0.03, wrong


def test_the_severity_is_right_in_90_of_100() -> None:
    labelled = [(row, one) for row, one in judged() if row.get("severity") in ("hard", "soft", "delayed")]
    wrong = [row["path"] for row, one in labelled if row["severity"] != one.severity]
    assert len(wrong) <= len(labelled) * 0.1, wrong


def test_receipts_and_feedback_are_told_apart() -> None:
    kinds = {
        "feedback": "feedback",
        "dsn-success": "delivery-receipt",
        "auto-reply": "auto-reply",
        "auto": "auto-reply",
    }
    labelled = [(row, one) for row, one in judged() if row["class"] in kinds]
    assert [row["path"] for row, one in labelled if one.kind != kinds[row["class"]]] == []


def test_bare_header_sets_are_judged_as_expected() -> None:
    wrong = []
    for case in json.loads(corpora.path("mail/header_cases.json").read_text()):
        pairs = [
            (name, value)
            for name, values in case["headers"].items()
            for value in (values if isinstance(values, list) else [values])
        ]
        kind = judge_headers(pairs).kind
        if case["expect"] != "disputed" and (kind == "human") != (case["expect"] == "human"):
            wrong.append((case["id"], kind))
    assert wrong == []


def test_quoted_text_is_folded_as_expected_in_85_of_100_and_no_reply_is_emptied() -> None:
    cases = json.loads(corpora.path("quotes/cases.json").read_text())
    shown = {case["id"]: _shown(case) for case in cases}
    assert [name for name, text in shown.items() if not text.strip()] == []
    wrong = [case["id"] for case in cases if not _is_expected(case, shown[case["id"]])]
    assert len(wrong) <= len(cases) * 0.15, wrong


def _shown(case: dict[str, Any]) -> str:
    raw = corpora.path(f"quotes/{case['file']}").read_bytes() if "file" in case else case["input"].encode()
    if case["kind"] == "eml":
        mail = read(raw)
        return visible_text(mail.plain, mail.html)
    text = decoded(raw).text.replace("\r\n", "\n")
    return visible_text("", text) if case["kind"] == "html" else visible_text(text)


def _is_expected(case: dict[str, Any], text: str) -> bool:
    expect = case["expect"]
    whole = (
        corpora.path(f"quotes/{expect['equals_file']}").read_text() if "equals_file" in expect else expect.get("equals")
    )
    if whole is not None:
        if case["kind"] == "html" and "<" in whole:
            whole = text_of(whole)
        # "accept with or without it": the note of the cases with a telephone's line
        accepted = (whole, re.sub(r"\n+Sent from.*$", "", whole)) if case["kind"] == "eml" else (whole,)
        if _plain(text, case["compare"]) not in [_plain(one, case["compare"]) for one in accepted]:
            return False
    return (
        _plain(text, "strip").startswith(_plain(expect.get("starts_with", ""), "strip"))
        and all(piece in text for piece in expect.get("must_contain", []))
        and not any(piece in text for piece in expect.get("must_not_contain", []))
    )


def _plain(text: str, compare: str) -> str:
    if compare == "whitespace":
        return re.sub(r"\s+", "", text)
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n", b"\r\r\n"])
def test_line_ends_change_no_judgement(line_end: bytes) -> None:
    for row, one in judged()[::12]:
        raw = corpora.path(f"mail/{row['path']}").read_bytes()
        unix = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        other = judge_bytes(unix.replace(b"\n", line_end))
        assert (other.kind, other.failed, other.severity) == (one.kind, one.failed, one.severity), row["path"]

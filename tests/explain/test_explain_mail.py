"""`odziv explain mail`, `headers`, `body` and `agents`: a line for each, on any file, without Django."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from odziv.cli import main

REPLY = b"From: ana@x.example\r\nIn-Reply-To: <a@ours.example>\r\n\r\nVelja.\r\n\r\n> Pridete?\r\n"


@pytest.fixture
def explain(capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    def run(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        status = main(["explain", *arguments])
        out, err = capfdbinary.readouterr()
        return status, [json.loads(line) for line in out.splitlines()], err.decode()

    return run


def test_each_mail_is_told_in_one_line(tmp_path: Path, explain: Any) -> None:
    first, second = tmp_path / "reply.eml", tmp_path / "bounce.eml"
    first.write_bytes(REPLY)
    second.write_bytes(b"From: MAILER-DAEMON@mx.example\r\r<bor@x.example>: 550 5.1.1 User unknown\r")
    status, (reply, bounce), _ = explain("mail", str(first), str(second), "--json")
    assert status == 0
    assert reply == {
        "file": str(first),
        "kind": "human",
        "counts_as_reply": True,
        "reasons": ["person"],
        "failed": [],
        "severity": None,
        "status": None,
        "visible_text": "Velja.",
        "matched_by": None,
        "away_until": None,
    }
    assert (bounce["kind"], bounce["failed"]) == ("bounce", ["bor@x.example"])
    assert (bounce["severity"], bounce["status"], bounce["counts_as_reply"]) == ("hard", "5.1.1", False)


def test_people_are_told_in_words(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "reply.eml"
    path.write_bytes(REPLY.replace(b"Velja.", b"Velja.\x1b[2J"))
    assert main(["explain", "mail", str(path)]) == 0
    out = capfdbinary.readouterr().out
    assert b"human, counts as a reply" in out
    assert b"Nothing says that a program wrote it." in out
    assert b"\x1b" not in out


def test_a_missing_file_is_one_line_and_the_others_are_told(tmp_path: Path, explain: Any) -> None:
    path = tmp_path / "reply.eml"
    path.write_bytes(REPLY)
    status, (line,), error = explain("mail", str(tmp_path / "none.eml"), str(path), "--json")
    assert (status, line["kind"]) == (2, "human")
    assert "none.eml cannot be read" in error


def test_bare_header_sets_are_answered_in_order(tmp_path: Path, explain: Any) -> None:
    path = tmp_path / "sets.jsonl"
    path.write_text(
        '{"id": "a", "headers": {"Subject": "Hello", "Precedence": ["never-bounce", "bulk"]}}\n'
        "not JSON\n\n"
        '{"headers": {"Subject": "Hello", "X-None": null}}\n'
        '{"headers": 5}\n'
    )
    status, lines, _ = explain("headers", str(path), "--json")
    assert status == 2
    assert [line.get("kind") for line in lines] == ["auto-reply", None, "human", None]
    assert (lines[0]["id"], "error" in lines[1], "error" in lines[3]) == ("a", True, True)


def test_bodies_are_folded(tmp_path: Path, explain: Any) -> None:
    plain, html = tmp_path / "a.txt", tmp_path / "b.html"
    plain.write_bytes("Križ\n\n-- \nAna".encode("cp1250"))
    html.write_text("<p>Da</p><blockquote>Hi</blockquote>")
    _, lines, _ = explain("body", str(plain), str(html))
    assert [line["visible_text"] for line in lines] == ["Križ", "Da"]


def test_agents_are_told_line_for_line(tmp_path: Path, explain: Any) -> None:
    path = tmp_path / "agents.jsonl"
    path.write_text('{"ua": "Mozilla/5.0"}\n{"ua": null}\n{"ua": 5}\n')
    status, lines, _ = explain("agents", str(path))
    assert status == 2
    assert lines[0] == {"kind": "image-proxy", "device": "unknown", "client": "Apple Mail Privacy Protection"}
    assert (lines[1]["kind"], "error" in lines[2]) == ("bot", True)


@pytest.mark.slow
def test_none_of_it_needs_django() -> None:
    code = (
        "import sys; from odziv.explain import agents, body, headers, mail; "
        "sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""`odziv demo`: its own mail, everybody's mail, and that it can fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from odziv.demo.recipient import read_html
from odziv.demo.report import Figures, LinkOutcome, Outcome, RecipientOutcome
from tests.support import corpora


def demo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odziv.cli", "demo", *map(str, arguments)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=230)


def decoded(text: str) -> list[dict[str, object]]:
    """The JSON objects that stand one after another in the text."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text.rstrip()):
        one, end = decoder.raw_decode(text, at)
        found.append(one)
        at = end + 1
    return found


@pytest.mark.slow
def test_what_is_seen_is_what_is_played() -> None:
    done = demo("--json")
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    maja, jan, eva = outcome["recipients"]
    assert (maja["opens"], maja["clicks"], maja["attachment_views"]) == (1, 10, 1)
    assert (jan["opens"], jan["clicks"], jan["attachment_views"], jan["machine"]) == (1, 1, 0, 4)
    assert (eva["opens"], eva["clicks"], eva["attachment_views"]) == (1, 0, 0)
    assert all(link["exact"] for link in outcome["links"])
    assert {entry["verdict"] for entry in outcome["timeline"]} == {"", "human", "machine"}


@pytest.mark.slow
def test_every_mail_of_the_wild_comes_through() -> None:
    files = [corpora.path(f"html/{case['file']}") for case in corpora.html_cases()]
    done = demo("--json", "--mail", *files)
    assert done.returncode == 0, done.stderr
    outcomes = decoded(done.stdout)
    assert len(outcomes) == len(files)
    for case, outcome in zip(corpora.html_cases(), outcomes, strict=True):
        links = [link for link in outcome["links"] if link["part"] == "html"]  # type: ignore[attr-defined]
        followed = [link["address"] for link in links if link["followed"]]
        assert followed == [link["decoded"] for link in case["links"] if link["expect"] == "rewrite"], case["file"]


@pytest.mark.slow
def test_a_whole_message_can_be_brought(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(
        b"From: Ana <ana@lipa.example>\r\nSubject: =?utf-8?q?Ponudba_=C4=8D?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/html; charset=iso-8859-2\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b'<p>=E8e <a href=3D"https://lipa.example/=\r\n?a=3D1&amp;b=3D2">tu</a></p>\r\n'
    )
    done = demo("--json", "--mail", mail)
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["subject"] == "Ponudba č"
    assert [link["address"] for link in outcome["links"] if link["part"] == "html"] == ["https://lipa.example/?a=1&b=2"]


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    done = demo("--mail", tmp_path / "none.html")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "there is no file" in done.stderr


def test_the_outcome_is_not_ok_when_a_figure_or_an_address_differs() -> None:
    good = RecipientOutcome("to", "m@x.example", Figures(1, 2, 0), Figures(1, 2, 0), 3, 3, [])
    link = LinkOutcome("https://x.example/", "html", True, "", "http://edge/c/x", True)
    assert Outcome("s", [good], [link], []).ok
    missed = RecipientOutcome("to", "m@x.example", Figures(1, 2, 0), Figures(1, 1, 0), 3, 3, [])
    machine = RecipientOutcome("to", "m@x.example", Figures(1, 2, 0), Figures(1, 2, 0), 3, 4, [])
    changed = LinkOutcome("https://x.example/", "html", True, "", "http://edge/c/x", False)
    assert not Outcome("s", [missed], [link], []).ok
    assert not Outcome("s", [machine], [link], []).ok
    assert not Outcome("s", [good], [changed], []).ok


@pytest.mark.parametrize(
    ("attribute", "address"),
    [
        ('href="https://x.example/?a=1&amp;b=2"', "https://x.example/?a=1&b=2"),
        ('href="https://x.example/?a=1&copy=2"', "https://x.example/?a=1&copy=2"),
        ('href="https://x.example/?a=1&copy;=2"', "https://x.example/?a=1©=2"),
        ("href=' https://x.example/\n?q '", "https://x.example/?q"),
        ('href=https://x.example/ href="https://second.example/"', "https://x.example/"),
        ("href='https://x.example/?a=1&#38;b&#x3d;2'", "https://x.example/?a=1&b=2"),
    ],
)
def test_the_demo_reads_addresses_as_browsers_do(attribute: str, address: str) -> None:
    assert read_html(f"<p><a {attribute}>x</a></p>").links == [address]


def test_the_demo_sees_links_in_conditional_comments() -> None:
    text = '<!--[if mso]><v:rect href="https://mso.example/"><![endif]--><a href="https://x.example/">x</a>'
    assert read_html(text).links == ["https://mso.example/", "https://x.example/"]

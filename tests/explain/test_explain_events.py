"""`odziv explain events`: a line of JSON for each delivery, in order, whatever is in the file (J5)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from odziv.cli import main

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
CLICK = {"kind": "click", "ua": CHROME, "ip": "193.2.1.66", "method": "GET", "headers": {}, "after": 5400, "link": 0}


@pytest.fixture
def explain(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    def run(*lines: Any, options: tuple[str, ...] = ("--json",)) -> tuple[int, list[str], str]:
        file = tmp_path / "events.jsonl"
        file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        status = main(["explain", "events", str(file), *options])
        out, err = capfdbinary.readouterr()
        return status, out.decode().splitlines(), err.decode()

    return run


def test_each_delivery_is_a_line_in_order_and_so_are_its_events(explain: Any) -> None:
    burst = [{**CLICK, "after": 31 - number / 2, "link": number} for number in range(3)]
    colleague = {"events": [{**CLICK, "after": 5401}]}
    status, lines, _ = explain(
        {"id": "a", "links": 3, "events": [*burst, {"kind": "open", "ua": None, "after": 9}]},
        {"links": 3, "events": [CLICK]},
        {"links": 3, "events": [CLICK], "colleagues": [colleague, colleague]},
        {"links": 3, "events": [{**CLICK, "link": "honeypot"}]},
        {"id": "none", "events": []},
    )
    told = [json.loads(line) for line in lines]
    assert status == 0
    assert [one["id"] for one in told] == ["a", None, None, None, "none"]
    assert [[event["verdict"] for event in one["events"]] for one in told] == [
        ["machine"] * 4, ["human"], ["machine"], ["machine"], []
    ]  # fmt: skip
    assert told[1]["events"][0]["reasons"] == ["An ordinary mail program or browser asked for it."]


def test_a_look_from_the_teams_own_network_is_not_taken_for_the_recipients(explain: Any) -> None:
    opened = {**CLICK, "kind": "open"}
    del opened["link"]
    status, lines, _ = explain(
        {"events": [opened], "team": ["193.2.1.200"]},
        {"events": [opened], "team": ["193.2.2.200", "", "no address"]},
        {"events": [{**opened, "ip": ""}], "team": [""]},
    )
    told = [json.loads(line)["events"][0] for line in lines]
    assert status == 0
    assert [event["verdict"] for event in told] == ["unsure", "human", "human"]
    assert (
        "It came from a network on which your team uses Odziv; it may have been a look of your own."
        in (told[0]["reasons"])
    )


def test_people_read_it_too(explain: Any) -> None:
    _, lines, _ = explain({"id": "a", "events": [CLICK]}, options=())
    assert lines == ["a", "  human    An ordinary mail program or browser asked for it."]


@pytest.mark.parametrize(
    "line",
    [
        '{"events": [], "team": "193.2.1.66"}',
        "{", "[]", "7", "[" * 100_000, '{"events": {}}', '{"events": [7]}', '{"events": [{"kind": "look"}]}',
        '{"events": [{"kind": "open", "after": "soon"}]}', '{"events": [{"kind": "open", "after": 1e300}]}',
        '{"events": [{"kind": "open", "after": NaN}]}', '{"events": [{"kind": "click", "link": -1}]}',
        '{"links": "many", "events": []}', '{"events": [], "colleagues": [[]]}',
        '{"events": [{"kind": "open", "headers": "none"}]}',
    ],
)  # fmt: skip
def test_a_line_that_is_none_says_so_and_the_others_are_explained(line: str, explain: Any) -> None:
    status, lines, _ = explain(line, {"id": "b", "events": [CLICK]})
    wrong, right = (json.loads(answer) for answer in lines)
    assert status == 2
    assert wrong["error"].startswith("line 1: ")
    assert right["events"][0]["verdict"] == "human"


def test_what_is_missing_is_not_known(explain: Any) -> None:
    status, lines, _ = explain({"events": [{"kind": "open", "ua": CHROME}, {"kind": "click", "ua": CHROME}]})
    assert status == 0
    assert [event["verdict"] for event in json.loads(lines[0])["events"]] == ["human", "human"]


@pytest.mark.slow
def test_it_runs_without_django_and_without_any_settings(tmp_path: Path) -> None:
    script = "import sys; sys.modules['django'] = None; from odziv.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", script, "explain", "events", "-", "--json"],
        input=json.dumps({"id": 7, "events": [CLICK]}), env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["id"] == 7

"""Processes that die while mail leaves: no message is lost and none is sent twice (D3, invariant 2)."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from typing import Any

import pytest

from tests.support.served import Serve, Served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MESSAGES = 30
SETTLED_WITHIN = 240.0  # a copy whose worker died waits for its lease, one whose server died for a minute
KILLS = {3: "work", 7: "mail", 11: "web", 15: "edge", 19: "work", 23: "mail", 27: "work"}
TOKEN = """
from odziv.models import ApiToken, User
answer = ApiToken.objects.issue(User.objects.get(), "flows")[1]
"""
COPIES = """
from odziv.models import Delivery, TestMail
answer = {
    "copies": list(Delivery.objects.values_list("party__address", "state")),
    "arrived": list(TestMail.objects.values_list("recipient", flat=True)),
}
"""


class Program:
    """A program that uses the API and, as the API allows, repeats what got no answer under the same key."""

    def __init__(self, served: Served) -> None:
        made = served.command(
            "create-organisation",
            "Lipa d.o.o.",
            "--administrator",
            "Ana Kovač",
            "--email",
            "ana@lipa.example",
            typed="dolga-pot-do-doma-7\n",
        )
        assert made.returncode == 0, made.stderr
        self.url, self.token = served.url, served.ask(TOKEN)

    def send(self, number: int) -> dict[str, Any]:
        body = {
            "to": recipient(number),
            "subject": f"Message {number}",
            "html": f"<p>Read <a href='https://lipa.example/{number}'>this</a></p>",
            "send": True,
        }
        return self.asked("/api/messages", json.dumps(body).encode(), {"Idempotency-Key": f"flow-{number}"})

    def asked(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            self.url + path,
            body,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})},
        )
        until = time.monotonic() + 90
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    found: dict[str, Any] = json.load(answer)
                    return found
            except urllib.error.HTTPError as refused:
                raise AssertionError(refused.read().decode()) from refused
            except OSError:
                assert time.monotonic() < until, "the API did not come back"
                time.sleep(0.1)


def recipient(number: int) -> str:
    return f"r{number}@hrast.example"


def settled(served: Served) -> tuple[dict[str, str], Counter[str]]:
    """The state of each copy once none is under way, and how often each arrived."""
    until = time.monotonic() + SETTLED_WITHIN
    while True:
        found = served.ask(COPIES)
        copies = dict(found["copies"])
        if not {"waiting", "transit"} & set(copies.values()):
            return copies, Counter(found["arrived"])
        assert time.monotonic() < until, f"still under way: {copies}\n{served.running.said}"
        time.sleep(2)


def test_killed_processes_lose_no_message_and_send_none_twice(serve: Serve) -> None:
    served = serve(ODZIV_SMTP_TIMEOUT="2")
    program = Program(served)
    messages = {}
    for number in range(MESSAGES):
        messages[number] = program.send(number)["id"]
        if number in KILLS:
            served.kill(KILLS[number])  # returns when the supervisor has reported it
    copies, arrived = settled(served)
    assert len(set(messages.values())) == MESSAGES
    assert set(copies) == {recipient(number) for number in range(MESSAGES)}
    assert set(copies.values()) <= {"accepted", "uncertain"}
    assert max(arrived.values()) == 1
    assert {address for address, state in copies.items() if state == "accepted"} <= set(arrived)
    assert list(copies.values()).count("uncertain") <= len(KILLS)
    assert set(served.processes()) == {"web", "edge", "work", "mail"}


def test_a_second_start_finds_everything_again(serve: Serve) -> None:
    served = serve()
    program = Program(served)
    sent = program.send(1)
    assert settled(served)[0] == {recipient(1): "accepted"}
    served.end()
    assert served.running.process.returncode == 0
    served.start()
    again = program.asked(f"/api/messages/{sent['id']}")
    assert (again["state"], again["subject"], again["message_id"]) == ("sent", "Message 1", sent["message_id"])
    assert program.send(1)["id"] == sent["id"]
    with urllib.request.urlopen(f"{served.url}/", timeout=30) as answer:
        assert "/account/login/" in answer.url  # no first visit: the organisation is there
    assert settled(served)[1] == Counter([recipient(1)])

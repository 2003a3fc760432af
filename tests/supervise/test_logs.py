"""What the processes say of a day with good and bad turns: everything that happened, and nobody's personal data."""

from __future__ import annotations

import contextlib
import json
import re
import smtplib
import socket
import time
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.processes import free_port
from tests.support.served import Serve, Served, serve
from tests.support.smtp import SmtpServer

__all__ = ["serve"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COMPANY, PERSON, ADDRESS = "Skrivnostna Družba", "Žalika Skrivnič", "zalika.skrivnic@tajno.example"
HOSTILE = 'Robert\'); <b>Škrbina</b>\n{"level": "forged"} %s'
RECIPIENT, REFUSED = "maja.tihovic@naslovnik.example", "neznanka.zavrnjena@naslovnik.example"
SUBJECT, BODY, TARGET = (
    "Zaupna ponudba 8842",
    "vsebina-ki-je-nihce-ne-sme-videti",
    "https://cilj-povezave.example/a?kdo=3141",
)
PASSWORD, WRONG = "dolga-pot-do-doma-9134", "napacno-geslo-5577"
SEARCHED, AGENT, VISITOR, TOKEN = "iskani-priimek-4471", "Posebni-Brskalnik/77.31", "203.0.113.77", "zeton-abcdef-2662"
REPLY = "odgovor-z-zasebno-vsebino"

_PEOPLE = """
from odziv.models import *
user = User.objects.get()
Organisation.objects.update(engagement=True, assistant=True)
Mailbox.objects.create(
    organisation=user.organisation, user=user, kind="smtp", name=user.name, address=user.email,
    smtp_security="none", smtp_host="127.0.0.1", smtp_port={port},
)
record = Record.objects.create(organisation=user.organisation, kind="contact", name={hostile!r}, owner=user)
Card.objects.create(organisation=user.organisation, user=user, kind={hostile!r}, key="spoilt")
answer = str(record.pk)
"""
_MAIL = """
from odziv.models import *
from tests.deliver.letters import waiting_message
user = User.objects.get()
message = waiting_message(
    Mailbox.objects.filter(kind="smtp").first(), user, to={to!r}, subject={subject!r},
    html='<p>{body} <a href="{target}">x</a></p>', text={body!r},
)
answer = message.message_id
"""
_STATES = "from odziv.models import *\nanswer = sorted(Delivery.objects.values_list('state', flat=True))"
_SEEN = "from odziv.models import *\nanswer = sorted(set(Interaction.objects.values_list('kind', flat=True)))"
_HANDED = "from odziv.models import *\nanswer = sorted(HandedIn.objects.values_list('state', flat=True))"
_SPOIL = """
from odziv.models import *
user = User.objects.get()
run = BulkRun.objects.create(
    organisation=user.organisation, user=user, action={hostile!r}, place="contacts", view="all", total=1
)
BulkStep.objects.create(organisation=user.organisation, run=run, number=1, size=1, keys=[])
answer = str(run.pk)
"""
_SPOILT = "from odziv.models import *\nanswer = sorted(BulkRun.objects.values_list('state', flat=True))"


class Day:
    """Whoever lives it leaves personal data wherever the product takes any; `secrets` are those made on the way."""

    def __init__(self, served: Served, sink: SmtpServer, lmtp: int) -> None:
        self.served, self.sink, self.lmtp = served, sink, lmtp
        self.secrets: list[str] = []
        self.web = httpx.Client(base_url=f"http://{served.web}", headers={"User-Agent": AGENT}, timeout=60)

    def live(self) -> None:
        done = self.served.command(
            "create-organisation", COMPANY, "--administrator", PERSON, "--email", ADDRESS, typed=f"{PASSWORD}\n"
        )
        assert done.returncode == 0, done.stderr
        record = self.served.ask(_PEOPLE.format(port=self.sink.port, hostile=HOSTILE))
        self.sign_in()
        self.look_around(record)
        message_id = self.send()
        self.read()
        self.hand_in(message_id)
        self.spoilt = self.served.ask(_SPOIL.format(hostile=HOSTILE))
        until(lambda: self.served.ask(_SPOILT) == ["failed"])
        self.knock_at_every_door()

    def sign_in(self) -> None:
        for password in (WRONG, PASSWORD):
            page = self.web.get("/account/login/")
            found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
            assert found, page.text
            self.secrets.append(found[1])
            fields = {"login": ADDRESS, "password": password, "csrfmiddlewaretoken": found[1]}
            answered = self.web.post("/account/login/", data=fields)
            assert answered.status_code == (200 if password == WRONG else 302)
        self.secrets += list(self.web.cookies.values())

    def look_around(self, record: str) -> None:
        assert self.web.get("/search/", params={"q": SEARCHED}).status_code == 200
        assert self.web.get(f"/contacts/{record}/").status_code == 200
        assert self.web.get("/assistant/", params={"q": SEARCHED}).status_code == 500
        assert self.web.get(f"/{quote(PERSON)}/").status_code == 404
        assert self.web.get("/", headers={"Host": f"{SEARCHED}.example"}).status_code == 400
        assert self.web.post("/search/", data={"q": SEARCHED}).status_code == 403
        assert self.web.post("/api/messages", json={}, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 401

    def send(self) -> str:
        text = _MAIL.format(to=[RECIPIENT, REFUSED], subject=SUBJECT, body=BODY, target=TARGET)
        message_id: str = self.served.ask(text)
        until(lambda: self.served.ask(_STATES) == ["accepted", "refused"])
        return message_id

    def read(self) -> None:
        (copy,) = (mail for mail in self.sink.taken if mail.recipient == RECIPIENT)
        addresses = re.findall(rb"http://127[^\"\s>]*/[oc]/[\w./-]+", copy.content.replace(b"=\r\n", b""))
        assert len(addresses) >= 2
        headers = {"User-Agent": AGENT, "X-Forwarded-For": VISITOR, "Referer": f"https://{SEARCHED}.example/"}
        for address in (one.decode() for one in addresses):
            self.secrets.append(address.rpartition("/")[2].removesuffix(".gif"))
            assert httpx.get(address, headers=headers).status_code in (200, 302)
        until(lambda: self.served.ask(_SEEN) == ["click", "open"])

    def hand_in(self, message_id: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"{HOSTILE[:6]} <{RECIPIENT}>", ADDRESS, f"Re: {SUBJECT}"
        mail["In-Reply-To"] = message_id
        mail.set_content(REPLY)
        with smtplib.LMTP("127.0.0.1", self.lmtp) as door:
            assert door.sendmail(RECIPIENT, [ADDRESS], bytes(mail)) == {}
        until(lambda: self.served.ask(_HANDED) == ["done"])

    def knock_at_every_door(self) -> None:
        """What is no HTTP, no seal, no login, no hit and no line of a log."""
        edge = self.served.edge.rpartition(":")[2]
        for garbage in (f"GET /{quote(PERSON)} HTTP/9.9\r\n\r\n", f"{SEARCHED}\r\n\r\n", "\x16\x03\x01" * 9):
            with socket.create_connection(("127.0.0.1", int(edge)), 5) as line, contextlib.suppress(OSError):
                line.sendall(garbage.encode())
                line.recv(100)
        assert httpx.get(f"http://{self.served.edge}/c/{SEARCHED}", params={"q": PERSON}).status_code == 404
        with smtplib.SMTP(*self.served.mail.split(":")) as door, contextlib.suppress(smtplib.SMTPException):
            door.login(ADDRESS, WRONG)


def until(holds: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.3)


def lived(serve: Serve, form: str) -> Day:
    """One that is over."""
    lmtp = free_port()
    settings = {"ODZIV_LOG_REQUESTS": "on", "ODZIV_LMTP_LISTEN": f"127.0.0.1:{lmtp}"}
    with SmtpServer(recipients={REFUSED: f"550 5.1.1 <{REFUSED}>: {PERSON} does not live here"}) as sink:
        served = serve(ODZIV_LOG=form, ODZIV_TRUSTED_PROXIES="127.0.0.1/32", **settings)
        day = Day(served, sink, lmtp)
        day.live()
        served.kill("edge")
        served.end()
    return day


def personal(secrets: list[str]) -> list[str]:
    """Every datum of the day, and its parts."""
    whole = [COMPANY, PERSON, ADDRESS, RECIPIENT, REFUSED, SUBJECT, BODY, TARGET, PASSWORD, WRONG, SEARCHED, AGENT]
    parts = ["Skrivnič", "Žalika", "Robert", "Škrbina", "forged", "tajno.example", "naslovnik.example", "cilj-povezave"]
    parts += ["8842", "3141", VISITOR, TOKEN, REPLY, quote(PERSON), "Posebni", "kdo="]
    escaped = [json.dumps(one).strip('"') for one in (*whole, *parts)]
    return [*whole, *parts, *escaped, *secrets]


def test_a_day_as_json_tells_what_happened_and_of_whom_nothing(serve: Serve) -> None:
    day = lived(serve, "json")
    lines, secrets = day.served.running.lines, day.secrets
    told: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for one in told:
        assert {"time", "level", "process", "pid", "event"} <= one.keys()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["time"])
        assert datetime.fromisoformat(one["time"]).utcoffset() is not None
        assert one["level"] in ("debug", "info", "warning", "error", "critical")
    assert {one["process"] for one in told} >= {"serve", "web", "edge", "mail", "lmtp"}
    said = "\n".join(lines)
    assert [datum for datum in personal(secrets) if datum in said] == []
    assert not re.search(r"\b\d{1,3}(\.\d{1,3}){3}\b", said), "a network address"
    assert "withheld" not in said, "a process said something past its log"

    (failed,) = (one for one in told if one["event"] == "Internal Server Error")
    assert (failed["level"], failed["status"], failed["view"]) == ("error", 500, "cards")
    assert failed["errors"][0]["type"] == "ValueError"
    assert any(place.startswith("odziv/web/views/assistant.py:") for place in failed["errors"][0]["at"])
    (stuck,) = (one for one in told if one["process"] == "work" and one["level"] == "error")
    assert (stuck["event"], stuck["errors"][0]["type"]) == (f"could not carry on with action {day.spoilt}", "KeyError")
    asked = {
        (one["view"], one["status"]) for one in told if one.get("logger") == "odziv.web.requests" and "view" in one
    }
    assert asked >= {("account_login", 200), ("account_login", 302), ("search", 200), ("cards", 500)}
    assert {one["status"] for one in told if one.get("logger") == "odziv.web.requests"} >= {400, 403, 404}
    assert any(one["event"].startswith("edge was ended by SIGKILL") for one in told)


def test_the_lines_for_people_tell_no_more(serve: Serve) -> None:
    day = lived(serve, "text")
    said = day.served.running.said
    assert [datum for datum in personal(day.secrets) if datum in said] == []
    assert "ERROR django.request: Internal Server Error status=500 method=GET view=cards" in said
    assert re.search(r"\n\S+ +  ValueError\n\S+ +    \S+\.py:\d+ \w+\n", said)


def test_what_a_process_says_past_its_log_is_withheld(serve: Serve, tmp_path: Path) -> None:
    """A library that prints; its line never reaches the log of `odziv serve`."""
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nprint({PERSON!r}, file=sys.stderr)\n")
    served = serve(ODZIV_LOG="json", PYTHONPATH=str(tmp_path))
    served.end()
    beside = [line for line in served.running.lines if not line.startswith("{")]
    assert set(beside) == {PERSON}, "only of the supervisor and of migrate themselves, before Odziv begins"
    assert len(beside) == 2
    told = [json.loads(line) for line in served.running.lines if line.startswith("{")]
    assert {one["process"] for one in told if "withheld" in one["event"]} == {"web", "edge", "work", "mail"}

"""Email engagement turned off and on while recipients read: real edge, real worker, real mail (O3)."""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.error
import urllib.request
from email import message_from_bytes, policy

import pytest

from tests.flows.test_restart import Program
from tests.support.served import Serve, Served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SWITCH = """
from odziv.lib import clock
from odziv.models import User
from odziv.organisations.switches import switch_engagement
answer = switch_engagement(User.objects.get(), {on}, now=clock.now()).engagement
"""
FOUND = """
from odziv.models import TestMail
from odziv.testmail.store import read
answer = [read(mail).decode("latin-1") for mail in TestMail.objects.all()]
"""
EVENTS = """
from odziv.environment import ENV
from odziv.lib.spool.reader import SpoolReader
from odziv.models import Interaction
answer = [SpoolReader(ENV.spool_folder).backlog().records, Interaction.objects.count()]
"""
READER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def fetched(address: str) -> int:
    """The status of the edge's answer."""
    opener = urllib.request.build_opener(NoRedirect)
    request = urllib.request.Request(address, headers={"User-Agent": READER})
    try:
        with opener.open(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code


def addresses(served: Served) -> tuple[str, str]:
    """Beacon and link of the copy that arrived."""
    until = time.monotonic() + 60
    while not (mails := served.ask(FOUND)):
        assert time.monotonic() < until, "no mail arrived"
        time.sleep(0.3)
    parsed = message_from_bytes(mails[0].encode("latin-1"), policy=policy.default)
    html = parsed.get_body(("html",)).get_content()
    beacon, link = (re.search(rf"{served.edge_url}/{kind}/[\w.-]+", html) for kind in ("o", "c"))
    assert beacon and link
    return beacon[0], link[0]


def events(served: Served, count: int) -> None:
    """Wait until the spool is empty; then the journal has so many events, and the figures are those of the journal."""
    until = time.monotonic() + 60
    while (found := served.ask(EVENTS)) != [0, count]:
        assert found[1] <= count and time.monotonic() < until, found
        time.sleep(0.3)
    assert served.command("rebuild", "--check").returncode == 0


def test_a_hit_counts_by_its_own_time_and_links_always_lead_on(serve: Serve) -> None:
    served = serve()
    program = Program(served)
    assert served.ask(SWITCH.format(on=True))
    program.send(1)
    beacon, link = addresses(served)
    assert fetched(beacon) == 200
    events(served, 1)

    worker = served.processes()["work"]
    os.kill(worker, signal.SIGSTOP)  # the spool lags: what follows is read only after the switch was turned
    assert fetched(link) == 302
    assert not served.ask(SWITCH.format(on=False))
    assert (fetched(beacon), fetched(link)) == (200, 302)
    os.kill(worker, signal.SIGCONT)
    events(served, 2)
    assert "2 engagement was off" in served.running.said

    assert fetched(link) == 302
    assert served.ask(SWITCH.format(on=True))
    assert fetched(link) == 302
    events(served, 3)

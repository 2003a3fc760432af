"""The built-in mail server as a process of its own, on the test's database and a free port."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import subprocess
from collections.abc import Iterator

import pytest

from odziv.environment import ENV, Address
from tests.support.child import run_child

_RUN = "from odziv.testmail.server import run\nraise SystemExit(run())\n"


@contextlib.contextmanager
def mail_server(**settings: str) -> Iterator[tuple[Address, subprocess.Popen[str]]]:
    """Start it, give its address, stop it."""
    child = run_child(_RUN, **{"ODZIV_MAIL_LISTEN": "127.0.0.1:0", **settings})
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        found = re.fullmatch(r"mail listening on smtp://(.+):(\d+)\n", line)
        assert found, line + child.stdout.read()
        yield Address(found[1], int(found[2])), child
    finally:
        child.kill()
        child.communicate()


def use(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make mailboxes of the kind *test mailbox* in this process send there."""
    monkeypatch.setattr("odziv.deliver.server.ENV", dataclasses.replace(ENV, mail_listen=address))

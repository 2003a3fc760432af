"""Test connection: the real conversations with a mailbox's servers, each step written down as it goes (O6).

A step is a dictionary: `part` (smtp, imap), `step` (lib.dial.Step), `state` (running, done, warn, failed), and of a
failure `reason`, `fault`, `words` (the server's own) and `names` (for which names a certificate is). Nothing is sent,
nothing in the mailbox is changed, and no secret is written down.
"""

from __future__ import annotations

import base64
import logging
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from odziv.deliver import server as sending
from odziv.deliver.copies import envelope_address
from odziv.deliver.session import Session
from odziv.deliver.trouble import Trouble
from odziv.environment import ENV
from odziv.lib import clock, dial
from odziv.lib.dial import Fault, Step
from odziv.models import Mailbox, SecretUnreadable, Security, Trial, TrialState
from odziv.models.secret import decrypt
from odziv.replies import server as reading
from odziv.replies.connection import Connection
from odziv.replies.folders import sent_folder
from odziv.replies.trouble import ImapTrouble

log = logging.getLogger("odziv.mailboxes")

PATIENCE = 10.0  # seconds for each answer: a person waits
LEASE = timedelta(minutes=3)
_MOST_FOLDERS = 200


class Stopped(Exception):
    """The trial was cancelled, or another one was asked for."""


def try_next(now: datetime | None = None) -> int:
    """The worker's job: do the trial that was asked for first. Returns how many were done."""
    trial = Trial.objects.claim(now or clock.now(), LEASE)
    if trial is None:
        return 0
    steps = _Steps(trial.pk)
    try:
        if trial.parts in ("smtp", "both"):
            try_sending(trial.mailbox, steps)
        if trial.parts in ("imap", "both") and trial.mailbox.reads:
            trial.folders = try_reading(trial.mailbox, steps)[:_MOST_FOLDERS]
    except Stopped:
        return 1
    except Exception:
        # Whoever waits for it must not wait for ever, and the next trial has its turn.
        log.exception("the trial of mailbox %s could not be done", trial.mailbox_id)
        steps.fault()
    ended = {"state": TrialState.DONE, "ended_at": clock.now(), "folders": trial.folders, "steps": steps.rows}
    Trial.objects.under_way(trial.pk).update(**ended)
    return 1


class _Steps:
    """The steps of a trial, stored whenever one begins or ends."""

    def __init__(self, pk: UUID) -> None:
        self._pk = pk
        self.rows: list[dict[str, Any]] = []
        self.part = ""

    def begin(self, step: Step) -> None:
        self._end("done")
        self.rows.append({"part": self.part, "step": step.value, "state": "running"})
        self._store()

    def done(self) -> None:
        self._end("done")
        self._store()

    def warn(self, reason: str) -> None:
        self._end("warn", reason=reason)
        self._store()

    def fail(self, reason: str, fault: Fault | None, words: str, names: list[str]) -> None:
        if not self.rows or self.rows[-1]["part"] != self.part:
            self.rows.append({"part": self.part, "step": Step.SIGN_IN.value, "state": "running"})
        self._end("failed", reason=reason, fault=fault.value if fault else "", words=words, names=names)
        self._store()

    def fault(self) -> None:
        """A fault of ours; nothing is stored, so that it cannot fail again."""
        self.rows.append({"part": self.part or "smtp", "step": Step.FIND.value, "state": "failed", "reason": "fault"})

    @property
    def latest(self) -> Step | None:
        return Step(self.rows[-1]["step"]) if self.rows and self.rows[-1]["part"] == self.part else None

    def _end(self, state: str, **more: Any) -> None:
        if self.rows and self.rows[-1]["state"] == "running":
            self.rows[-1] |= {"state": state, **more}

    def _store(self) -> None:
        lease = clock.now() + LEASE
        if not Trial.objects.under_way(self._pk).update(steps=self.rows, lease_until=lease):
            raise Stopped


def try_sending(mailbox: Mailbox, steps: _Steps) -> None:
    """Find, connect, encrypt, sign in, ask whether mail from the address would be taken. Notes how it ended."""
    steps.part = "smtp"
    name = urlsplit(ENV.web_url).hostname or "localhost"
    try:
        session = Session(sending.server_of(mailbox), timeout=_patience(), name=name, begin=steps.begin)
        try:
            session.open()
            session.offer_sender(envelope_address(mailbox.address))
        finally:
            session.close()
    except Trouble as refusal:
        trouble = sending.refused(mailbox, refusal)
        words = _without_secret(" ".join(filter(None, (str(trouble.code or ""), trouble.words))), mailbox)
        place = (mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security)
        steps.fail(trouble.reason, *_closer(place, steps.latest, trouble, words))
        Mailbox.objects.note_sending(mailbox.pk, clock.now(), trouble.reason, words)
    else:
        steps.done()
        Mailbox.objects.note_sending(mailbox.pk, clock.now())


def try_reading(mailbox: Mailbox, steps: _Steps) -> list[str]:
    """The same of the reading side, its folders, and whether the one for what arrives opens; gives their names."""
    steps.part = "imap"
    try:
        with Connection(reading.server_of(mailbox), timeout=_patience(), begin=steps.begin) as connection:
            folders = connection.folders()
            known = mailbox.sent_folder in {one.name for one in folders} if mailbox.sent_folder else False
            if not known and (mailbox.sent_folder or sent_folder(folders) is None):
                steps.warn("no-such-sent" if mailbox.sent_folder else "no-sent")
            steps.begin(Step.READ)
            connection.select(mailbox.inbox_folder)
    except ImapTrouble as trouble:
        place = (mailbox.imap_host, mailbox.imap_port, mailbox.imap_security)
        words = _without_secret(trouble.words, mailbox)
        steps.fail(trouble.reason, *_closer(place, steps.latest, trouble, words))
        Mailbox.objects.note_reading(mailbox.pk, clock.now(), trouble.reason, words)
        return []
    steps.done()
    Mailbox.objects.note_reading(mailbox.pk, clock.now())
    return [one.name for one in folders]


def _closer(
    place: tuple[str, int, str], step: Step | None, trouble: Trouble | ImapTrouble, words: str
) -> tuple[Fault | None, str, list[str]]:
    """What a second look at the server adds: that it waits for TLS, or for which names its certificate is."""
    (host, port, security), fault = place, trouble.fault
    silent = trouble.reason in ("timeout", "closed") and step is Step.GREET and security != Security.TLS
    if silent and dial.speaks_tls(host, port, PATIENCE):
        return Fault.EXPECTS_TLS, words, []
    if fault is Fault.WRONG_NAME and security == Security.TLS:
        return fault, words, dial.names_of(host, port, PATIENCE)
    return fault, words, []


def _without_secret(words: str, mailbox: Mailbox) -> str:
    """A server's words without a password that it says back, as it is or in base64."""
    for kept in (mailbox.smtp_secret, mailbox.imap_secret):
        try:
            secret = decrypt(kept)
        except SecretUnreadable:
            continue
        for said in (secret, base64.b64encode(secret.encode()).decode()) if secret else ():
            words = words.replace(said, "…")
    return words


def _patience() -> float:
    return min(ENV.smtp_timeout, PATIENCE)

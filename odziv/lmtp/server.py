"""The process of the LMTP door (RFC 2033): an answer for each recipient, 250 only for what is durable."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import AnyStr, TypeVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session, syntax
from django.db import DatabaseError, close_old_connections

from odziv.environment import Address
from odziv.lib import clock
from odziv.lib.logs import announce
from odziv.models import HandedDoor, Mailbox
from odziv.replies.handing import LARGEST, FileStoreError, take
from odziv.supervise.preflight import bind

log = logging.getLogger("odziv.lmtp")

MOST_RECIPIENTS = 100
_AT_ONCE = 4  # mails on their way in: each may be as large as the largest, twice
_SECONDS = 55.0  # in which a mail has to be through
_LONGEST_LINE = 1024 * 1024  # longer than allowed (RFC 5321, 4.5.3.1.6), but servers pass on what they get
_TO_FINISH = 2.0
_Value = TypeVar("_Value")


def run(listen: Address) -> int:
    """Take mail until SIGTERM or SIGINT. Raises PlainError when the port cannot be used."""
    bind("ODZIV_LMTP_LISTEN", listen).close()
    return asyncio.run(_serve(listen))


async def _serve(listen: Address) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    door = Door()
    slots = asyncio.Semaphore(_AT_ONCE)
    server = await loop.create_server(lambda: Conversation(door, slots), listen.host, listen.port)
    host, port = server.sockets[0].getsockname()[:2]
    announce(f"lmtp listening on lmtp://{host}:{port}", "listening", port=port)
    await stopped.wait()
    server.close()
    await door.finish(_TO_FINISH)
    # Connections end with the process: whoever waits for an answer is told by the silence, and tries again.
    os._exit(0)


class Conversation(LMTP):
    """The conversation with one server. After the content there is one answer for each recipient, whatever it is."""

    line_length_limit = _LONGEST_LINE
    # The conversation's own lines stay short: RFC 5321, 4.5.3.1.4, with room for parameters.
    command_size_limit = 2048

    def __init__(self, door: Door, slots: asyncio.Semaphore) -> None:
        super().__init__(
            door,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname="odziv",
            ident="Odziv",
            timeout=300,
            loop=asyncio.get_running_loop(),
        )
        self._slots = slots
        self._answering = False

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """As many at once as memory is meant for; each has its time."""
        async with self._slots:
            self._answering = True
            try:
                await asyncio.wait_for(super().smtp_DATA(arg), _SECONDS)
            except TimeoutError:
                # No answer that the other side could mistake for one: it tries again.
                log.warning("a mail did not come to its end within %d s", _SECONDS)
                if self.transport is not None:
                    self.transport.close()
            finally:
                self._answering = False

    async def push(self, status: AnyStr) -> None:
        """Said of the whole content, it is said for each recipient (RFC 2033, 4.2)."""
        said = status if isinstance(status, bytes) else status.encode()
        refused = self._answering and said.startswith((b"500 Line too long", b"552 "))
        count = len(self.envelope.rcpt_tos) if refused and self.envelope else 1
        await super().push(b"\r\n".join([said] * max(count, 1)))


class Door:
    """aiosmtpd's handler."""

    def __init__(self) -> None:
        self._database = ThreadPoolExecutor(2, "lmtp")
        self._under_way = 0

    async def handle_MAIL(
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only one's own servers: nobody signs in here."""
        if not _is_near(session):
            return "550 5.7.1 This door is for mail servers of the same machine or network"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Fine"

    async def handle_RCPT(
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Mailboxes of Odziv; what stands behind a plus sign belongs to the mailbox before it."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients at once"
        try:
            known = await self._in_database(lambda: Mailbox.objects.addressed(address))
        except DatabaseError:
            log.exception("the mailbox of a recipient could not be looked up")
            return "451 4.3.0 Try again later"
        if not known:
            return "550 5.1.1 No mailbox of Odziv has this address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Fine"

    async def handle_DATA(self, server: LMTP, session: Session, envelope: Envelope) -> str:
        """An answer for each recipient, in their order."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self._under_way += 1
        try:
            answers = [await self._taken(recipient, content) for recipient in envelope.rcpt_tos]
        finally:
            self._under_way -= 1
        return "\r\n".join(answers)

    async def finish(self, seconds: float) -> None:
        """Give mail that is being kept this long, and the answers a moment to leave."""
        until = asyncio.get_running_loop().time() + seconds
        while self._under_way and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)

    async def _taken(self, recipient: str, content: bytes) -> str:
        try:
            kept = await self._in_database(lambda: _keep(recipient, content))
        except FileStoreError as error:
            log.error("a mail could not be kept: %s", error)
            return "452 4.3.1 The mail could not be stored; try again later"
        except Exception:
            # Whatever it is: the other side keeps the mail and tries again.
            log.exception("a mail could not be kept")
            return "451 4.3.0 The mail could not be stored; try again later"
        return "250 2.0.0 Kept" if kept else "550 5.1.1 No mailbox of Odziv has this address any more"

    async def _in_database(self, work: Callable[[], _Value]) -> _Value:
        def fresh() -> _Value:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._database, fresh)


def _keep(recipient: str, content: bytes) -> int:
    """For each organisation that has the mailbox; returns for how many."""
    mailboxes = Mailbox.objects.addressed(recipient)
    for mailbox in mailboxes:
        take(mailbox.organisation_id, content, door=HandedDoor.LMTP, mailbox=mailbox, to=recipient, now=clock.now())
    return len(mailboxes)


def _is_near(session: Session) -> bool:
    peer = str(session.peer[0]).partition("%")[0] if session.peer else ""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_private)

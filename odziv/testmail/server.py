"""The process of the built-in mail server: SMTP on a local port, everything kept, nothing passed on."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.db import IntegrityError, close_old_connections

from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.logs import announce, stop_with
from odziv.testmail import login, store

log = logging.getLogger("odziv.testmail")

# Its one warning, at every sign-in, is about an attribute that it sets itself.
logging.getLogger("mail.log").setLevel(logging.ERROR)

CANNOT_START = 2
_TO_FINISH = 2.0
_MEGABYTE = 1024 * 1024
_Value = TypeVar("_Value")


def size_limit() -> int:
    """Largest message in bytes: several attachments of the largest size, in base64."""
    return 4 * ENV.upload_limit_mb * _MEGABYTE


def run() -> int:
    """Take mail at ENV.mail_listen until SIGTERM or SIGINT. The exit status is 2 when the port cannot be used."""
    try:
        return asyncio.run(_serve())
    except OSError as error:
        why = (
            "is in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        )
        text = f"{ENV.mail_listen} {why}; set ODZIV_MAIL_LISTEN to a free host:port."
        stop_with(text, f"mail: {text}")
        return CANNOT_START


async def _serve() -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    inbox = Inbox()
    server = await loop.create_server(lambda: protocol(inbox), ENV.mail_listen.host, ENV.mail_listen.port)
    host, port = server.sockets[0].getsockname()[:2]
    announce(f"mail listening on smtp://{host}:{port}", "listening", port=port)
    await stopped.wait()
    server.close()
    await inbox.finish(_TO_FINISH)
    # Connections and the writing thread end with the process: whoever waits for an answer is told by the silence.
    os._exit(0)


def protocol(inbox: Inbox) -> SMTP:
    """The conversation with one program."""
    return SMTP(
        inbox,
        authenticator=inbox.sign_in,
        auth_require_tls=False,  # the port is meant for this machine; the password is good for this server only
        data_size_limit=size_limit(),
        enable_SMTPUTF8=True,
        decode_data=False,
        hostname="test-mailbox",
        ident="Odziv test mailbox",
        timeout=300,
        loop=asyncio.get_running_loop(),
    )


class Inbox:
    """aiosmtpd's handler. Organisations sign in; the product's own mail comes from this machine without."""

    def __init__(self) -> None:
        self._database = ThreadPoolExecutor(1, "testmail")
        self._under_way = 0

    def sign_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword | object
    ) -> AuthResult:
        """Check user name and password; the organisation becomes the session's."""
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        username, password = (value.decode("utf-8", "replace") for value in (data.login, data.password))
        organisation_id = login.organisation_of(username, password)
        return AuthResult(success=organisation_id is not None, handled=False, auth_data=organisation_id)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Strangers may only speak from this machine."""
        if not session.authenticated and not _is_local(session):
            return "530 5.7.0 Sign in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Fine"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Who signed in may write to anybody; the product itself only to its users."""
        if not session.authenticated and await self._in_database(lambda: store.owner_of(address)) is None:
            return "550 5.1.1 Nobody here has this address; to send to others, sign in"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Say 250 only when the message is on disk and in the database."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        organisation_id: UUID | None = session.auth_data if session.authenticated else None
        self._under_way += 1
        try:
            await self._in_database(lambda: self._keep(organisation_id, envelope, content))
        except store.FileStoreError as error:
            log.error("a message could not be kept: %s", error)
            return "452 4.3.1 The message could not be stored; try again later"
        except IntegrityError:
            return "550 5.1.8 This organisation does not exist any more"
        except Exception:
            # Whatever it is: the sender keeps the message and tries again.
            log.exception("a message could not be kept")
            return "451 4.3.0 The message could not be stored; try again later"
        finally:
            self._under_way -= 1
        return "250 2.0.0 Kept for the test mailbox"

    async def finish(self, seconds: float) -> None:
        """Give messages that are being stored this long, and their answers a moment to leave."""
        until = asyncio.get_running_loop().time() + seconds
        while self._under_way and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)

    def _keep(self, organisation_id: UUID | None, envelope: Envelope, content: bytes) -> None:
        for recipient in envelope.rcpt_tos:
            owner = organisation_id or store.owner_of(recipient)
            if owner is not None:
                store.keep(owner, envelope.mail_from or "", recipient, content, clock.now())

    async def _in_database(self, work: Callable[[], _Value]) -> _Value:
        def fresh() -> _Value:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._database, fresh)


def _is_local(session: Session) -> bool:
    return ipaddress.ip_address(str(session.peer[0]).partition("%")[0]).is_loopback if session.peer else False

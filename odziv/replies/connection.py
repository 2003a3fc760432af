"""A conversation with the server that keeps a mailbox: every failure is an `ImapTrouble`, every step has its time."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from odziv.lib import dial, sasl
from odziv.lib.dial import Fault, Step
from odziv.models import Security
from odziv.replies.folders import Folder, Listed, folder_of, wire_name
from odziv.replies.trouble import ImapTrouble, Reason, readable
from odziv.replies.wire import Client, TooBig

_LARGEST = 64 * 1024 * 1024
_MOST_FOLDERS = 2000
_LONGEST_HEAD = 65536
_NEWS = re.compile(rb"\* [0-9]+ (?:EXISTS|RECENT)", re.IGNORECASE)
_CODE = re.compile(r"\[([A-Z-]+)[^\]]*\]")
_CODES = {
    "UNAVAILABLE": Reason.BUSY,
    "INUSE": Reason.BUSY,
    "LIMIT": Reason.BUSY,
    "SERVERBUG": Reason.BUSY,
    "OVERQUOTA": Reason.FULL,
    "TRYCREATE": Reason.FOLDER,
    "NONEXISTENT": Reason.FOLDER,
    "TOOBIG": Reason.TOO_BIG,
}


@dataclass(frozen=True)
class Server:
    """Where a mailbox is kept, and as whom one signs in there; a token goes before a password."""

    host: str
    port: int
    security: str = Security.TLS
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def is_same(self, other: Server) -> bool:
        """Whether it is the same mailbox, signed in the same way; a token may be a newer one."""
        return replace(self, token=bool(self.token) * "-") == replace(other, token=bool(other.token) * "-")


@dataclass(frozen=True)
class Selected:
    """An open folder: how many messages, and the numbers with which one knows them again (RFC 9051, 2.3.1.1)."""

    exists: int
    uidvalidity: int
    uidnext: int


@dataclass(frozen=True)
class Head:
    """The header of a mail, at most 64 KiB of it; `size` is that of the whole mail, `at` when it arrived."""

    content: bytes
    size: int
    at: datetime | None


class Connection:
    """One connection, opened by `open` or as a context, closed by `close`.

    `timeout` is the time in seconds for each answer, with more for long ones that keep coming; `begin` hears of each
    step. No answer larger than `largest` bytes is taken. Every method raises ImapTrouble.
    """

    def __init__(
        self, server: Server, *, timeout: float, begin: dial.Begin = dial.nothing, largest: int = _LARGEST
    ) -> None:
        self.server = server
        self.timeout = timeout
        self._begin = begin
        self._largest = largest
        self._client: Client | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Connect, encrypt, sign in."""
        try:
            self._connect()
            self._start_tls()
            self._sign_in()
        except ImapTrouble:
            self._drop()
            raise

    def close(self) -> None:
        """Say good-bye and close; harmless when nothing is open."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.line.patience = min(self.timeout, 2)
            client.logout()
        except (OSError, imaplib.IMAP4.error):
            client.line.shutdown()

    def offers(self, capability: str) -> bool:
        """Whether the server has a capability, such as IDLE."""
        with self._step(Reason.REFUSED):
            return bool(self._open.has_capability(capability))

    def folders(self) -> list[Folder]:
        """The folders that can be opened, in the server's order; at most 2000."""
        self._begin(Step.FOLDERS)
        with self._step(Reason.REFUSED):
            found = [one for one in map(folder_of, self._listed()) if one is not None]
        return found[:_MOST_FOLDERS]

    def select(self, folder: Folder | str, *, readonly: bool = True) -> Selected:
        """Open a folder; trouble with reason `folder` when there is none of that name."""
        with self._step(Reason.FOLDER):
            said = self._open.select_folder(wire_name(folder), readonly=readonly)
            return Selected(*(int(said.get(name, 0)) for name in (b"EXISTS", b"UIDVALIDITY", b"UIDNEXT")))

    def holds(self, folder: Folder | str, message_id: str) -> bool:
        """Whether the folder has a message of this Message-ID."""
        self.select(folder)
        with self._step(Reason.REFUSED):
            return bool(self._open.search(["HEADER", "Message-ID", message_id.strip("<>")]))

    def uids_from(self, uid: int) -> list[int]:
        """The mails of the open folder with this number or a higher one, in order."""
        with self._step(Reason.REFUSED):
            found = self._open.search(["UID", f"{max(uid, 1)}:*"])
        return sorted(int(one) for one in found if int(one) >= uid)  # `*` is the last one, whatever its number

    def uids_since(self, day: date) -> list[int]:
        """The mails of the open folder that arrived on that day or later, in order."""
        with self._step(Reason.REFUSED):
            return sorted(int(one) for one in self._open.search(["SINCE", day]))

    def heads(self, uids: list[int]) -> dict[int, Head]:
        """The headers of these mails, as far as they are still there; nothing is marked as read."""
        wanted = [f"BODY.PEEK[HEADER]<0.{_LONGEST_HEAD}>", "RFC822.SIZE", "INTERNALDATE"]
        with self._step(Reason.REFUSED):
            self._open.normalise_times = False
            found = self._open.fetch(uids, wanted)
        return {uid: _head(said) for uid, said in found.items()}

    def content(self, uid: int, most: int = 0) -> bytes:
        """The whole mail, or its first `most` bytes; nothing is marked as read. Empty when it is gone."""
        part = f"BODY.PEEK[]<0.{most}>" if most else "BODY.PEEK[]"
        with self._step(Reason.REFUSED):
            found = self._open.fetch([uid], [part])
        said = found.get(uid, {})
        return next((bytes(value) for name, value in said.items() if name.startswith(b"BODY[]") and value), b"")

    def append(self, folder: Folder | str, content: bytes, *, seen: bool = True, at: datetime | None = None) -> None:
        """Put a message into a folder, its lines ended with CRLF, as received `at` that moment."""
        flags = [rb"\Seen"] if seen else []
        with self._step(Reason.REFUSED):
            limit = self._append_limit
            if limit is not None and len(content) > limit:
                raise ImapTrouble(Reason.TOO_BIG, f"APPENDLIMIT={limit}")
            self._open.append(wire_name(folder), content, flags, at)

    def begin_idle(self) -> bool:
        """Let the server say by itself what comes to the open folder (RFC 2177); False when it does not do that.

        Until `end_idle` only `news`, `fileno` and `leave` may be called.
        """
        with self._step(Reason.REFUSED):
            return bool(self._open.has_capability("IDLE")) and self._open.line.begin_idle()

    def came_meanwhile(self) -> bool:
        """Whether the server spoke of new mail after the folder was opened and before it was idle."""
        return len(self._open.line.untagged_responses.get("EXISTS", ())) > 1

    def news(self) -> bool:
        """Whether the server has said, since the last call, that something came; waits for nothing."""
        with self._step(Reason.CLOSED):
            said = self._open.line.while_idle()
            if any(line.upper().startswith(b"* BYE") for line in said):
                raise OSError("the server ended the connection")
        return any(_NEWS.fullmatch(line.strip()) for line in said)

    def end_idle(self, patience: float) -> None:
        """Take up the conversation again: a connection that died meanwhile is noticed here, within `patience`."""
        with self._step(Reason.REFUSED):
            self._open.line.patience = patience
            self._open.line.end_idle()
            self._open.line.patience = self.timeout

    def leave(self) -> None:
        """Close a connection that is idle, without waiting for anything."""
        client, self._client = self._client, None
        if client is not None:
            client.line.leave_idle()

    def fileno(self) -> int:
        """Of the socket, to wait for `news`."""
        return int(self._open.line.sock.fileno())

    def _connect(self) -> None:
        server = self.server
        with self._step(Reason.GREETING):
            try:
                self._client = Client(
                    server.host,
                    server.port,
                    patience=self.timeout,
                    tls=server.security == Security.TLS,
                    largest=self._largest,
                    begin=self._steps,
                )
            except ssl.SSLError:
                raise
            except OSError as error:
                if self._latest not in (Step.FIND, Step.CONNECT):
                    raise
                raise ImapTrouble(Reason.UNREACHABLE, _words_of(error), dial.fault_of(error)) from error

    def _steps(self, step: Step) -> None:
        self._latest = step
        self._begin(step)

    def _start_tls(self) -> None:
        if self.server.security != Security.STARTTLS:
            return
        self._begin(Step.ENCRYPT)
        with self._step(Reason.TLS):
            # A server that takes us for signed in before encryption is not ours (RFC 9051, 11.2).
            if self._open.line.state != "NONAUTH" or not self._open.has_capability("STARTTLS"):
                raise ImapTrouble(Reason.NO_STARTTLS)
            self._open.starttls()

    def _sign_in(self) -> None:
        server, client = self.server, self._open
        self._begin(Step.SIGN_IN)
        with self._step(Reason.LOGIN):
            if not client.line.is_confidential:
                raise ImapTrouble(Reason.NO_ENCRYPTION)
            offered = [word[5:].decode() for word in client.capabilities() if word.startswith(b"AUTH=")]
            if server.token:
                self._with_token(client, offered)
            elif "PLAIN" in offered:
                client.line.authenticate("PLAIN", _once(sasl.plain(server.username, server.password)))
            elif not client.has_capability("LOGINDISABLED") and _can_be_quoted(server.username + server.password):
                client.line.login(server.username, server.password)
            else:
                raise ImapTrouble(Reason.NO_LOGIN, " ".join(offered))

    def _with_token(self, client: Client, offered: list[str]) -> None:
        server = self.server
        mechanism = sasl.best_for_token(offered)
        if not mechanism:
            raise ImapTrouble(Reason.NO_LOGIN, " ".join(offered))
        if mechanism == "XOAUTH2":
            said = sasl.xoauth2(server.username, server.token)
        else:
            said = sasl.oauthbearer(server.username, server.token, server.host, server.port)
        client.line.authenticate(mechanism, _once(said, sasl.AFTER_REFUSAL[mechanism]))

    def _listed(self) -> list[Listed]:
        client = self._open
        if not (client.has_capability("SPECIAL-USE") and client.has_capability("LIST-EXTENDED")):
            return client.list_folders()
        # Without being asked a server may leave special uses out (RFC 6154, 2).
        kind, words = client.line._simple_command("LIST", '""', '"*"', "RETURN (SPECIAL-USE)")
        client._checkok("LIST", kind, words)
        return client._proc_folder_list(client.line._untagged_response(kind, words, "LIST")[1])

    @property
    def _append_limit(self) -> int | None:
        """RFC 7889."""
        for word in self._open.capabilities():
            if word.upper().startswith(b"APPENDLIMIT=") and word[12:].isdigit():
                return int(word[12:])
        return None

    @property
    def _open(self) -> Client:
        if self._client is None:
            raise ImapTrouble(Reason.CLOSED)
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.line.shutdown()

    @contextmanager
    def _step(self, refusal: Reason) -> Iterator[None]:
        """Turn what sockets, `imaplib` and IMAPClient raise into trouble; a plain refusal becomes `refusal`."""
        try:
            yield
        except ImapTrouble:
            raise
        except ssl.SSLError as error:
            reason = Reason.CERTIFICATE if isinstance(error, ssl.SSLCertVerificationError) else Reason.TLS
            raise self._broken(reason, error) from error
        except TooBig as error:
            raise self._broken(Reason.TOO_BIG, error) from error
        except imaplib.IMAP4.abort as error:
            late = isinstance(error.__context__, TimeoutError)
            confused = "unexpected" in str(error) or "unterminated" in str(error)
            reason = Reason.TIMEOUT if late else Reason.CONFUSED if confused else Reason.CLOSED
            raise self._broken(reason, error) from error
        except imaplib.IMAP4.error as error:
            raise self._refused(refusal, error) from error
        except TimeoutError as error:
            raise self._broken(Reason.TIMEOUT, error) from error
        except OSError as error:
            raise self._broken(Reason.CLOSED, error) from error
        except (ValueError, TypeError, KeyError, IndexError) as error:
            # Answers that are no IMAP, as the libraries stumble over them.
            raise self._broken(Reason.CONFUSED, error) from error

    def _refused(self, refusal: Reason, error: imaplib.IMAP4.error) -> ImapTrouble:
        words = _words_of(error)
        if refusal == Reason.GREETING and "BYE" not in words:
            return self._broken(Reason.CONFUSED, error)
        code = _CODE.search(words)
        reason = _CODES.get(code[1], refusal) if code else refusal
        return ImapTrouble(reason, words)

    def _broken(self, reason: Reason, error: BaseException) -> ImapTrouble:
        self._drop()
        return ImapTrouble(reason, _words_of(error), dial.fault_of(error) or _closed(reason))


def _head(said: dict[bytes, Any]) -> Head:
    content = next((value for name, value in said.items() if name.startswith(b"BODY[HEADER]")), b"")
    return Head(bytes(content or b""), int(said.get(b"RFC822.SIZE", 0)), said.get(b"INTERNALDATE"))


def _once(said: bytes, after: bytes = b"") -> Callable[[bytes], bytes]:
    """A SASL exchange of one message, with an answer to the challenge that follows when it is refused."""
    rest = [after, said]

    def answer(challenge: bytes) -> bytes:
        if not rest:
            raise ImapTrouble(Reason.CONFUSED, readable(challenge))
        return rest.pop()

    return answer


def _can_be_quoted(text: str) -> bool:
    """LOGIN takes quoted strings of ASCII (RFC 3501, 9)."""
    return text.isascii() and text.isprintable()


def _closed(reason: Reason) -> Fault | None:
    return {Reason.CLOSED: Fault.CLOSED, Reason.TIMEOUT: Fault.TIMEOUT}.get(reason)


_REPR = re.compile(r"^(?:\[)?b(['\"])(.*)\1(?:\])?$", re.DOTALL)


def _words_of(error: BaseException) -> str:
    """The server's words in an exception; `imaplib` shows bytes as Python writes them."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return readable(error.verify_message)
    if isinstance(error, OSError) and error.strerror:
        return readable(error.strerror)
    first: Any = error.args[0] if error.args else ""
    if isinstance(first, bytes):
        return readable(first)
    shown = _REPR.match(str(first))
    text = shown[2] if shown else str(first)
    return readable(re.sub(r"^\w+ failed: ", "", text))

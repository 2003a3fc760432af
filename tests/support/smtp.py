"""Real SMTP servers on 127.0.0.1 that do as told: take mail, refuse, fall silent or hang up, at any step."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HANG, CLOSE = "hang", "close"
SWALLOW = "swallow"  # at the end of a message: take it, and hang up without a word
STEPS = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "content", "end")


@dataclass(frozen=True)
class Taken:
    """A message that the server said 250 to."""

    sender: str
    recipient: str
    content: bytes
    connection: int
    options: str
    at: float = field(default_factory=time.time)


@dataclass
class SmtpServer:
    """`does[step]` is HANG, CLOSE, SWALLOW or a reply such as "450 4.2.0 Try later"; a list is used up, one each time.

    `recipients` does the same for RCPT of single addresses. With `login` nothing is taken from strangers; with
    `knows_token` neither, and that function says whether an access token opens the mailbox of that address.
    """

    does: dict[str, str | list[str]] = field(default_factory=dict)
    recipients: dict[str, str | list[str]] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    knows_token: Callable[[str, str], bool] | None = None
    methods: str = "PLAIN LOGIN"
    extensions: tuple[str, ...] = ("8BITMIME", "SMTPUTF8")
    starttls: ssl.SSLContext | None = None
    tls: ssl.SSLContext | None = None
    slow: float = 0.0  # seconds between the bytes of each reply
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    log: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(peer)
            self.connections += 1
            threading.Thread(target=self._serve, args=(peer, self.connections), daemon=True).start()

    def _serve(self, peer: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ConnectionError):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                peer = self.tls.wrap_socket(peer, server_side=True)
                self._open.append(peer)
            _Conversation(self, peer, number).run()

    def action(self, step: str, usual: str, recipient: str = "") -> str:
        """What to do now at this step."""
        with self._lock:
            told = self.recipients.get(recipient) if recipient else None
            told = told if told is not None else self.does.get(step, usual)
            if isinstance(told, list):
                told = told.pop(0) if told else usual
            return told

    def wait_over(self) -> None:
        self._over.wait(60)


class _Conversation:
    def __init__(self, server: SmtpServer, peer: socket.socket, number: int) -> None:
        self.server, self.peer, self.number = server, peer, number
        self.file = peer.makefile("rb")
        self.sender = self.recipient = self.options = ""
        self.signed_in = False

    def run(self) -> None:
        try:
            self.answer("greeting", "220 server.example ESMTP")
            while line := self.file.readline():
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                self.server.log.append(text)
                verb, _, rest = text.partition(" ")
                handler = getattr(self, f"do_{verb.lower()}", None)
                if handler is None:
                    self.say("500 5.5.1 What?")
                elif handler(rest) is False:
                    return
        finally:
            with contextlib.suppress(OSError):
                self.peer.shutdown(socket.SHUT_RDWR)
            self.peer.close()

    def answer(self, step: str, usual: str, recipient: str = "", first: Callable[[], None] | None = None) -> bool:
        """Do what the server was told for this step, after `first` when it is the usual; True when it was."""
        told = self.server.action(step, usual, recipient)
        if told in (usual, SWALLOW) and first is not None:
            first()
        if told == HANG:
            self.server.wait_over()
            raise ConnectionError
        if told in (CLOSE, SWALLOW):
            raise ConnectionError
        self.say(told)
        if told.startswith("421"):
            raise ConnectionError
        return told == usual

    def say(self, text: str) -> None:
        raw = text.encode() + b"\r\n"
        if not self.server.slow:
            self.peer.sendall(raw)
            return
        for byte in raw:
            self.peer.sendall(bytes((byte,)))
            time.sleep(self.server.slow)

    def do_ehlo(self, rest: str) -> None:
        names = list(self.server.extensions)
        if self.server.starttls is not None and not isinstance(self.peer, ssl.SSLSocket):
            names.append("STARTTLS")
        if self.needs_login:
            names.append(f"AUTH {self.server.methods}")
        lines = ["server.example", *names]
        self.answer("ehlo", "\r\n".join([*(f"250-{one}" for one in lines[:-1]), f"250 {lines[-1]}"]))

    def do_helo(self, rest: str) -> None:
        self.answer("ehlo", "250 server.example")

    def do_starttls(self, rest: str) -> None:
        if self.answer("starttls", "220 2.0.0 Go ahead"):
            assert self.server.starttls is not None
            self.peer = self.server.starttls.wrap_socket(self.peer, server_side=True)
            self.server._open.append(self.peer)
            self.file = self.peer.makefile("rb")

    @property
    def needs_login(self) -> bool:
        return self.server.login is not None or self.server.knows_token is not None

    def do_auth(self, rest: str) -> None:
        method, _, initial = rest.partition(" ")
        if method in ("XOAUTH2", "OAUTHBEARER"):
            self._take_token(base64.b64decode(initial).decode())
            return
        if method == "PLAIN":
            _, username, password = base64.b64decode(initial).decode().split("\0")
        else:
            username, password = self._ask("VXNlcm5hbWU6"), self._ask("UGFzc3dvcmQ6")
        right = (username, password) == self.server.login
        self.signed_in = self.answer("auth", "235 2.7.0 Welcome") if right else False
        if not right:
            self.say("535 5.7.8 Authentication credentials invalid")

    def _take_token(self, said: str) -> None:
        """XOAUTH2, OAUTHBEARER (RFC 7628): the reason of a refusal is a challenge, its answer brings the refusal."""
        found = re.match(r"(?:user=|n,a=)([^\x01,]+).*\x01auth=Bearer ([^\x01]+)\x01\x01$", said, re.DOTALL)
        assert self.server.knows_token is not None and found is not None
        if self.server.knows_token(found[1], found[2]):
            self.signed_in = self.answer("auth", "235 2.7.0 Accepted")
            return
        self.say("334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=")
        self.server.log.append(self.file.readline().decode().rstrip())
        self.say("535 5.7.8 Username and Password not accepted")

    def _ask(self, challenge: str) -> str:
        self.say(f"334 {challenge}")
        return base64.b64decode(self.file.readline()).decode()

    def do_mail(self, rest: str) -> None:
        if self.needs_login and not self.signed_in:
            self.say("530 5.7.0 Authentication required")
            return
        self.sender, self.options = rest[rest.index("<") + 1 : rest.index(">")], rest.partition("> ")[2]
        self.answer("mail", "250 2.1.0 Fine")

    def do_rcpt(self, rest: str) -> None:
        self.recipient = rest[rest.index("<") + 1 : rest.rindex(">")]
        self.answer("rcpt", "250 2.1.5 Fine", self.recipient)

    def do_data(self, rest: str) -> None:
        if not self.answer("data", "354 Go on"):
            return
        if "content" in self.server.does:
            self.file.read(100)
            self.answer("content", "")
            while self.file.readline():  # it has spoken, and passes over the rest
                pass
            raise ConnectionError
        pieces = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            pieces.append(line)
        if line == b"":
            raise ConnectionError
        content = re.sub(rb"(?m)^\.", b"", b"".join(pieces))

        def take() -> None:
            with self.server._lock:
                self.server.taken.append(Taken(self.sender, self.recipient, content, self.number, self.options))

        # As servers do (RFC 5321, 4.2.5): what is acknowledged has been stored before.
        self.answer("end", "250 2.0.0 Queued", first=take)

    def do_rset(self, rest: str) -> None:
        self.say("250 2.0.0 Fine")

    def do_quit(self, rest: str) -> bool:
        self.say("221 2.0.0 Bye")
        return False


@dataclass(frozen=True)
class Certificates:
    """An authority in a file, and what a server shows: a certificate for 127.0.0.1, and ones that prove nothing."""

    authority: Path
    good: ssl.SSLContext
    wrong_name: ssl.SSLContext
    expired: ssl.SSLContext
    self_signed: ssl.SSLContext


def make_certificates(folder: Path) -> Certificates:
    """Made anew for a test."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Authority", authority_key, None, None)
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))

    def context(name: str, *, local: bool = True, ages: int = 1, signed: bool = True) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = (authority, authority_key) if signed else (None, None)
        certificate = _certificate(name, key, *issuer, local=local, ages=ages)
        path = folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(path)
        return made

    return Certificates(
        folder / "authority.pem",
        context("server.example"),
        context("other.example", local=False),
        context("old.example", ages=40),
        context("own.example", signed=False),
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    *,
    local: bool = False,
    ages: int = 1,
) -> x509.Certificate:
    """Valid for 30 days, of which `ages` are over."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=ages)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if local:
        names += [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signer = issuer_key or key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if issuer is None:
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(signer, hashes.SHA256())


@contextlib.contextmanager
def refusing_port() -> Iterator[int]:
    """A port of 127.0.0.1 on which nobody listens: bound, so that nobody else takes it, and never listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]

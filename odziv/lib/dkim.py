"""DKIM signatures (RFC 6376, 8301, 8463): keys, the DNS record that shows them, and the field that a message gets.

Written here for its speed: `cryptography` signs in under a millisecond, what dkimpy's own arithmetic needs some twenty
for. The tests have dkimpy verify what is made here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

RSA_BITS = 2048  # RFC 8301, 3.2: signers should use at least this many
_FEWEST_BITS, _MOST_BITS = 1024, 4096  # RFC 8301, 3.2: what verifiers must take
_LONGEST_TEXT = 8 * 1024  # a key of 4,096 bits takes 3,300
_LONGEST_NAME = 253  # RFC 1035, 3.1
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_SPACES = re.compile(rb"[\t ]+")
_WIDTH = 72

SIGNED = (
    b"from", b"sender", b"reply-to", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
    b"mime-version", b"content-type", b"content-transfer-encoding", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
"""Each is signed once more than it stands in the message, so that none can be added (RFC 6376, 8.15; RFC 8058, 4)."""


class BadKey(StrEnum):
    """Why a text is no key to sign with."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    PUBLIC = "public"  # the public half, or a certificate
    LOCKED = "locked"  # behind a pass phrase
    OPENSSH = "openssh"
    DAMAGED = "damaged"
    KIND = "kind"  # of another algorithm
    WEAK = "weak"
    HUGE = "huge"


class KeyRefused(ValueError):
    """A text that is no key to sign with; `why` says in which way."""

    def __init__(self, why: BadKey) -> None:
        super().__init__(why.value)
        self.why = why


class NameRefused(ValueError):
    """A domain or selector that cannot stand in a signature."""


def generate_rsa() -> rsa.RSAPrivateKey:
    """A fresh key of 2,048 bits."""
    return rsa.generate_private_key(65537, RSA_BITS)


def generate_ed25519() -> ed25519.Ed25519PrivateKey:
    """A fresh key of RFC 8463."""
    return ed25519.Ed25519PrivateKey.generate()


def read_key(text: str) -> PrivateKey:
    """The private key of a text in PEM, as somebody pasted it. Raises KeyRefused."""
    text = text.strip()
    if not text:
        raise KeyRefused(BadKey.EMPTY)
    if len(text) > _LONGEST_TEXT:
        raise KeyRefused(BadKey.TOO_LONG)
    if "PRIVATE KEY-----" not in text:
        public = "PUBLIC KEY-----" in text or "CERTIFICATE-----" in text or "p=" in text
        raise KeyRefused(BadKey.PUBLIC if public else BadKey.DAMAGED)
    if "OPENSSH PRIVATE KEY" in text:
        raise KeyRefused(BadKey.OPENSSH)
    if "ENCRYPTED" in text:
        raise KeyRefused(BadKey.LOCKED)
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except TypeError as error:
        raise KeyRefused(BadKey.LOCKED) from error
    except UnsupportedAlgorithm as error:
        raise KeyRefused(BadKey.KIND) from error
    except ValueError as error:
        raise KeyRefused(BadKey.DAMAGED) from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyRefused(BadKey.KIND)
    if key.key_size < _FEWEST_BITS:
        raise KeyRefused(BadKey.WEAK)
    if key.key_size > _MOST_BITS:
        raise KeyRefused(BadKey.HUGE)
    return key


def load_key(text: str) -> PrivateKey:
    """A key that `key_text` wrote, without testing its numbers once more. Raises KeyRefused."""
    try:
        key = serialization.load_pem_private_key(text.encode(), None, unsafe_skip_rsa_key_validation=True)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused(BadKey.DAMAGED) from error
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise KeyRefused(BadKey.KIND)
    return key


def key_text(key: PrivateKey) -> str:
    """The private key in PEM (PKCS #8)."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public_text(key: PrivateKey) -> str:
    """What stands behind `p=` in the record (RFC 6376, 3.6.1; RFC 8463, 4)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes_raw()
    else:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        raw = key.public_key().public_bytes(serialization.Encoding.DER, form)
    return base64.b64encode(raw).decode()


def kind_of(key: PrivateKey) -> str:
    """`rsa` or `ed25519`, as behind `k=`."""
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "rsa"


def record_name(domain: str, selector: str) -> str:
    """Where the record stands (RFC 6376, 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def record_text(kind: str, public: str) -> str:
    """The TXT record that shows a key."""
    return f"v=DKIM1; k={kind}; p={public}"


def checked_name(text: str, *, labels: int = 1) -> str:
    """A domain or selector in lower case, of ASCII labels (RFC 6376, 3.1). Raises NameRefused."""
    text = text.strip().lower().removesuffix(".")
    if not _NAME.fullmatch(text) or len(text) > _LONGEST_NAME or text.count(".") + 1 < labels:
        raise NameRefused(text)
    if labels > 1 and text.rpartition(".")[2].isdecimal():
        raise NameRefused(text)  # a network address
    return text


def tags(text: str) -> dict[str, str] | None:
    """The tags of a record (RFC 6376, 3.2), or None when it is no list of tags, or one stands twice."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        name, sign, value = part.partition("=")
        name = name.strip()
        if not sign or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name in found:
            return None
        found[name] = "".join(value.split())
    return found


@dataclass(frozen=True)
class Signer:
    """Signs messages from one domain. `domain` and `selector` went through `checked_name`."""

    domain: str
    selector: str
    key: PrivateKey

    def field(self, head: Iterable[tuple[bytes, bytes]], body_hash: bytes, at: int) -> bytes:
        """The signature as a whole header field, which belongs above the others. `at`: seconds of the epoch."""
        fields: dict[bytes, list[bytes]] = {}
        for name, value in head:
            fields.setdefault(name, []).append(value)
        names = [name for name in SIGNED for _ in range(len(fields.get(name, ())) + 1)]
        begun = self._begun(names, body_hash, at)
        # The lowest of equal fields is the first one to be signed (RFC 6376, 5.4.2); missing ones are empty.
        signed = [b"%s:%s\r\n" % (name, value) for name in SIGNED for value in reversed(fields.get(name, []))]
        own = b"dkim-signature:" + _relaxed(begun.partition(b":")[2])
        return begun + b"\r\n ".join(_pieces(self._sign(b"".join([*signed, own])))) + b"\r\n"

    def _begun(self, names: Sequence[bytes], body_hash: bytes, at: int) -> bytes:
        """Everything of the field but the signature itself."""
        lines = [
            b"DKIM-Signature: v=1; a=%s-sha256; c=relaxed/relaxed;" % kind_of(self.key).encode(),
            b"d=%s;" % self.domain.encode(),
            b"s=%s; t=%d;" % (self.selector.encode(), at),
            b"bh=%s;" % base64.b64encode(body_hash),
        ]
        line = b"h="
        for number, name in enumerate(names):
            more = name + (b":" if number < len(names) - 1 else b";")
            if len(line) + len(more) > _WIDTH:
                lines.append(line)
                line = b""
            line += more
        return b"\r\n ".join([*lines, line, b"b="])

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            # RFC 8463, 3: what is signed is the hash.
            return base64.b64encode(self.key.sign(sha256(data).digest()))
        return base64.b64encode(self.key.sign(data, padding.PKCS1v15(), hashes.SHA256()))


def sign(message: bytes, signers: Sequence[Signer], at: int) -> bytes:
    """The message, its lines ended by CRLF, with a signature of each signer on top."""
    if not signers:
        return message
    head, _, body = message.partition(b"\r\n\r\n")
    fields = [
        (name.strip().lower(), _relaxed(value))
        for name, colon, value in (field.partition(b":") for field in re.split(rb"\r\n(?![\t ])", head))
        if colon
    ]
    hashed = sha256(relaxed_body(body)).digest()
    return b"".join([*(signer.field(fields, hashed, at) for signer in signers), message])


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376, 3.4.4."""
    # Each pass halves what is left of a run of spaces; a pattern takes four times as long for the same.
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", b"\r\n").rstrip(b" ")
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def _relaxed(value: bytes) -> bytes:
    """The value of a field as RFC 6376, 3.4.2 wants it."""
    return _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def _pieces(text: bytes) -> list[bytes]:
    return [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]


class Finding(StrEnum):
    """What became of looking up a key's record."""

    GOOD = "good"
    MISSING = "missing"  # no such name, or no TXT record there
    DOUBLED = "doubled"  # it stands where the domain comes twice
    OTHER = "other"  # a TXT record that is no DKIM record
    SEVERAL = "several"  # more than one DKIM record: verifiers may take any (RFC 6376, 3.6.2.2)
    BROKEN = "broken"  # no list of tags
    VERSION = "version"  # v= is not DKIM1
    KIND = "kind"  # k= names another algorithm
    EMPTY = "empty"  # p= is empty: the key is revoked
    CUT = "cut"  # p= is the beginning of the key: cut off, as at 255 characters
    DIFFERENT = "different"  # p= is another key
    HASH = "hash"  # h= leaves SHA-256 out
    SERVICE = "service"  # s= leaves e-mail out
    TESTING = "testing"  # t=y: verifiers treat it as unsigned
    TIMEOUT = "timeout"
    SERVERS = "servers"  # the domain's name servers failed, or none could be asked


def judge_record(found: Sequence[str], kind: str, public: str) -> Finding:
    """What is wrong with the TXT records that stand at a key's name (RFC 6376, 3.6.1)."""
    if not found:
        return Finding.MISSING
    records = [text for text in found if "p=" in "".join(text.split())]
    if not records:
        return Finding.BROKEN if any("DKIM1" in text for text in found) else Finding.OTHER
    if len(records) > 1:
        return Finding.SEVERAL
    known = tags(records[0])
    if known is None:
        return Finding.BROKEN
    if known.get("v", "DKIM1") != "DKIM1":
        return Finding.VERSION
    return _judge_key(known, kind, public) or _judge_limits(known) or Finding.GOOD


def _judge_key(known: dict[str, str], kind: str, public: str) -> Finding | None:
    shown = known.get("p", "")
    if known.get("k", "rsa") != kind:
        return Finding.KIND
    if not shown:
        return Finding.EMPTY
    if shown == public or _bytes_of(shown) == _bytes_of(public):
        return None
    return Finding.CUT if len(shown) > 40 and public.startswith(shown.rstrip("=")) else Finding.DIFFERENT


def _judge_limits(known: dict[str, str]) -> Finding | None:
    if "h" in known and "sha256" not in known["h"].split(":"):
        return Finding.HASH
    if "s" in known and not {"*", "email"} & set(known["s"].split(":")):
        return Finding.SERVICE
    return Finding.TESTING if "y" in known.get("t", "").split(":") else None


def _bytes_of(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None

"""A browser's side of Web Push on 127.0.0.1: a push service that does as told, and a browser that opens what came.

Opened by hand after RFC 8188, 8291 and 8292, with nothing of what sealed it.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HANG, CLOSE = 0, -1
_POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@dataclass(frozen=True)
class Came:
    """A request that the service got."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class PushService:
    """Takes everything with 201, but answers what `does` has for a path; HANG says nothing, CLOSE hangs up."""

    does: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    came: list[Came] = field(default_factory=list)

    def __enter__(self) -> Self:
        service, self._over = self, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        heard = {name.lower(): value for name, value in request.headers.items()}
        self.came.append(Came(request.path, heard, body, time.time()))
        status = self.does.get(request.path, 201)
        if status == HANG:
            self._over.wait(60)
        if status <= 0:
            request.close_connection = True
            return
        request.send_response(status)
        for name, value in {"Content-Length": "0", **self.headers}.items():
            request.send_header(name, value)
        request.end_headers()


class PushBrowser:
    """A browser that subscribed: `subscription` is what it tells the page."""

    def __init__(self, endpoint: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = bytes(range(16))
        self.endpoint = endpoint
        self.public = self._key.public_key().public_bytes(*_POINT)
        self.subscription: dict[str, Any] = {
            "endpoint": endpoint,
            "expirationTime": None,
            "keys": {"p256dh": text64(self.public), "auth": text64(self._secret)},
        }

    def opened(self, came: Came) -> dict[str, str]:
        """The JSON in a request, opened as RFC 8291 (3.4) and RFC 8188 (2) say. Raises InvalidTag for another's."""
        assert came.headers["content-encoding"] == "aes128gcm"
        salt, size, sealed = came.body[:16], came.body[20], came.body[21:]
        theirs, sealed = sealed[:size], sealed[size:]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        info = b"WebPush: info\0" + self.public + theirs
        material = _derived(self._secret, shared, info, 32)
        key = _derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
        content = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert content[-1:] == b"\2"  # the last record's delimiter
        told: dict[str, str] = json.loads(content[:-1])
        return told


def vapid_of(came: Came, public_key: str) -> dict[str, Any]:
    """The claims of a request, whose signature by that key is checked (RFC 8292, 2 and 3)."""
    scheme, _, rest = came.headers["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid" and parts["k"].rstrip("=") == public_key
    signed, _, signature = parts["t"].rpartition(".")
    raw = bytes64(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes64(public_key))
    numbers = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(numbers, signed.encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(bytes64(signed.split(".")[1]))
    return claims


def text64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bytes64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(salt: bytes, material: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(material)

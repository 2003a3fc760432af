"""A connection to a mail server, opened step by step, with a name for everything that can go wrong on the way.

Every step has a time limit as a whole, however many addresses a name has and however slowly a peer answers.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from enum import StrEnum

from cryptography import x509


class Step(StrEnum):
    """What is done one after another on a connection to a mail server."""

    FIND = "find"  # the addresses of its name
    CONNECT = "connect"
    ENCRYPT = "encrypt"  # before the greeting with TLS, after it with STARTTLS
    GREET = "greet"
    SIGN_IN = "sign-in"
    SENDER = "sender"  # whether mail from the address would be taken
    FOLDERS = "folders"
    READ = "read"  # whether what arrives can be read


class Fault(StrEnum):
    """What exactly failed, where the library's exception alone does not say it."""

    NO_HOST = "no-host"
    REFUSED = "refused"
    NO_ROUTE = "no-route"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_NAME = "wrong-name"
    SELF_SIGNED = "self-signed"
    UNTRUSTED = "untrusted"
    EXPECTS_PLAIN = "expects-plain"  # TLS was begun where the server speaks plainly first
    EXPECTS_TLS = "expects-tls"  # it waits for TLS where a plain greeting was awaited
    HANDSHAKE = "handshake"  # any other failure of TLS


class Forbidden(OSError):
    """The name leads to this machine, or into a private network."""


Begin = Callable[[Step], None]


def nothing(step: Step) -> None:
    """For callers who do not want to hear of steps."""


def dial(host: str, port: int, patience: float, begin: Begin = nothing, *, public: bool = False) -> socket.socket:
    """A TCP connection to the first address that takes it, within `patience` seconds. Raises OSError.

    With `public` only addresses of the open internet are tried; Forbidden when the name has no other.
    """
    begin(Step.FIND)
    try:
        found = socket.getaddrinfo(bare(host), port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from error
    if public:
        found = [one for one in found if is_public_address(ipaddress.ip_address(str(one[4][0]).partition("%")[0]))]
        if not found:
            raise Forbidden(errno.EACCES, "not an address of the open internet")
    begin(Step.CONNECT)
    until = time.monotonic() + patience
    trouble: OSError = socket.gaierror(socket.EAI_NONAME, "the name has no address")
    for place, (family, kind, protocol, _name, address) in enumerate(found):
        left = (until - time.monotonic()) / (1 if place == len(found) - 1 else 2)
        if left <= 0:
            break
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(left)
            connection.connect(address)
        except OSError as error:
            connection.close()
            trouble = error
        else:
            # What is sent in small pieces must not wait for the peer's ACK.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise trouble


def encrypt(plain: socket.socket, host: str, patience: float) -> ssl.SSLSocket:
    """TLS with a certificate that proves `host`, by the authorities that this machine trusts.

    Raises OSError (`ssl.SSLError` is one); then the connection is closed.
    """
    try:
        plain.settimeout(patience)
        return ssl.create_default_context().wrap_socket(plain, server_hostname=bare(host))
    except BaseException:
        plain.close()
        raise


def is_private(connection: socket.socket) -> bool:
    """Whether the other end is this machine or in a private network, where a password may travel in plain text."""
    try:
        peer = ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0])
    except (OSError, ValueError):
        return False
    return is_private_address(getattr(peer, "ipv4_mapped", None) or peer)


def is_private_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """This machine itself, RFC 1918, or fc00::/7 (RFC 4193)."""
    return address.is_loopback or any(address in network for network in _PRIVATE if network.version == address.version)


_PRIVATE = [
    ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7")
]


def is_public_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is an address of the open internet, and so is an IPv4 address inside it (RFC 3056, 4380)."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    carried = [address.sixtofour, *(address.teredo or ())]
    return all(one is None or is_public_address(one) for one in carried)


def bare(host: str) -> str:
    """A host without the brackets of an IPv6 address."""
    return host.strip("[]")


# OpenSSL's numbers of what is wrong with a certificate (openssl/x509_vfy.h), as `verify_code` gives them.
_VERIFY = {
    9: Fault.NOT_YET_VALID,
    10: Fault.EXPIRED,
    18: Fault.SELF_SIGNED,
    19: Fault.SELF_SIGNED,
    62: Fault.WRONG_NAME,
    64: Fault.WRONG_NAME,
}
_NOT_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"}
_KINDS: tuple[tuple[type[BaseException], Fault], ...] = (
    (ssl.SSLEOFError, Fault.CLOSED),
    (ssl.SSLZeroReturnError, Fault.CLOSED),
    (socket.gaierror, Fault.NO_HOST),
    (UnicodeError, Fault.NO_HOST),
    (TimeoutError, Fault.TIMEOUT),
    (ConnectionRefusedError, Fault.REFUSED),
    (ConnectionError, Fault.CLOSED),
)
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM}


def fault_of(error: BaseException | None) -> Fault | None:
    """The name of what an exception of sockets or TLS says; None when it says nothing that has one."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, Fault.UNTRUSTED)
    for kind, fault in _KINDS:
        if isinstance(error, kind):
            return fault
    if isinstance(error, ssl.SSLError):
        return Fault.EXPECTS_PLAIN if error.reason in _NOT_TLS else Fault.HANDSHAKE
    return Fault.NO_ROUTE if isinstance(error, OSError) and error.errno in _NO_ROUTE else None


def speaks_tls(host: str, port: int, patience: float) -> bool:
    """Whether TLS can be begun at once on this port, whatever the certificate is worth."""
    try:
        _peek(host, port, patience)
    except (OSError, ValueError):
        return False
    return True


def names_of(host: str, port: int, patience: float) -> list[str]:
    """For which names the certificate on this port is, when it can be read there without STARTTLS; at most ten."""
    try:
        raw = _peek(host, port, patience)
        return certified(x509.load_der_x509_certificate(raw)) if raw else []
    except (OSError, ValueError):
        return []


def certified(certificate: x509.Certificate) -> list[str]:
    """The names and addresses that a certificate is for, at most ten."""
    try:
        known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses: Sequence[object] = known.get_values_for_type(x509.IPAddress)
    return [*known.get_values_for_type(x509.DNSName), *map(str, addresses)][:10]


def _peek(host: str, port: int, patience: float) -> bytes | None:
    context = ssl.create_default_context()
    # Nothing is said on this connection: it only looks at what the other end shows.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        dial(host, port, patience) as plain,
        context.wrap_socket(plain, server_hostname=bare(host)) as encrypted,
    ):
        return encrypted.getpeercert(binary_form=True)

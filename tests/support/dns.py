"""A DNS server on 127.0.0.1 that knows what it was told, over UDP and TCP."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SILENT, FAILS = "silent", "fails"
_UDP_ROOM = 512  # RFC 1035, 2.3.4: more goes over TCP
_STRING = 255


@dataclass
class DnsServer:
    """`records` is name -> TXT texts; `does` is name -> SILENT, FAILS, or the name of which it is an alias.

    Every name that is not known does not exist. `asked` are the names of the questions, in order.
    """

    records: Mapping[str, Sequence[str]]
    does: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, question: bytes, room: int) -> bytes | None:
        query = dns.message.from_wire(question)
        [asked] = query.question
        name = asked.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        reply = dns.message.make_response(query)
        told = self.does.get(name, "")
        if told == SILENT:
            return None
        if told == FAILS:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        if told:
            reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{told}."))
        texts = self.records.get(told or name)
        if texts is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif texts and asked.rdtype == dns.rdatatype.TXT:
            pieces = [
                " ".join(_quoted(text[at : at + _STRING]) for at in range(0, max(len(text), 1), _STRING))
                for text in texts
            ]
            reply.answer.append(dns.rrset.from_text(f"{told or name}.", 60, "IN", "TXT", *pieces))
        whole = reply.to_wire()
        if len(whole) > room:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        return whole


@contextlib.contextmanager
def dns_server(records: Mapping[str, Sequence[str]], **does: str) -> Iterator[DnsServer]:
    """One that is listening; `does` in addition by name, see `DnsServer`."""
    server = DnsServer(records, does)
    udp, tcp = _both()
    with udp, tcp:
        server.port = udp.getsockname()[1]
        for serve in (_over_udp, _over_tcp):
            threading.Thread(target=serve, args=(server, udp if serve is _over_udp else tcp), daemon=True).start()
        yield server
        for one in (udp, tcp):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _both() -> tuple[socket.socket, socket.socket]:
    """Sockets of one number; one that is free for TCP may be taken for UDP."""
    for _ in range(50):
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
            return udp, tcp
        except OSError:
            udp.close()
            tcp.close()
    raise OSError("no number is free for both")


def _over_udp(server: DnsServer, udp: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            question, peer = udp.recvfrom(4096)
            if not question:
                return
            if (answer := server.answer(question, _UDP_ROOM)) is not None:
                udp.sendto(answer, peer)


def _over_tcp(server: DnsServer, tcp: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            peer, _ = tcp.accept()
            with peer, peer.makefile("rb") as stream:
                [length] = struct.unpack("!H", stream.read(2))
                if (answer := server.answer(stream.read(length), 65535)) is not None:
                    peer.sendall(struct.pack("!H", len(answer)) + answer)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

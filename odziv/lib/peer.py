"""Whose network address asked: the socket's, or the one that trusted reverse proxies report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_MOST_HOPS = 32
_FORWARDED_FOR = re.compile(r"""(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^\s;"]+))""", re.IGNORECASE)
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([^:]*):\d+")


class Proxies:
    """The networks whose X-Forwarded-For (or, without one, Forwarded, RFC 7239) is believed.

    Raises ValueError for a text that is not a network.
    """

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(text) for text in networks]

    @property
    def is_nobody(self) -> bool:
        """Whether no reports are believed: the asker is who the socket says."""
        return not self._networks

    def peer(self, socket_peer: str, headers: Mapping[bytes, bytes]) -> str:
        """The address of the asking program. `socket_peer` is normalised, or empty for a local socket.

        It is the right-most one that is not a trusted proxy's own: what stands to the left of it was written by the
        asker and can be anything.
        """
        if not self._networks or not self._trusted(socket_peer):
            return socket_peer
        believed = socket_peer
        for text in reversed(_reported(headers)[-_MOST_HOPS:]):
            address = normalised(text)
            if not address:
                break
            believed = address
            if not self._trusted(address):
                break
        return believed

    def _trusted(self, address: str) -> bool:
        if not address:
            return True
        parsed = ip_address(address)
        return any(parsed in network for network in self._networks)


def normalised(text: str) -> str:
    """An address without port, brackets, zone and IPv6 mapping of IPv4; empty when it is not an address."""
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2] or ""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


def _reported(headers: Mapping[bytes, bytes]) -> list[str]:
    if value := headers.get(b"x-forwarded-for"):
        return value.decode("latin-1").split(",")
    found = (_FORWARDED_FOR.search(part) for part in headers.get(b"forwarded", b"").decode("latin-1").split(","))
    return [(match[1] or match[2] or "") if match else "" for match in found]

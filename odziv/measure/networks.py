"""What kind of network an event came from (J5). Coarse and literal: what lies in none of these is not known. Pure.

Mail security: the blocks that the vendors name in their SPF records and set-up guides as those of their gateways.
Clouds: large blocks that regional registries list for hosting companies. An address that stands in a block today may be
somebody else's tomorrow, which is why a network alone never decides (`weights`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_network

SECURITY, CLOUD, HERE, UNKNOWN = "security", "cloud", "here", "unknown"

_BLOCKS: Mapping[str, Sequence[str]] = {
    # This very machine: the demonstration, the test mailbox. No recipient's scanner runs here.
    HERE: ("127.0.0.0/8", "::/48"),
    SECURITY: (
        "40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17",  # Microsoft Exchange Online Protection
        "67.231.144.0/20", "148.163.128.0/19", "205.220.160.0/19", "208.84.64.0/22", "185.132.180.0/22",  # Proofpoint
        "207.211.30.0/24", "205.139.110.0/23", "216.205.24.0/24", "63.128.21.0/24", "170.10.128.0/22",  # Mimecast
        "195.130.217.0/24", "91.220.42.0/24", "146.101.78.0/24", "185.58.84.0/22", "103.96.20.0/22",  # Mimecast
        "64.235.144.0/20", "209.222.80.0/21",  # Barracuda
        "68.232.128.0/19", "216.71.128.0/19", "139.138.32.0/19",  # Cisco (IronPort)
        "85.158.136.0/21", "46.226.48.0/21", "193.109.254.0/23", "216.82.240.0/20",  # Broadcom (MessageLabs)
        "83.246.65.0/24", "94.100.128.0/20", "185.140.204.0/22",  # Hornetsecurity
    ),
    CLOUD: (
        "13.64.0.0/11", "13.104.0.0/14", "20.33.0.0/16", "20.40.0.0/13", "20.48.0.0/12", "20.64.0.0/10",  # Azure
        "20.128.0.0/16", "20.160.0.0/12", "20.184.0.0/13", "20.192.0.0/10", "40.64.0.0/10", "51.104.0.0/15",  # Azure
        "52.145.0.0/16", "52.160.0.0/11", "52.224.0.0/11", "104.40.0.0/13", "104.208.0.0/13", "168.61.0.0/16",  # Azure
        "3.80.0.0/12", "3.208.0.0/12", "18.184.0.0/15", "18.192.0.0/13", "34.192.0.0/10", "44.192.0.0/11",  # Amazon
        "52.0.0.0/11", "52.32.0.0/11", "52.48.0.0/14", "52.200.0.0/13", "54.64.0.0/11", "54.144.0.0/12",  # Amazon
        "54.160.0.0/11", "54.192.0.0/12", "54.208.0.0/13", "54.224.0.0/11",  # Amazon
        "34.64.0.0/10", "35.184.0.0/13", "35.192.0.0/12", "35.208.0.0/12", "35.224.0.0/12", "35.240.0.0/13",  # Google
        "5.9.0.0/16", "88.198.0.0/16", "116.202.0.0/15", "135.181.0.0/16", "136.243.0.0/16",  # Hetzner
        "138.201.0.0/16", "144.76.0.0/16", "148.251.0.0/16", "159.69.0.0/16", "176.9.0.0/16",  # Hetzner
        "178.63.0.0/16",  # Hetzner
        "51.68.0.0/16", "51.75.0.0/16", "51.77.0.0/16", "51.83.0.0/16", "51.89.0.0/16", "51.91.0.0/16",  # OVH
        "54.36.0.0/14", "137.74.0.0/16", "145.239.0.0/16", "147.135.0.0/16", "149.202.0.0/16",  # OVH
        "104.131.0.0/16", "104.236.0.0/16", "134.209.0.0/16", "138.68.0.0/16", "138.197.0.0/16",  # DigitalOcean
        "139.59.0.0/16", "142.93.0.0/16", "157.245.0.0/16", "159.65.0.0/16", "159.89.0.0/16", "161.35.0.0/16",
        "165.22.0.0/16", "165.227.0.0/16", "167.71.0.0/16", "167.99.0.0/16", "178.62.0.0/16", "206.189.0.0/16",
    ),
}  # fmt: skip

_Blocks = Mapping[int, frozenset[int]]
"""The numbers of blocks by the bits behind them: what is left of an address that lies in one."""


def _by_width(blocks: Sequence[str], version: int) -> _Blocks:
    found: dict[int, set[int]] = {}
    for block in map(ip_network, blocks):
        if block.version == version:
            host = block.max_prefixlen - block.prefixlen
            found.setdefault(host, set()).add(int(block.network_address) >> host)
    return {host: frozenset(numbers) for host, numbers in found.items()}


# Sets instead of networks one by one: that took half a millisecond for an address that was not seen before.
_KINDS: Mapping[int, Sequence[tuple[str, _Blocks]]] = {
    version: [(kind, _by_width(blocks, version)) for kind, blocks in _BLOCKS.items()] for version in (4, 6)
}


@lru_cache(maxsize=50_000)
def kind_of(network: str) -> str:
    """security, cloud, here, or unknown; of a truncated address such as `193.2.1.0/24`, empty when there was none."""
    try:
        asked = ip_network(network)
    except ValueError:
        return UNKNOWN
    number, own = int(asked.network_address), asked.max_prefixlen - asked.prefixlen
    for kind, blocks in _KINDS[asked.version]:
        if any(own <= host and number >> host in numbers for host, numbers in blocks.items()):
            return kind
    return UNKNOWN

"""Looking up the DNS record of a key, now or once a day (D5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import dns.exception
import dns.resolver

from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.dkim import Finding, judge_record
from odziv.models import SigningKey

_PATIENCE = 5.0  # seconds for one question
_AGAIN = timedelta(days=1)
_AT_ONCE = 10


class Seen(NamedTuple):
    """What is wrong, and the records that stand there, one in a line."""

    finding: Finding
    found: str


def look_up(key: SigningKey, now: datetime) -> Seen:
    """Ask the DNS for the key's record, and remember the answer. Takes at most ten seconds."""
    seen = _look(key)
    SigningKey.objects.note_record(key.pk, seen.finding.value, seen.found, now)
    key.finding, key.found, key.checked_at = seen.finding.value, seen.found, now
    return seen


def look_up_due(now: datetime | None = None) -> int:
    """The worker's job: look up the records of keys in use once a day; returns how many were looked up."""
    moment = now or clock.now()
    rows = list(SigningKey.objects.to_look_up(moment - _AGAIN)[:_AT_ONCE])
    for row in rows:
        look_up(row, moment)
    return len(rows)


def _look(key: SigningKey) -> Seen:
    try:
        found = _texts(key.record_name)
        if not found and _texts(f"{key.record_name}.{key.domain}"):
            # Many control panels add the domain by themselves.
            return Seen(Finding.DOUBLED, "")
    except dns.exception.Timeout:
        return Seen(Finding.TIMEOUT, "")
    except dns.exception.DNSException as error:
        return Seen(Finding.SERVERS, str(error))
    return Seen(judge_record(found, key.kind, key.public), "\n".join(found))


def _texts(name: str) -> list[str]:
    """The TXT records of a name; none when it does not exist. Raises DNSException."""
    resolver = dns.resolver.Resolver(configure=ENV.dns_server is None)
    if ENV.dns_server is not None:
        resolver.nameservers, resolver.port = [ENV.dns_server.host], ENV.dns_server.port
    try:
        answer = resolver.resolve(f"{name}.", "TXT", lifetime=_PATIENCE, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    return ["".join(part.decode("utf-8", "replace") for part in record.strings) for record in answer]

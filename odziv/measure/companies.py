"""Which copies of a message went to the same company, so that a gateway shows by working through them together (J5).

The same domain makes a company, except where everybody may have an address. Copies are compared in groups of those that
stand near each other in the message, which never change, so that a fold of one group reads a bounded number of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

COMPARED = 50
"""Recipients of a message that stand together are compared, at most so many."""

# Domains of which two addresses have nothing in common: the large providers of mail for everybody, ours among them.
EVERYBODYS = frozenset(
    """
    gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it ymail.com rocketmail.com aol.com
    outlook.com outlook.de hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it live.com live.co.uk msn.com
    icloud.com me.com mac.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de mail.com mail.de
    posteo.de mailbox.org proton.me protonmail.com pm.me tutanota.com tuta.com fastmail.com zoho.com hey.com
    siol.net t-2.net amis.net telemach.net volja.net email.si guest.arnes.si libero.it virgilio.it alice.it tin.it
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr bluewin.ch net.hr inet.hr seznam.cz centrum.cz wp.pl o2.pl onet.pl
    interia.pl mail.ru yandex.ru yandex.com rambler.ru abv.bg freemail.hu citromail.hu qq.com 163.com 126.com
    comcast.net verizon.net att.net sbcglobal.net btinternet.com sky.com virginmedia.com
    """.split()
)


_SAME_PROVIDER = {
    "googlemail.com": "gmail.com", "ymail.com": "yahoo.com", "rocketmail.com": "yahoo.com", "msn.com": "outlook.com",
    "me.com": "icloud.com", "mac.com": "icloud.com", "protonmail.com": "proton.me", "pm.me": "proton.me",
    "tutanota.com": "tuta.com", "gmx.com": "gmx.net",
}  # fmt: skip
_SAME_BY_NAME = {
    "yahoo": "yahoo.com", "hotmail": "outlook.com", "live": "outlook.com", "outlook": "outlook.com", "gmx": "gmx.net",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def domain_of(address: str) -> str:
    """The domain of an address, as domains are compared; empty for what is no address."""
    return address.rpartition("@")[2].strip().lower().rstrip(".") if "@" in address else ""


@lru_cache(maxsize=20_000)
def place_of(address: str) -> str:
    """Whose machines would look at mail to this address: the company's domain, or one domain for each provider of mail
    for everybody, whatever its names."""
    domain = domain_of(address)
    if domain not in EVERYBODYS:
        return domain
    return _SAME_PROVIDER.get(domain) or _SAME_BY_NAME.get(domain.partition(".")[0], domain)


class Company(NamedTuple):
    """A group of copies of one message that are compared with each other."""

    message: UUID
    domain: str
    group: int


def company_of(message: UUID, address: str, position: int) -> Company | None:
    """The group of the copy to this address; None when its domain is no company's."""
    domain = domain_of(address)
    if not domain or domain in EVERYBODYS:
        return None
    return Company(message, domain, position // COMPARED)

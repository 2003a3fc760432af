"""What a look at a key's record found, and why a text is no key, in a person's words."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from odziv.lib.dkim import BadKey, Finding
from odziv.models import SigningKey


class Said(NamedTuple):
    """What is so, and what to do."""

    what: str
    next: str


_PUBLISH = lazy("Publish it as it is shown here. New records may take an hour until they are seen everywhere.")
_REPLACE = lazy("Replace it by the one that is shown here.")

_FINDINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    Finding.GOOD: (lazy("The record is published, and belongs to this key."), ""),
    Finding.MISSING: (lazy("There is no TXT record at %(name)s."), _PUBLISH),
    Finding.DOUBLED: (
        lazy("The record stands at %(name)s.%(domain)s: the domain was added twice."),
        lazy("Enter only %(short)s as its name; your provider adds the domain by itself."),
    ),
    Finding.OTHER: (lazy("What stands at %(name)s is not a DKIM record: it has no p=."), _REPLACE),
    Finding.SEVERAL: (
        lazy("There are several DKIM records at %(name)s, and recipients may read any of them."),
        lazy("Leave only the one that is shown here."),
    ),
    Finding.BROKEN: (lazy("The record cannot be read: its parts are not written as name=value;."), _REPLACE),
    Finding.VERSION: (lazy("The record does not begin with v=DKIM1."), _REPLACE),
    Finding.KIND: (lazy("The record is for another kind of key: its k= does not say %(kind)s."), _REPLACE),
    Finding.EMPTY: (lazy("The p= of the record is empty: that revokes the key."), _REPLACE),
    Finding.CUT: (
        lazy("The key in the record is cut off after %(length)s characters."),
        lazy("Enter it in pieces of at most 255 characters, each in quotation marks, as in the line for a zone file."),
    ),
    Finding.DIFFERENT: (
        lazy("The record shows another key than this one."),
        lazy("Replace it by the one that is shown here, or use the key that belongs to it."),
    ),
    Finding.HASH: (lazy("The record does not allow SHA-256 (h=)."), lazy("Leave h= out of it.")),
    Finding.SERVICE: (lazy("The record does not hold for e-mail (s=)."), lazy("Leave s= out of it.")),
    Finding.TESTING: (
        lazy("The record says that it is only a test (t=y), so recipients take the mail for unsigned."),
        lazy("Leave t=y out of it."),
    ),
    Finding.TIMEOUT: (lazy("The DNS gave no answer in time."), lazy("Try again in a moment.")),
    Finding.SERVERS: (
        lazy("The DNS could not be asked: %(found)s"),
        lazy("Try again; else have the name servers of %(domain)s and the network of this machine looked at."),
    ),
}

_BAD_KEYS: dict[str, str | Promise] = {
    BadKey.EMPTY: lazy("Paste a private key."),
    BadKey.TOO_LONG: lazy("This is too long for a key. Paste only one private key."),
    BadKey.PUBLIC: lazy(
        "This is the public half, or a certificate. Paste the private key: it begins with -----BEGIN PRIVATE KEY-----."
    ),
    BadKey.LOCKED: lazy(
        "This key is locked by a pass phrase. Unlock it first: openssl pkey -in locked.pem -out key.pem"
    ),
    BadKey.OPENSSH: lazy("This is a key of OpenSSH. Make one for DKIM: openssl genrsa 2048"),
    BadKey.DAMAGED: lazy(
        "This is not a whole private key. Paste everything, from -----BEGIN PRIVATE KEY----- to the line with END."
    ),
    BadKey.KIND: lazy("DKIM takes RSA and Ed25519 keys; this one is of another kind."),
    BadKey.WEAK: lazy("This key is too short: recipients do not believe RSA keys below 1024 bits. Use 2048."),
    BadKey.HUGE: lazy("This key is too long: recipients need not take RSA keys above 4096 bits. Use 2048."),
}


def said(key: SigningKey) -> Said | None:
    """The last look at the record; None when nobody has looked yet."""
    if key.finding not in _FINDINGS:
        return None
    what, then = _FINDINGS[Finding(key.finding)]
    told = {
        "name": key.record_name,
        "domain": key.domain,
        "short": f"{key.selector}._domainkey",
        "kind": key.kind,
        "length": len(key.found.partition("p=")[2].strip()),
        "found": key.found,
    }
    return Said(str(what) % told, str(then) % told)


def refused(why: BadKey) -> str:
    """Why a pasted text is no key."""
    return str(_BAD_KEYS[why])


def unusable(key: SigningKey) -> str:
    """That a key in use cannot sign, what follows, and the remedy."""
    what = _("The key %(selector)s of %(domain)s cannot sign: %(why)s. Its mail leaves unsigned.") % {
        "selector": key.selector,
        "domain": key.domain,
        "why": key.get_fault_display(),
    }
    return f"{what} {_('Make a new key, publish its record and turn it on.')}"

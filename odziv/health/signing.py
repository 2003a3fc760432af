"""The keys with which an organisation signs: whether they can, and whether recipients find their records (D5, O6)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.health.place import Place, Seen
from odziv.lib.dkim import Finding
from odziv.models import SigningKey
from odziv.signing import words

_NAMED = 3
_PASSING = {Finding.TIMEOUT, Finding.SERVERS}  # says nothing of the record


def signatures(place: Place) -> Seen:
    """What is wrong with the keys that are switched on."""
    rows = SigningKey.objects.switched_on().listed()
    keys = list(rows.of(place.organisation) if place.organisation else rows)
    if not keys:
        said = _("Odziv signs nothing itself. Where the mail server does not sign either, add a key under Signatures.")
        return Seen(None, said, used=False)
    faults = [fault for key in keys if (fault := _fault(key))]
    if not faults:
        return Seen(True, ngettext("%(n)d key signs", "%(n)d keys sign", len(keys)) % {"n": len(keys)})
    named, more = "; ".join(faults[:_NAMED]), len(faults) - _NAMED
    return Seen(False, _("%(named)s; and %(more)d more") % {"named": named, "more": more} if more > 0 else named)


def _fault(key: SigningKey) -> str:
    if key.fault:
        return words.unusable(key)
    found = words.said(key)
    if found is None or key.finding == Finding.GOOD or key.finding in _PASSING:
        return ""
    return f"{key.domain}: {found.what} {found.next}".strip()

"""The summaries by e-mail: whose last one was given up (A, O6)."""

from __future__ import annotations

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from odziv.deliver.answers import what_happened, what_next
from odziv.health.place import Place, Seen
from odziv.models import Digest, DigestState

_LOOKED_BACK = timedelta(days=8)
_NAMED = 3


def summaries(place: Place) -> Seen:
    """A fault when somebody waits for a summary that will not come: whoever misses it may not know that it was due."""
    rows = Digest.objects.of(place.organisation) if place.organisation else Digest.objects.all()
    last = rows.last_ended(place.now - _LOOKED_BACK)
    if not last:
        return Seen(None, _("no summary was due yet; who wants one turns it on under My assistant."), used=False)
    lost = [digest for digest in last if digest.state == DigestState.GIVEN_UP]
    if not lost:
        return Seen(True, ngettext("%(n)d person", "%(n)d people", len(last)) % {"n": len(last)})
    named, more = "; ".join(_told(digest) for digest in lost[:_NAMED]), len(lost) - _NAMED
    return Seen(False, _("%(named)s; and %(more)d more") % {"named": named, "more": more} if more > 0 else named)


def _told(digest: Digest) -> str:
    day = date_format(digest.day, pgettext("date format", "j M"))
    said = f"“{digest.answer}”" if digest.answer else ""
    lost = _("the summary for %(day)s never reached %(address)s.") % {"day": day, "address": digest.user.email}
    return " ".join(filter(None, (lost, what_happened(digest.reason), said, what_next(digest.reason))))

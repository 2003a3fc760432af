"""Browser notifications: whether push services take them (O6)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.health.place import Place, Seen
from odziv.models import PushSubscription
from odziv.notify.trouble import Reason


def notifications(place: Place) -> Seen:
    """A fault when the last contact failed for every browser: one alone may be switched off for good."""
    tried = PushSubscription.objects.tried(place.organisation)
    if not (count := tried.count()):
        return Seen(None, _("nothing was sent to a browser yet."), used=False)
    if not (failing := tried.failing().count()):
        return Seen(True, ngettext("%(n)d browser", "%(n)d browsers", count) % {"n": count})
    last = tried.failing().order_by("-tried_at").values_list("service", "reason", "answer").first()
    service, reason, answer = last or ("", Reason.UNREACHABLE, "")
    said = {"n": failing, "service": service, "answer": answer}
    if failing < count:
        text = ngettext(
            "%(n)d browser cannot be reached at present; %(service)s says “%(answer)s”.",
            "%(n)d browsers cannot be reached at present; %(service)s says “%(answer)s”.",
            failing,
        )
        return Seen(True, text % said)
    return Seen(False, _("no browser can be reached; %(service)s: “%(answer)s”.") % said + " " + _remedy(reason))


def _remedy(reason: str) -> str:
    if reason == Reason.REFUSED:
        return _("Turn notifications off and on again in the browser.")
    if reason == Reason.FORBIDDEN:
        return _("Only push services on the open internet are asked.")
    if reason in (Reason.UNREACHABLE, Reason.UNANSWERED):
        return _("See that this server may open https connections to it.")
    return _("It is tried again by itself.")

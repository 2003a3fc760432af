"""The mailboxes of an organisation: how the last contact with their servers ended (O6)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.health.place import Place, Seen
from odziv.mailboxes.advice import explained
from odziv.models import HandedIn, Mailbox, SetAside

_NAMED = 3  # mailboxes that do not work, by name; the page Mailboxes shows all


def sending(place: Place) -> Seen:
    """Whether the servers that take mail took it, or the sign-in, the last time."""
    rows = Mailbox.objects.watched(place.organisation)
    if not (count := rows.count()):
        return Seen(None, _("no mailbox sends real e-mail yet; add one under Settings, Mailboxes."))
    failing = rows.failing_to_send()
    named = [_reason(row, "smtp", row.smtp_reason, row.smtp_answer) for row in failing[:_NAMED]]
    return _told(count, named, failing.count() - len(named))


def replies(place: Place) -> Seen:
    """Whether the mailboxes in which replies are looked for could be read the last time."""
    handed = HandedIn.objects.of(place.organisation) if place.organisation else HandedIn.objects.all()
    rows = Mailbox.objects.watched(place.organisation).looked_into()
    if poison := handed.aside().count():
        said = ngettext(
            "%(n)d mail that was handed in could not be read three times and was set aside; Settings, Handed-in mail, "
            "shows why.",
            "%(n)d mails that were handed in could not be read three times and were set aside; Settings, Handed-in "
            "mail, shows why.",
            poison,
        )
        return Seen(False, said % {"n": poison})
    if not (count := rows.count()):
        if handed.exists():
            return Seen(True, _("no mailbox is looked into; replies are handed in."))
        said = _("no mailbox is looked into, so replies are not found; name its IMAP server under Settings, Mailboxes.")
        return Seen(None, said)
    if aside := SetAside.objects.filter(mailbox__in=rows).count():
        said = ngettext(
            "%(n)d mail could not be read three times and was set aside; it is still in its mailbox.",
            "%(n)d mails could not be read three times and were set aside; they are still in their mailboxes.",
            aside,
        )
        return Seen(False, said % {"n": aside})
    failing = rows.failing_to_read()
    named = [_reason(row, "imap", row.imap_reason, row.imap_answer) for row in failing[:_NAMED]]
    return _told(count, named, failing.count() - len(named))


def _reason(mailbox: Mailbox, part: str, reason: str, answer: str) -> str:
    """What failed, the server's own words, and the remedy."""
    what, remedy = explained(mailbox, part, reason)
    said = f"“{answer}”" if answer else ""
    return f"{mailbox.address}: {' '.join(filter(None, (what, said, remedy)))}"


def _told(count: int, failing: Sequence[str], more: int) -> Seen:
    if not failing:
        return Seen(True, ngettext("%(n)d mailbox", "%(n)d mailboxes", count) % {"n": count})
    named = "; ".join(failing)
    return Seen(False, _("%(named)s; and %(more)d more") % {"named": named, "more": more} if more else named)

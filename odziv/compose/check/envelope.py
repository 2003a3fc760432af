"""From, To, Cc, Bcc and the subject."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.compose.addresses import AddressError, parse_line, parse_one
from odziv.compose.check.seen import Seen
from odziv.compose.limits import MAX_RECIPIENTS
from odziv.compose.problems import Problem
from odziv.models import HardBounce

_SAID_OF_ONE_LINE = 3
_SAID_OF_DEAD = 5


def sender(seen: Seen) -> Iterator[Problem]:
    """There is a mailbox, and its address can be written to."""
    mailbox = seen.draft.mailbox
    if mailbox is None:
        yield Problem("no-mailbox", "from", _("Choose a mailbox to send from; you set one up in Settings."))
        return
    try:
        parse_one(mailbox.address)
    except AddressError as error:
        yield Problem("bad-sender", "from", str(error))


def recipients(seen: Seen) -> Iterator[Problem]:
    """At least one, not too many, and each an address."""
    everybody: set[str] = set()
    wrong = 0
    for field, line in (("to", seen.draft.to_line), ("cc", seen.draft.cc_line), ("bcc", seen.draft.bcc_line)):
        parsed = parse_line(line)
        everybody.update(one.key for one in parsed.mailboxes)
        wrong += len(parsed.problems)
        yield from _wrong_addresses(field, parsed.problems)
    if not everybody and not wrong:
        yield Problem("no-recipient", "to", _("Nobody would get this e-mail: write at least one address."))
    if len(everybody) > MAX_RECIPIENTS:
        text = _(
            "%(count)d recipients are too many for one e-mail: at most %(limit)d get one. Nothing is lost; take "
            "%(over)d away, or send it in portions."
        )
        values = {"count": len(everybody), "limit": MAX_RECIPIENTS, "over": len(everybody) - MAX_RECIPIENTS}
        yield Problem("too-many-recipients", "to", text % values)


def subject(seen: Seen) -> Iterator[Problem]:
    """There is one."""
    if not seen.draft.subject.strip():
        yield Problem("no-subject", "subject", _("The subject is empty."), blocking=False)


def dead(seen: Seen) -> Iterator[Problem]:
    """Recipients from whom everything came back lately (P2)."""
    lines = (("to", seen.draft.to_line), ("cc", seen.draft.cc_line), ("bcc", seen.draft.bcc_line))
    by_field = {field: parse_line(line).mailboxes for field, line in lines}
    everybody = [one.address for people in by_field.values() for one in people]
    found = HardBounce.objects.of(seen.draft.organisation_id).dead(everybody)
    marked = [(field, one, found[one.key]) for field, people in by_field.items() for one in people if one.key in found]
    for field, one, known in marked[:_SAID_OF_DEAD]:
        text = ngettext(
            "%(n)d e-mail to %(address)s came back for good, on %(day)s; this one will probably come back too.",
            "%(n)d e-mails to %(address)s came back for good, lastly on %(day)s; this one will probably come back too.",
            known.returns,
        )
        day = date_format(timezone.localtime(known.last), "DATE_FORMAT")
        values = {"n": known.returns, "address": one.address, "day": day}
        yield Problem("comes-back", field, text % values, blocking=False, near=one.address)
    if (rest := len(marked) - _SAID_OF_DEAD) > 0:
        text = ngettext("So does %(n)d more recipient.", "So do %(n)d more recipients.", rest) % {"n": rest}
        yield Problem("comes-back", "to", text, blocking=False)


def _wrong_addresses(field: str, sentences: list[str]) -> Iterator[Problem]:
    for text in sentences[:_SAID_OF_ONE_LINE]:
        yield Problem("bad-address", field, text)
    rest = len(sentences) - _SAID_OF_ONE_LINE
    if rest > 0:
        text = ngettext("%(n)d more is not an address.", "%(n)d more are not addresses.", rest) % {"n": rest}
        yield Problem("bad-address", field, text)

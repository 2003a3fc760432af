"""What stands in the way of sending a draft, and what its writer should be asked about."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.compose import drafts, follow
from odziv.compose.addresses import AddressError, parse_line, parse_one
from odziv.compose.attachments import file_store
from odziv.compose.limits import MAX_RECIPIENTS
from odziv.compose.planning import Plans
from odziv.compose.problems import Problem
from odziv.compose.ready import Ready
from odziv.instrument.reasons import PROBLEMS
from odziv.lib.files import FileStoreError
from odziv.models import Attachment, FollowState, Message

_SHOWN_ADDRESS = 120


def before_sending(message: Message) -> list[Problem]:
    """All problems of a draft, the blocking ones first. Raises StaleDraft when it is none any more."""
    return of_ready(Ready.of(message))


def of_ready(ready: Ready) -> list[Problem]:
    """The same of a draft that was worked out. Reads the database and the file store; changes nothing."""
    message, attachments = ready.draft, ready.attachments
    found = [
        *_sender(message),
        *_recipients(message, attachments),
        *_content(message, attachments),
        *_files(attachments),
        *of_plans(ready.plans),
    ]
    return sorted(found, key=lambda problem: not problem.blocking)


def of_plans(found: Plans) -> Iterator[Problem]:
    """Placeholders that are left in links and images, and images that are missing: questions, for we may be wrong."""
    for problem in found.problems:
        text = _(PROBLEMS[problem.code]) % {"address": _short(problem.address)}
        yield Problem(problem.code, "body", text, blocking=False)
    missing = {image.source for image in found.html.images if image.reason == "missing"} if found.html else set()
    if missing:
        text = ngettext(
            "%(n)d image of the text is not there any more; recipients would see an empty frame.",
            "%(n)d images of the text are not there any more; recipients would see empty frames.",
            len(missing),
        )
        yield Problem("image-missing", "body", text % {"n": len(missing)}, blocking=False)


def _sender(message: Message) -> Iterator[Problem]:
    if message.mailbox is None:
        yield Problem("no-mailbox", "from", _("Choose a mailbox to send from; you set one up in Settings."))
        return
    try:
        parse_one(message.mailbox.address)
    except AddressError as error:
        yield Problem("bad-sender", "from", str(error))


def _recipients(message: Message, attachments: list[Attachment]) -> Iterator[Problem]:
    everybody: dict[str, str] = {}
    wrong = 0
    for field, line in (("to", message.to_line), ("cc", message.cc_line), ("bcc", message.bcc_line)):
        parsed = parse_line(line)
        everybody.update((one.key, one.address) for one in parsed.mailboxes)
        wrong += len(parsed.problems)
        for text in parsed.problems[:3]:
            yield Problem("bad-address", field, text)
        if len(parsed.problems) > 3:
            rest = len(parsed.problems) - 3
            text = ngettext("%(n)d more is not an address.", "%(n)d more are not addresses.", rest) % {"n": rest}
            yield Problem("bad-address", field, text)
    if not everybody and not wrong:
        yield Problem("no-recipient", "to", _("Nobody would get this e-mail: write at least one address."))
    if len(everybody) > MAX_RECIPIENTS:
        text = _(
            "%(count)d recipients are too many for one e-mail: at most %(limit)d get one. Nothing is lost; take "
            "%(over)d away, or send it in portions."
        )
        values = {"count": len(everybody), "limit": MAX_RECIPIENTS, "over": len(everybody) - MAX_RECIPIENTS}
        yield Problem("too-many-recipients", "to", text % values)
        return
    yield from _following(message, any(one.followed for one in attachments))


def _following(message: Message, has_followed_files: bool) -> Iterator[Problem]:
    found = follow.evaluate(message.organisation, drafts.parties(message), message.wants_following)
    if found.state != FollowState.BLOCKED:
        return
    who = ", ".join(check.name or check.address for check in found.refusing[:3])
    rest = len(found.refusing) - 3
    if rest > 0:
        who = _("%(names)s and %(n)d more") % {"names": who, "n": rest}
    text = _("It will not be followed, because of: %(who)s.")
    if has_followed_files:
        text = _("It will not be followed, because of: %(who)s. Its followed attachments leave as files.")
    yield Problem("blocked", "", text % {"who": who}, blocking=False)


def _content(message: Message, attachments: list[Attachment]) -> Iterator[Problem]:
    for body in (message.html, message.text):
        if problem := drafts.body_too_large(body):
            yield problem
    if not message.subject.strip():
        yield Problem("no-subject", "subject", _("The subject is empty."), blocking=False)
    empty = not message.text.strip() and not message.html.strip()
    if empty and not any(not one.inline for one in attachments):
        yield Problem("no-body", "body", _("The e-mail is empty."), blocking=False)


def _files(attachments: list[Attachment]) -> Iterator[Problem]:
    store = file_store()
    for attachment in attachments:
        try:
            store.size(attachment.file.key)
        except FileStoreError:
            text = _("“%(name)s” cannot be read from the file store. Remove it and attach it again.")
            yield Problem("file-missing", "attachments", text % {"name": attachment.name})


def _short(address: str) -> str:
    return address if len(address) <= _SHOWN_ADDRESS else f"{address[:_SHOWN_ADDRESS]}…"

"""A summary in words: subject, text and HTML, in the user's language and time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from odziv.assist.wording import title_of, told
from odziv.environment import ENV
from odziv.measure.days import Done
from odziv.notify.digest.contents import Summary


@dataclass(frozen=True, slots=True)
class Letter:
    """`unsubscribe` is the address at which it is turned off, without signing in (RFC 8058)."""

    subject: str
    text: str
    html: str
    unsubscribe: str


@dataclass(slots=True)
class _Part:
    title: str
    more: int = 0
    lines: list[tuple[str, str]] = field(default_factory=list)  # what is said, and where it leads


def letter(summary: Summary) -> Letter:
    """Nobody follows it, and its links are plain."""
    user = summary.user
    off = f"{ENV.web_url}{user.digest_off_url()}"
    with translation.override(user.language), timezone.override(user.zone):
        parts = list(_parts(summary))
        day = date_format(summary.day, pgettext("date format", "l, j F"))
        subject = _("Your summary for %(day)s") % {"day": day}
        foot = _("You get this because you turned on the summary in your profile. Nothing to say, no e-mail.")
        said = (foot, _("Turn it off"), _("Open Odziv"))
        return Letter(subject, _text(parts, said, off), _html(subject, parts, said, off), off)


def _parts(summary: Summary) -> Iterator[_Part]:
    cards, done = _Part(_("Waiting for you"), summary.more_cards), _Part(_since(summary), summary.more_done)
    reminders, leaving = _Part(_("Reminders today"), summary.more_reminders), _Part("", summary.more_leaving)
    for one in summary.cards:
        cards.lines.append((f"{title_of(one.card)}: {told(one.card, one.who)}", one.card.get_absolute_url()))
    for happened in summary.done:
        subject = happened.message.subject or _("(no subject)")
        said = f"{subject} ({happened.message.recipients}): {_figures(happened)}"
        done.lines.append((said, happened.message.get_absolute_url()))
    for reminder in summary.reminders:
        reminders.lines.append((f"{_clock(reminder.at)} {reminder.title}", reminder.message.get_absolute_url()))
    leaving.title = _("E-mails that leave today")
    for message in summary.leaving:
        at = _clock(message.send_at) if message.send_at else ""
        subject = message.subject or _("(no subject)")
        leaving.lines.append((f"{at} {subject} ({message.recipients})", message.get_absolute_url()))
    yield from (part for part in (cards, done, reminders, leaving) if part.lines)


def _since(summary: Summary) -> str:
    if (summary.day - summary.span.first_day).days == 1:
        return _("What people did yesterday")
    day = date_format(summary.span.first_day, pgettext("date format", "j M"))
    return _("What people did since %(day)s") % {"day": day}


def _figures(one: Done) -> str:
    """Only what people did (J5)."""
    said = [
        (one.replies, ngettext("%(n)d reply", "%(n)d replies", one.replies)),
        (one.opens, ngettext("%(n)d open", "%(n)d opens", one.opens)),
        (one.clicks, ngettext("%(n)d click", "%(n)d clicks", one.clicks)),
        (one.views, ngettext("%(n)d attachment view", "%(n)d attachment views", one.views)),
    ]
    return ", ".join(words % {"n": number} for number, words in said if number)


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), pgettext("time format", "H:i"))


def _more(part: _Part) -> str:
    return ngettext("and %(n)d more", "and %(n)d more", part.more) % {"n": part.more} if part.more else ""


def _text(parts: list[_Part], said: tuple[str, str, str], off: str) -> str:
    foot, turn_off, open_ = said
    blocks = []
    for part in parts:
        lines = [f"* {words}\n  {ENV.web_url}{url}" for words, url in part.lines]
        blocks.append("\n".join([part.title, "", *lines, *filter(None, [_more(part)])]))
    blocks.append(f"{open_}: {ENV.web_url}/\n\n-- \n{foot}\n{turn_off}: {off}\n")
    return "\n\n\n".join(blocks)


def _html(subject: str, parts: list[_Part], said: tuple[str, str, str], off: str) -> str:
    foot, turn_off, open_ = said
    body = format_html_join("", "{}", ((_block(part),) for part in parts))
    return format_html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title></head>'
        '<body style="font:15px/1.5 Arial,Helvetica,sans-serif;color:#1f2328;max-width:36em">{}'
        '<p><a href="{}/">{}</a></p><p style="color:#59636e;font-size:13px">{}<br><a href="{}">{}</a></p>'
        "</body></html>",
        translation.get_language() or "en",
        subject,
        body,
        ENV.web_url,
        open_,
        foot,
        off,
        turn_off,
    )


def _block(part: _Part) -> SafeString:
    rows = ((ENV.web_url + url, words) for words, url in part.lines)
    lines = format_html_join("", '<li style="margin:0 0 6px"><a href="{}">{}</a></li>', rows)
    more = format_html('<p style="color:#59636e">{}</p>', _more(part)) if part.more else ""
    return format_html(
        '<h2 style="font-size:16px;margin:20px 0 8px">{}</h2><ul style="margin:0;padding-left:20px">{}</ul>{}',
        part.title,
        lines,
        more,
    )

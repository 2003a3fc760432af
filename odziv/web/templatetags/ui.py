"""Tags of our pages, built into every template. What they draw is described in the stylesheet of the same component."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from functools import lru_cache
from html import escape as escaped
from typing import Any, Protocol

from django import template
from django.conf import settings
from django.contrib.messages import get_messages
from django.forms import BoundField, CheckboxInput
from django.forms.utils import flatatt
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from lucide.templatetags.lucide import lucide

from odziv.lib import clock
from odziv.models import Message, MessageState
from odziv.models.urls import url_of
from odziv.web import held as waiting
from odziv.web import navigation, words
from odziv.web.texts import texts
from odziv.web.toasts import undo_of

register = template.Library()
register.simple_tag(url_of)

# Icons that scripts put into the page; the frame carries them in a <template>.
SCRIPT_ICONS = (
    "building-2", "check", "circle-alert", "eye", "eye-off", "info", "mail", "mail-x", "sprout", "target",
    "triangle-alert", "user", "users", "x",
)  # fmt: skip
FILE_ICONS = (
    (("image/",), "file-image"),
    (("application/pdf", "text/", "application/msword", "application/vnd.oasis.opendocument.text"), "file-text"),
    (("application/vnd.openxmlformats-officedocument.wordprocessingml",), "file-text"),
    (("application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml"), "file-spreadsheet"),
    (("application/vnd.oasis.opendocument.spreadsheet",), "file-spreadsheet"),
    (("application/vnd.ms-powerpoint", "application/vnd.openxmlformats-officedocument.presentationml"), "presentation"),
    (("application/zip", "application/x-7z", "application/gzip", "application/x-tar"), "file-archive"),
    (("audio/",), "file-music"),
    (("video/",), "file-video-camera"),
)


def escape(text: object) -> str:
    """As `conditional_escape` does with texts; Django's looks for texts that are translated later, in every call."""
    return text if isinstance(text, SafeString) else escaped(str(text))


@lru_cache(maxsize=256)
def _drawn(name: str, css: str) -> str:
    return lucide(name, size=16, **{"class": css, "aria_hidden": "true", "focusable": "false"})


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of Lucide. Without `label` it is decoration; with it, it is an image with that name and a tooltip."""
    drawn = _drawn(name, f"icon {css}".strip())
    if not label:
        return mark_safe(drawn)
    return format_html('<span role="img" aria-label="{0}" title="{0}">{1}</span>', label, mark_safe(drawn))


@register.simple_tag
@lru_cache(maxsize=1)
def script_icons() -> SafeString:
    """The icons that scripts need, for a <template>."""
    drawn = (lucide(n, size=16, **{"class": "icon", "aria_hidden": "true", "data_icon": n}) for n in SCRIPT_ICONS)
    return mark_safe("".join(drawn))


@register.simple_tag
def ui_texts() -> SafeString:
    """The texts of the scripts, as a JSON block."""
    return _texts_in(get_language())


@lru_cache(maxsize=len(settings.LANGUAGES))
def _texts_in(_language: str | None) -> SafeString:
    return json_script(texts(), "texts")


@register.filter
def file_icon(content_type: str) -> str:
    """The name of the icon for a MIME type."""
    for beginnings, name in FILE_ICONS:
        if content_type.startswith(beginnings):
            return name
    return "file"


@register.simple_tag
def when(at: datetime | None, empty: str = "–", exact: bool = False, clock: bool = False) -> SafeString | str:
    """A <time>: relative near, absolute far, the full time with zone on hover.

    `exact` names day and hour, near or far; `clock` only adds the hour when far (in a timeline).
    """
    if at is None:
        return empty
    now = timezone.now()
    if exact or not words.is_near(at, now):
        zone = timezone.get_current_timezone()
        return _far(at, now.astimezone(zone).date(), zone, get_language(), full=clock or exact)
    near = ""  # lets times.js make it older
    if at <= now:
        later = words.day_and_time(at, now, always_time=clock)
        near = f' data-near="{int(at.timestamp())}" data-later="{escape(later)}"'
    return _time(at, near, words.near_or_far(at, now))


# A list has a hundred of them, and the same again when it is sorted otherwise. By the zone too: the same moment is
# equal in all zones.
@lru_cache(maxsize=4096)
def _far(at: datetime, today: date, _zone: tzinfo, _language: str | None, *, full: bool) -> SafeString:
    return _time(at, "", words.on_day(at, today, always_time=full))


def _time(at: datetime, near: str, shown: str) -> SafeString:
    stamp, told = at.isoformat(timespec="seconds"), escape(words.full_time(at))
    return mark_safe(f'<time datetime="{stamp}" title="{told}"{near}>{escape(shown)}</time>')


@register.filter
def human_size(size: int | None) -> str:
    """{{ file.size|human_size }}: 1.4 MB."""
    return words.human_size(size or 0)


@register.filter
def sentence(text: str) -> str:
    """The text with a capital letter in front, unless it begins with an address, a path or a file."""
    first = text.partition(" ")[0].rstrip(",.;:")
    return text[:1].upper() + text[1:] if first.isalpha() else text


@register.simple_tag
def badge(text: str, tone: str = "", icon: str = "", title: str = "") -> SafeString:
    """A state in words. Tones: accent, green, blue, amber, red. `title` says it at length on hover."""
    return _badge(escape(text), tone, icon, escape(title))


@lru_cache(maxsize=512)
def _badge(text: str, tone: str, icon: str, title: str) -> SafeString:
    drawn = _drawn(icon, "icon") if icon else ""
    hint = f' title="{title}"' if title else ""
    return mark_safe(f'<span class="badge {tone}"{hint}>{drawn}{text}</span>')


# Of the states in which it has not left; the label is asked for only here.
_NOT_SENT = {
    MessageState.FAILED: ("red", "circle-alert"),
    MessageState.SCHEDULED: ("green", "clock"),
    MessageState.CANCELLED: ("", "ban"),
    MessageState.SENDING: ("blue", "send"),
}


@register.simple_tag
def sent(message: Message) -> SafeString | str:
    """When an e-mail was sent; until then, or when that failed, its state."""
    if message.state in _NOT_SENT and not (message.state == MessageState.SENDING and message.sent_at):
        tone, symbol = _NOT_SENT[MessageState(message.state)]
        return badge(message.get_state_display(), tone, symbol)
    return when(message.sent_at, empty="")


@register.simple_tag
def avatar(name: str, shape: str = "", size: str = "") -> SafeString:
    """Initials in a quiet colour of their own; shape="square" for companies, size="large" in a record's header."""
    return _avatar(str(name), shape, size)


@lru_cache(maxsize=1024)
def _avatar(name: str, shape: str, size: str) -> SafeString:
    css = " ".join(filter(None, ("avatar", f"h{words.hue(name)}", shape, size)))
    return mark_safe(f'<span class="{css}" aria-hidden="true">{escape(words.initials(name))}</span>')


_ZERO = mark_safe('<span class="zero">0</span>')


@register.simple_tag
def count(human: int | None, machine: int | None = 0, unsure: int | None = 0) -> SafeString:
    """People's figure bold, the unsure and automatic ones together as a quiet second number with its words."""
    human, machine, unsure = human or 0, machine or 0, unsure or 0
    if not human and not machine and not unsure:
        return _ZERO
    second = ""
    if machine or unsure:
        parts = [ngettext("%(n)d unsure", "%(n)d unsure", unsure) % {"n": unsure}] if unsure else []
        if machine:
            parts.append(ngettext("%(n)d automatic", "%(n)d automatic", machine) % {"n": machine})
        told, more = escape(", ".join(parts)), f'<span aria-hidden="true">+{machine + unsure}</span>'
        second = f'<small title="{told}">{more}<span class="visually-hidden">, {told}</span></small>'
    return mark_safe(f'<span class="count"><b>{human}</b>{second}</span>')


class HasOpens(Protocol):
    """A message or a delivery."""

    @property
    def opens_unmeasurable(self) -> bool: ...

    opens: int
    machine_opens: int
    unsure_opens: int


@register.simple_tag
def opens(figures: HasOpens) -> SafeString:
    """The opens of a message or of a copy, as `count` shows them; where they cannot be measured, that instead of 0."""
    if figures.opens_unmeasurable:
        told = gettext("Cannot be measured: its pictures are loaded in advance.")
        return format_html(
            '<span class="muted small" title="{0}">{1}<span class="visually-hidden">. {0}</span></span>',
            told,
            gettext("not measurable"),
        )
    return count(figures.opens, figures.machine_opens, figures.unsure_opens)


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", whole: bool = False) -> dict[str, Any]:
    """Label, control, hint and errors of a form's field; `whole` spans all columns of a .form-grid."""
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "whole": whole,
        "is_check": isinstance(bound.field.widget, CheckboxInput),
    }


@register.simple_tag
def options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The options of a <select>. Django draws each with two templates: four hundred time zones took 30 ms."""
    drawn = []
    for name, choices, _number in groups:
        inside = "".join(
            _option(
                str(one["value"]),
                str(label := one["label"]),
                flatatt(one["attrs"]) if one["attrs"] else "",
                safe=isinstance(label, SafeString),
            )
            for one in choices
        )
        drawn.append(f'\n  <optgroup label="{escape(name)}">{inside}\n  </optgroup>' if name else inside)
    return mark_safe("".join(drawn))


@lru_cache(maxsize=4096)
def _option(value: str, label: str, attributes: str, *, safe: bool) -> str:
    return f'\n  <option value="{escaped(value)}"{attributes}>{label if safe else escaped(label)}</option>'


@register.inclusion_tag("parts/head_row.html")
def head_row(bound: BoundField, label: str = "") -> dict[str, Any]:
    """A field as a line of a mail's head (From, To, Subject): words at the left, no box."""
    return {"field": bound, "label": label or bound.label}


def _query(context: Context, **changes: str | None) -> str:
    """The page's query with some values changed; None removes one. Always begins with ?."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("parts/sort_head.html", takes_context=True)
def sort_head(context: Context, key: str, label: str, num: bool = False, first: str = "up") -> dict[str, Any]:
    """A table's head that sorts by ?sort=key or ?sort=-key; `first` is the direction of the first click (up, down).

    The page's context has `sort`, the order in force. The place in the list (?cursor=) is dropped.
    """
    now = context.get("sort", "")
    direction = "ascending" if now == key else "descending" if now == f"-{key}" else ""
    turned = f"-{key}" if direction == "ascending" or (not direction and first == "down") else key
    url = _query(context, sort=turned, cursor=None)
    return {"key": key, "label": label, "num": num, "direction": direction, "url": url}


@register.inclusion_tag("parts/pager.html", takes_context=True)
def pager(context: Context, newer: str = "", older: str = "", note: str = "") -> dict[str, Any]:
    """Links to the pages around this one: cursors of keyset paging, put into ?cursor=. `note` says how many."""
    return {
        "newer": _query(context, cursor=newer) if newer else "",
        "older": _query(context, cursor=older) if older else "",
        "note": note,
    }


@register.simple_tag
def pick(key: object, name: str) -> SafeString:
    """The cell with the check box of a list's row: key, name."""
    key, told = escape(key), escape(gettext("Select %(name)s") % {"name": str(name)})
    box = f'class="check-box" form="bulk" name="ids" value="{key}" id="pick-{key}" aria-label="{told}"'
    return mark_safe(f'<td class="pick"><input type="checkbox" {box}></td>')


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: str | None) -> str:
    """The page's query with some values changed, for filters: <a href="{% query view="mine" cursor=None %}">."""
    return _query(context, **changes)


@register.simple_tag(takes_context=True)
def places(context: Context) -> list[navigation.Shown]:
    """The navigation, as the signed-in user sees it."""
    return navigation.shown(navigation.PLACES, context["request"])


@register.simple_tag(takes_context=True)
def new_things(context: Context) -> list[navigation.Shown]:
    """What *New* offers."""
    return navigation.shown(navigation.NEW, context["request"])


@register.simple_tag(takes_context=True)
def said(context: Context) -> list[dict[str, str]]:
    """Django's messages for the user: `text`, `tone`, and the address that undoes what was done, or nothing."""
    request = context.get("request")
    found = get_messages(request) if request is not None else []
    return [
        {"text": str(one.message), "tone": one.level_tag, "undo": undo_of(str(one.extra_tags or ""))} for one in found
    ]


@register.simple_tag(takes_context=True)
def held(context: Context) -> list[waiting.Held]:
    """The signed-in user's messages that can still be taken back."""
    request = context.get("request")
    user = getattr(request, "user", None)
    return waiting.shown(request, clock.now()) if request is not None and user and user.is_authenticated else []


@register.filter
def bars(rows: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """(name, figure) pairs as bars of figures.css, measured by the largest of them."""
    pairs = list(rows)
    most = max((value for _name, value in pairs), default=0) or 1
    return [{"name": name, "value": value, "most": most} for name, value in pairs]


@register.filter
def page_title(title: str) -> str:
    """What the browser's tab shows. What is escaped already (by `blocktranslate asvar`) stays as it is."""
    return format_html("{} · Odziv", title) if title else gettext("Odziv: e-mail that tells you what happened")

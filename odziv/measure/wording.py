"""Entries of the timeline as sentences, in the active language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from gettext import NullTranslations, translation
from typing import NamedTuple

import pycountry
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from odziv.measure.timeline import BOUNCED, REFUSED, RETRY, SENT, STRANGER, UNCERTAIN, Entry
from odziv.models import ArrivalKind
from odziv.replies.kinds import rules


class Sentence(NamedTuple):
    """A pattern and what belongs in it, so that a page can set names apart."""

    pattern: str
    values: dict[str, str]

    def __str__(self) -> str:
        return self.pattern % self.values


def sentence(entry: Entry) -> Sentence:
    """What happened, in one sentence."""
    if entry.kind == SENT:
        return _sent(entry)
    if entry.kind in _TROUBLES:
        return Sentence(_TROUBLES[entry.kind](), {"who": entry.who})
    if entry.kind in _CAME:
        return _came(entry)
    by_person = entry.verdict != "machine" and entry.kind != "hidden"
    values = {"who": entry.who, "what": shown_address(entry.what), "where": where(entry), "client": _program(entry)}
    return Sentence(_pattern(entry, by_person=by_person), values)


def _pattern(entry: Entry, *, by_person: bool) -> str:
    if by_person:
        if entry.kind == "open":
            return _("%(who)s opened it%(where)s")
        if entry.kind == "click":
            return _("%(who)s clicked %(what)s%(where)s") if entry.what else _("%(who)s clicked a link%(where)s")
        return _("%(who)s viewed %(what)s%(where)s") if entry.what else _("%(who)s viewed an attachment%(where)s")
    by_machine = {
        "open": _("%(client)s loaded the pictures of the copy for %(who)s"),
        "click": _("%(client)s followed a link in the copy for %(who)s"),
        "hidden": _("%(client)s followed the hidden link in the copy for %(who)s"),
        "file": _("%(client)s fetched an attachment of the copy for %(who)s"),
    }
    return by_machine[entry.kind]


def _program(entry: Entry) -> str:
    return entry.client or _("A program")


def _sent(entry: Entry) -> Sentence:
    if entry.count == 1:
        return Sentence(_("Sent to %(who)s"), {"who": entry.who})
    if entry.count <= len(entry.names):
        *first, last = entry.names
        return Sentence(_("Sent to %(who)s and %(last)s"), {"who": ", ".join(first), "last": last})
    pattern = ngettext("Sent to %(n)s recipient", "Sent to %(n)s recipients", entry.count)
    return Sentence(pattern, {"n": str(entry.count)})


_TROUBLES = {
    REFUSED: lambda: _("Delivery to %(who)s failed"),
    BOUNCED: lambda: _("The mail to %(who)s came back"),
    UNCERTAIN: lambda: _("It is not certain whether %(who)s got it"),
    RETRY: lambda: _("Delivery to %(who)s has not worked yet; it will be tried again"),
}


_CAME = {
    ArrivalKind.HUMAN: lambda: _("%(who)s replied"),
    STRANGER: lambda: _("%(who)s replied; the sender does not match any recipient, so it does not count"),
    ArrivalKind.AUTO_REPLY: lambda: _("Automatic reply from %(who)s"),
    ArrivalKind.BOUNCE: lambda: _("It came back from %(who)s"),
    ArrivalKind.DELAYED: lambda: _("A mail server still tries to deliver the copy for %(who)s"),
    ArrivalKind.DELIVERY_RECEIPT: lambda: _("The mail server of %(who)s confirms the delivery"),
    ArrivalKind.READ_RECEIPT: lambda: _("The mail program of %(who)s confirms that the e-mail was displayed"),
    ArrivalKind.FEEDBACK: lambda: _("%(who)s marked it as unwanted"),
    ArrivalKind.CHALLENGE: lambda: _("%(who)s asks you to prove that you are a person; look into your mailbox"),
    ArrivalKind.OTHER: lambda: _("A mail came back from %(who)s"),
}


def _came(entry: Entry) -> Sentence:
    """What came back; of somebody who is away, until when."""
    if entry.until is not None and entry.kind == ArrivalKind.AUTO_REPLY:
        pattern = _("Automatic reply from %(who)s: away until %(day)s")
        return Sentence(pattern, {"who": entry.who, "day": date_format(entry.until)})
    return Sentence(_CAME[entry.kind](), {"who": entry.who})


_MATCHED = {
    "in-reply-to": gettext_lazy("It names this e-mail as the one that it answers (In-Reply-To)."),
    "references": gettext_lazy("It names this e-mail among those before it (References)."),
    "original": gettext_lazy("It contains this e-mail's identifier."),
    "reply-address": gettext_lazy("It was sent to the reply address of this copy."),
    "thread-index": gettext_lazy("Outlook counts it to the same conversation (Thread-Index)."),
}


def came_because(matched_by: str, reasons: Iterable[str]) -> list[str]:
    """How it is known what a mail belongs to, and what kind of mail it is; a sentence each."""
    first = [str(_MATCHED[matched_by])] if matched_by in _MATCHED else []
    return [*first, *(_(found) for code in reasons if (found := rules.sentence(code)))]


def where(entry: Entry) -> str:
    """On what device and in which country, as the end of a sentence; empty when neither is known."""
    on, place = device(entry), place_of(entry.country, entry.city)
    if on and place:
        return _(" on %(device)s in %(place)s") % {"device": on, "place": place}
    if on:
        return _(" on %(device)s") % {"device": on}
    return _(" in %(place)s") % {"place": place} if place else ""


def device(entry: Entry) -> str:
    """An iPhone, a Windows computer; empty when the device is not known."""
    if entry.device not in ("desktop", "phone", "tablet"):
        return ""
    named = {
        "iPhone": _("an iPhone"),
        "iPad": _("an iPad"),
        "Mac": _("a Mac"),
        "ChromeOS": _("a Chromebook"),
        "Windows": _("a Windows computer"),
        "Linux": _("a Linux computer"),
    }
    if entry.system in ("iPhone", "iPad") or (entry.device == "desktop" and entry.system in named):
        return named[entry.system]
    if entry.system == "Android":
        return _("an Android tablet") if entry.device == "tablet" else _("an Android phone")
    return {"desktop": _("a computer"), "phone": _("a phone"), "tablet": _("a tablet")}[entry.device]


def place_of(country: str, city: str = "") -> str:
    """Slovenia; Ljubljana, Slovenia. In the active language, empty when the country is not known."""
    name = _country(country, (get_language() or "en")[:2]) if country else ""
    if not name:
        return ""
    if city:
        return f"{city}, {name}"
    return pgettext("country with article", "the %(country)s") % {"country": name} if country in _WITH_THE else name


# Countries whose English name stands with the article; other languages leave it out in their translation.
_WITH_THE = frozenset({"AE", "BS", "CF", "CG", "CD", "DO", "GB", "GM", "KM", "MH", "MV", "NL", "PH", "SB", "SC", "US"})


@lru_cache(maxsize=1000)
def _country(code: str, language: str) -> str:
    found = pycountry.countries.get(alpha_2=code)
    if found is None:
        return ""
    # ISO's own name is sometimes the only one that is translated: Bolivia, Plurinational State of.
    known = _countries(language)
    names = (str(getattr(found, "common_name", found.name)), str(found.name))
    return next((known.gettext(name) for name in names if known.gettext(name) != name), names[0])


@lru_cache(maxsize=10)
def _countries(language: str) -> NullTranslations:
    return translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)


def shown_address(address: str, longest: int = 70) -> str:
    """A link as people recognise it: without scheme and www, its end cut off when it is long."""
    for start in ("https://", "http://", "//"):
        if address.lower().startswith(start):
            address = address[len(start) :]
            break
    address = address.removeprefix("www.").removesuffix("/")
    return address if len(address) <= longest else f"{address[: longest - 1]}…"

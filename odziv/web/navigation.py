"""The places of the product and what *New* makes: one list each, in the order of the screen.

A further place is a further line; its page must exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from odziv.models import Role, User

EVERYONE = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Place:
    """A page that one goes to: the name and arguments of its URL, an icon of Lucide, words, the key after `g`."""

    name: str
    icon: str
    label: str | Promise
    key: str
    args: tuple[str, ...] = ()
    roles: frozenset[Role] = EVERYONE
    phone: bool = True  # in the bar at the bottom of a phone; the others are under *More*
    also: tuple[str, ...] = ()  # further beginnings of addresses that belong to it

    @property
    def url(self) -> str:
        return reverse(self.name, args=self.args)


PLACES: tuple[Place, ...] = (
    Place("today", "sun", _("Today"), "g d"),
    Place("activities", "activity", _("Activities"), "g a", also=("/messages/", "/compose/")),
    Place("accounts", "building-2", _("Accounts"), "g r"),
    Place("contacts", "users", _("Contacts"), "g c"),
    Place("leads", "sprout", _("Leads"), "g l", phone=False),
    Place("opportunities", "target", _("Opportunities"), "g o", phone=False),
    Place("templates", "layout-template", _("Templates"), "g e", phone=False),
    Place("team", "chart-column", _("Team"), "g m", roles=frozenset({Role.MANAGER, Role.ADMINISTRATOR}), phone=False),
    Place("test-mailbox", "inbox", _("Test mailbox"), "g t", phone=False),
    Place("settings", "settings", _("Settings"), "g s", phone=False),
)

NEW: tuple[Place, ...] = (
    Place("compose", "mail", _("E-mail"), "c"),
    Place("call-new", "phone", _("Phone call"), "n p"),
    Place("task-new", "square-check-big", _("Task"), "n t"),
    Place("account-new", "building-2", _("Account"), "n a"),
    Place("contact-new", "user-round-plus", _("Contact"), "n c"),
    Place("lead-new", "sprout", _("Lead"), "n l"),
    Place("opportunity-new", "target", _("Opportunity"), "n o"),
    Place("template-new", "layout-template", _("Template"), "n e"),
)


# Pages that stand in no bar: the command menu leads there too.
FURTHER: tuple[Place, ...] = (
    Place("search", "search", _("Search"), "/"),
    Place("profile", "user-round", _("My profile"), ""),
    Place("mailboxes", "at-sign", _("Mailboxes"), ""),
    Place("tokens", "key-round", _("API tokens"), ""),
    Place("imports", "upload", _("Imports"), ""),
    Place("users", "users-round", _("Users"), "", roles=frozenset({Role.ADMINISTRATOR})),
    Place("health", "heart-pulse", _("Health"), "", roles=frozenset({Role.ADMINISTRATOR})),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as one user sees it on one page."""

    place: Place
    url: str
    current: bool


def shown(places: tuple[Place, ...], request: HttpRequest) -> list[Shown]:
    """The places that the user may see; the longest address that begins the page's own is the current one.

    Nobody signed in: none. A place whose page is not installed is left out.
    """
    found: list[tuple[Place, str]] = []
    user = request.user
    for place in places:
        if isinstance(user, User) and user.role in place.roles:
            try:
                found.append((place, place.url))
            except NoReverseMatch:
                continue
    path = request.path
    matching = [(start, url) for place, url in found for start in (url, *place.also) if path.startswith(start)]
    current = max(matching, key=lambda match: len(match[0]), default=("", ""))[1]
    return [Shown(place, url, url == current) for place, url in found]

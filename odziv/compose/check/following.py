"""Who says no to being followed, and what becomes of the links (F1, I2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.compose.check.seen import Seen
from odziv.compose.problems import Problem
from odziv.instrument import LinkFound, sentence
from odziv.instrument.reasons import PROBLEMS
from odziv.models import FollowState

_LONGEST_ADDRESS = 120
_NAMED = 3
_BROKEN = frozenset({"empty", "relative", "malformed", "control"})
"""Reasons for which a link leads nowhere in a mail program, followed or not."""

_MEANT = frozenset({"", "line", "off", "placeholder", "fragment", "cid", "data", "mailto", "tel", "sms", *_BROKEN})
"""Of these nothing is to be told: they are followed, stand elsewhere in this list, or cannot be followed by nature."""


def blocked(seen: Seen) -> Iterator[Problem]:
    """Because of whom the message is not followed."""
    if seen.follow.state != FollowState.BLOCKED:
        return
    refusing = seen.follow.refusing
    who = ", ".join(check.name or check.address for check in refusing[:_NAMED])
    if (rest := len(refusing) - _NAMED) > 0:
        who = _("%(names)s and %(n)d more") % {"names": who, "n": rest}
    text = _("It will not be followed, because of: %(who)s.")
    if any(one.followed for one in seen.ready.attachments):
        text = _("It will not be followed, because of: %(who)s. Its followed attachments leave as files.")
    yield Problem("blocked", "following", text % {"who": who}, blocking=False)


def placeholders(seen: Seen) -> Iterator[Problem]:
    """Placeholders of any template language in the addresses of links and images."""
    for problem in seen.plans.problems:
        text = _(PROBLEMS[problem.code]) % {"address": _short(problem.address)}
        yield Problem(problem.code, "body", text, blocking=False, near=problem.address)


def broken_links(seen: Seen) -> Iterator[Problem]:
    """Links that lead nowhere; each address once."""
    for link in _once(link for link in _of_main_part(seen) if link.reason in _BROKEN):
        if link.address:
            text = _("The link “%(address)s” leads nowhere: %(why)s")
            values = {"address": _short(link.address), "why": _(sentence(link.reason))}
            yield Problem("broken-link", "body", text % values, blocking=False, near=link.address)
        else:
            yield Problem("broken-link", "body", _(sentence(link.reason)), blocking=False)


def links_left_alone(seen: Seen) -> Iterator[Problem]:
    """In a followed message: how many links are not, for each reason."""
    if not seen.is_followed:
        return
    reasons: dict[str, list[LinkFound]] = {}
    for link in _of_main_part(seen):
        if link.reason not in _MEANT:
            reasons.setdefault(link.reason, []).append(link)
    for reason, links in reasons.items():
        count = ngettext("%(n)d link is left alone", "%(n)d links are left alone", len(links)) % {"n": len(links)}
        text = _("%(count)s: %(why)s") % {"count": count, "why": _(sentence(reason))}
        yield Problem("link-left-alone", "body", text, blocking=False, note=True, near=links[0].address)


def _of_main_part(seen: Seen) -> tuple[LinkFound, ...]:
    """The links of the part that people read; those of the other part are the same ones."""
    return seen.plans.html.links if seen.plans.html else seen.plans.text.links


def _once(links: Iterable[LinkFound]) -> Iterable[LinkFound]:
    return {link.address: link for link in links}.values()


def _short(address: str) -> str:
    return address if len(address) <= _LONGEST_ADDRESS else f"{address[:_LONGEST_ADDRESS]}…"

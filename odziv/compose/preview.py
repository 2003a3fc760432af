"""A draft as its recipients get it (C1). Shows original addresses: opening a preview counts nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from odziv.compose import drafts, follow
from odziv.compose.check import before_sending
from odziv.compose.follow import FollowCheck, RecipientCheck
from odziv.compose.limits import MAX_RECIPIENTS
from odziv.compose.planning import plans
from odziv.compose.problems import Problem
from odziv.instrument import sentence
from odziv.lib.seal import FileRef
from odziv.models import Attachment, FollowState, Message, Party, PartyRole

_NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@dataclass(frozen=True, slots=True)
class LinkShown:
    """A link of the message; `why` says in words why it is left alone, or that it is followed."""

    address: str
    followed: bool
    reason: str
    why: str
    part: str


@dataclass(frozen=True, slots=True)
class ImageShown:
    """An image of the body. `served`: loaded from the edge, evidence of an open (I1)."""

    source: str
    served: bool
    reason: str
    why: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets a copy. `check` says whether following is allowed; a blind one is seen by nobody else."""

    key: str
    name: str
    address: str
    role: str
    check: RecipientCheck

    @property
    def is_blind(self) -> bool:
        return self.role == PartyRole.BCC


@dataclass(frozen=True, slots=True)
class Preview:
    """The two parts as they will be read, and what was found in them.

    All copies have the same words, so `readers` differ in what they are told about: each address once, in their order.
    """

    state: FollowState
    readers: tuple[Reader, ...]
    refusing: tuple[RecipientCheck, ...]
    html: str
    text: str
    links: tuple[LinkShown, ...]
    images: tuple[ImageShown, ...]
    problems: tuple[Problem, ...]


class _Shown:
    """Addresses of this product for images and files, the originals for links, nothing for the beacon."""

    def __init__(self, attachments: list[Attachment], address_of: Callable[[UUID], str]) -> None:
        self._of = {(one.file.key, one.name): address_of(one.pk) for one in attachments}

    def open(self) -> str:
        return _NOTHING

    def image(self, _ordinal: int, ref: FileRef, /) -> str:
        return self._of[ref.key, ref.name]

    def click(self, _ordinal: int, address: str, /) -> str:
        return address

    def file(self, _ordinal: int, ref: FileRef, /) -> str:
        return self._of[ref.key, ref.name]

    def honeypot(self) -> str:
        return "#"

    def preference(self, _language: str, _name: str, /) -> str:
        return "#"


def of(message: Message, address_of: Callable[[UUID], str] = str) -> Preview:
    """The preview of a draft; `address_of` gives the page address of an attachment by its identifier."""
    attachments = list(message.attachments.select_related("file"))
    parties = drafts.parties(message)
    evaluated = follow.evaluate(message.organisation, parties, message.wants_following)
    state = evaluated.state
    found = plans(message, attachments, followed=state == FollowState.ON)
    shown = _Shown(attachments, address_of)
    links = (LinkShown(one.address, one.followed, one.reason, _(sentence(one.reason)), one.part) for one in found.links)
    images = found.html.images if found.html else ()
    return Preview(
        state=state,
        readers=_readers(parties, evaluated),
        refusing=evaluated.refusing,
        html=found.html.render(shown) if found.html else "",
        text=found.text.render(shown),
        links=tuple(links),
        images=tuple(
            ImageShown(one.source, one.served, one.reason, _image_sentence(one.reason, state)) for one in images
        ),
        problems=tuple(problem for problem in before_sending(message) if not problem.note),
    )


def _readers(parties: list[Party], found: FollowCheck) -> tuple[Reader, ...]:
    readers: dict[str, Reader] = {}
    for party, check in zip(parties, found.recipients, strict=True):
        if len(readers) < MAX_RECIPIENTS:
            readers.setdefault(party.key, Reader(party.key, check.name, party.address, party.role, check))
    return tuple(readers.values())


def _image_sentence(reason: str, state: FollowState) -> str:
    if not reason:
        return _("Loaded from Odziv.") if state == FollowState.ON else _("Embedded in the message.")
    return _(sentence(reason, "image"))

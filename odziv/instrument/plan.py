"""What planning finds, and the plan itself: the places of a body that differ from copy to copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from odziv.lib.html import encode
from odziv.lib.html.attributes import Quote
from odziv.lib.seal import FileRef

Part = Literal["html", "text"]


class Addresses(Protocol):
    """Makes the addresses of one recipient's copy (`odziv.lib.addresses.EdgeAddresses`)."""

    def open(self) -> str: ...
    def image(self, ordinal: int, ref: FileRef, /) -> str: ...
    def click(self, ordinal: int, address: str, /) -> str: ...
    def file(self, ordinal: int, ref: FileRef, /) -> str: ...
    def honeypot(self) -> str: ...
    def preference(self, language: str, name: str, /) -> str: ...


class LinkFound(NamedTuple):
    """A link of the message.

    `address` is what the redirect gives back: what a browser reads from the attribute, without outer white space and
    without tabs and line ends (WHATWG URL, 4.4). `reason` is a code of `reasons.LINKS`, empty when followed. `ordinal`
    counts all links, through the HTML part and on through the text part.
    """

    ordinal: int
    address: str
    followed: bool
    reason: str
    part: Part


class ImageFound(NamedTuple):
    """An image of the body. `ordinal` counts the served ones, each source once; `reason` is one of `reasons.IMAGES`."""

    source: str
    ordinal: int | None
    served: bool
    reason: str


class Problem(NamedTuple):
    """What the sender should see before sending; `code` is a key of `reasons.PROBLEMS`."""

    code: str
    address: str
    part: Part


class Fill(Protocol):
    """What stands in a place of one copy."""

    def text(self, addresses: Addresses) -> str: ...


class Redirect(NamedTuple):
    """The redirect of a link. `quote` None: plain text, nothing to escape."""

    ordinal: int
    address: str
    quote: Quote | None

    def text(self, addresses: Addresses) -> str:
        redirect = addresses.click(self.ordinal, self.address)
        return redirect if self.quote is None else encode(redirect, self.quote)


class StoredImage(NamedTuple):
    """The address of an image that the edge serves."""

    ordinal: int
    ref: FileRef
    quote: Quote | None

    def text(self, addresses: Addresses) -> str:
        address = addresses.image(self.ordinal, self.ref)
        return address if self.quote is None else encode(address, self.quote)


class Edit(NamedTuple):
    """`source[start:end]` gives way to the fill; everything between edits stays as it is."""

    start: int
    end: int
    fill: Fill


@dataclass(frozen=True)
class Plan:
    """The edits of one body, in order and apart from each other, and the text between them, cut once."""

    source: str
    edits: tuple[Edit, ...]
    links: tuple[LinkFound, ...]
    problems: tuple[Problem, ...]
    _kept: list[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ends = [0, *(edit.end for edit in self.edits)]
        starts = [*(edit.start for edit in self.edits), len(self.source)]
        object.__setattr__(self, "_kept", [self.source[a:b] for a, b in zip(ends, starts, strict=True)])

    def render(self, addresses: Addresses) -> str:
        """The copy for one recipient."""
        pieces = [self._kept[0]]
        for edit, kept in zip(self.edits, self._kept[1:], strict=True):
            pieces.append(edit.fill.text(addresses))
            pieces.append(kept)
        return "".join(pieces)

    def changes(self, addresses: Addresses) -> Iterable[tuple[int, int, str]]:
        """The same as offsets and replacements, for a caller that must put them into an encoded form of the source."""
        return [(edit.start, edit.end, edit.fill.text(addresses)) for edit in self.edits]


@dataclass(frozen=True)
class HtmlPlan(Plan):
    """`beacon`: whether the copies get one."""

    images: tuple[ImageFound, ...] = ()
    beacon: bool = True


@dataclass(frozen=True)
class TextPlan(Plan):
    """A plain-text body has links only."""

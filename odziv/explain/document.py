"""A file of any of the three kinds, planned: what is found in it, and its followed copy in bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePath
from uuid import UUID

from odziv.explain import letter, transfer
from odziv.instrument import Addresses, HtmlPlan, ImageFound, LinkFound, Problem, Rules, TextPlan, plan_html, plan_text
from odziv.lib.charset import Decoded, decoded
from odziv.lib.seal import FileRef

NOBODY = UUID(int=0)
"""The organisation of copies made on the command line: what the edge hears of them belongs to nobody and is dropped."""

_IS_MESSAGE = re.compile(
    rb"(?:From [^\n]*\n)?(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,100}?"
    rb"(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|Content-Type):",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A stretch of the file that was read as text and planned: `data[start:end]` in some transfer encoding."""

    start: int
    end: int
    encoding: str
    text: Decoded
    plan: HtmlPlan | TextPlan
    part: letter.Part | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file with its planned parts in the order in which they stand in it."""

    data: bytes
    planned: Sequence[Planned]
    is_message: bool

    @property
    def links(self) -> list[LinkFound]:
        """Those of the HTML part in document order, then those of the text part."""
        return sorted((link for one in self.planned for link in one.plan.links), key=lambda link: link.ordinal)

    @property
    def images(self) -> list[ImageFound]:
        return [image for one in self.planned if isinstance(one.plan, HtmlPlan) for image in one.plan.images]

    @property
    def problems(self) -> list[Problem]:
        return [problem for one in self.planned for problem in one.plan.problems]

    @property
    def beacon(self) -> bool:
        return any(isinstance(one.plan, HtmlPlan) and one.plan.beacon for one in self.planned)

    def render(self, addresses: Addresses) -> bytes:
        """The followed copy of the whole file."""
        changes: list[tuple[int, int, bytes]] = []
        for one in self.planned:
            changes += _rendered(self.data, one, addresses)
        return transfer.splice(self.data, changes)


def read(name: str, data: bytes, rules: Rules) -> Document:
    """Plan a file: a message (.eml, or what begins as one), plain text (.txt), else HTML."""
    suffix = PurePath(name).suffix.lower()
    if suffix == ".eml" or (suffix not in (".html", ".htm", ".xhtml", ".txt") and _IS_MESSAGE.match(data)):
        return _message(data, rules)
    text = decoded(data)
    plan = plan_text(text.text, rules=rules) if suffix == ".txt" else plan_html(text.text, rules=rules)
    return Document(data, (Planned(0, len(data), "", text, plan),), is_message=False)


def _message(data: bytes, rules: Rules) -> Document:
    unsubscribe = letter.head_of(data).headers.get("list-unsubscribe", "")
    rules = replace(rules, leave_alone=rules.leave_alone | frozenset(re.findall(r"<\s*([^<>\s]+)\s*>", unsubscribe)))
    parts = letter.parts_of(data)
    images = dict(filter(None, map(_image, parts)))
    bodies = [part for part in parts if not part.is_attachment and transfer.known(part.encoding)]
    planned: list[Planned] = []
    ordinal = 0
    for part in (one for one in bodies if one.content_type == "text/html"):
        text = decoded(part.content, part.parameters.get("charset", ""))
        html = plan_html(text.text, rules=rules, first_ordinal=ordinal, images=images)
        rules = replace(rules, beacon=False)  # one message, one beacon, in its first HTML part
        planned.append(Planned(part.body, part.end, part.encoding, text, html, part))
        ordinal += len(html.links)
    for part in (one for one in bodies if one.content_type == "text/plain"):
        text = decoded(part.content, part.parameters.get("charset", ""))
        plain = plan_text(text.text, rules=rules, first_ordinal=ordinal)
        planned.append(Planned(part.body, part.end, part.encoding, text, plain, part))
        ordinal += len(plain.links)
    return Document(data, sorted(planned, key=lambda one: one.start), is_message=True)


def _image(part: letter.Part) -> tuple[str, FileRef] | None:
    """The Content-ID of an image within the message, and the file that it would be in the store."""
    name = part.headers.get("content-id", "").strip().strip("<>")
    if not name or not part.content_type.startswith("image/"):
        return None
    digest = sha256(part.content).hexdigest()
    key = f"{NOBODY.hex}/{digest[:2]}/{digest}"
    return name, FileRef(key, part.content_type, part.parameters.get("name", ""), len(part.content))


def _rendered(data: bytes, one: Planned, addresses: Addresses) -> list[tuple[int, int, bytes]]:
    """The changes of the file that one part's changes come to."""
    body = data[one.start : one.end]
    changes = list(one.text.byte_changes(one.plan.changes(addresses)))
    if not changes:
        return []
    new = transfer.replace(body, one.encoding, changes)
    if one.part is None or not transfer.has_long_line(new) or transfer.has_long_line(body):
        return [(one.start, one.end, new)]
    return [
        *letter.encoding_header(one.part, "quoted-printable"),
        (one.start, one.end, transfer.as_quoted_printable(new)),
    ]

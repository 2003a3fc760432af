"""Files of a template while it is written: each is named by a token, so that nothing is stored of what is not saved.

A token says which stored file of which organisation it is, with name and type, and is signed: nobody can name a file
that they were not given. The form carries the tokens of the files; the images of the text have them in their addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import Http404
from django.urls import reverse

from odziv.compose import bodies
from odziv.compose.templates.saving import Content, TemplateFile, content_of
from odziv.models import StoredFile, TemplateVersion, User
from odziv.web import access

_SIGNER = Signer(salt="odziv.web.template_files")
_TOKEN = r"([A-Za-z0-9_-]+:[A-Za-z0-9_-]+)"
_IDENTIFIER = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


@dataclass(frozen=True, slots=True)
class Shown:
    """A file in the grid of the form."""

    token: str
    name: str
    content_type: str
    size: int
    followed: bool


def token_of(one: TemplateFile) -> str:
    """The name of a file in forms and addresses; the same for the same file."""
    told = [str(one.file.pk), str(one.file.organisation_id), one.name, one.content_type, one.content_id]
    return _SIGNER.sign_object(told)


def file_of(user: User, token: str) -> TemplateFile:
    """The file that a token names. Raises Http404 for one that is damaged, foreign, or whose file is gone."""
    try:
        pk, organisation, name, content_type, content_id = _SIGNER.unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        raise Http404 from None
    if organisation != str(user.organisation_id):
        raise Http404
    file = access.one(StoredFile.objects.for_(user), pk)
    return TemplateFile(file, name, content_type, content_id=content_id)


def address_of(one: TemplateFile) -> str:
    """Where browsers get it."""
    return reverse("template-file", args=[token_of(one)])


def shown(files: Iterable[TemplateFile]) -> list[Shown]:
    """The files of the grid, without the images of the text."""
    return [
        Shown(token_of(one), one.name, one.content_type, one.file.size, one.followed) for one in files if not one.inline
    ]


def html_of(content: Content) -> str:
    """The text with addresses in the place of `cid:`, for the editor and for previews."""
    sources = {one.content_id: address_of(one) for one in content.files if one.inline}
    return bodies.with_sources(content.html, sources) if sources else content.html


def version_html(version: TemplateVersion) -> str:
    """The same of a version."""
    return html_of(content_of(version))


def content_from(user: User, subject: str, html: str, tokens: Iterable[str], followed: Iterable[str]) -> Content:
    """The content that a form says: its files in their order, then the images that its text shows.

    Raises Http404 for a file that it could not have been given.
    """
    marked = set(followed)
    files = [replace(file_of(user, token), followed=token in marked, content_id="") for token in dict.fromkeys(tokens)]
    html, images = _with_content_ids(user, html)
    return Content(subject, html, (*files, *images))


def _with_content_ids(user: User, html: str) -> tuple[str, list[TemplateFile]]:
    """Images of templates and of messages that the user may read get a `cid:`; other addresses stay as they are."""
    found: dict[str, TemplateFile] = {}

    def cid(image: TemplateFile) -> str:
        content_id = image.content_id or f"{image.file.sha256[:32]}@odziv"
        found.setdefault(content_id, replace(image, content_id=content_id, followed=False))
        return f"cid:{content_id}"

    def of_template(match: re.Match[str]) -> str:
        try:
            return cid(file_of(user, match[1]))
        except Http404:
            return match[0]

    def of_message(match: re.Match[str]) -> str:
        try:
            image = access.attachment(user, match[1])
        except Http404:
            return match[0]
        if not image.content_type.startswith("image/"):
            return match[0]
        return cid(TemplateFile(image.file, image.name, image.content_type))

    html = re.sub(_pattern("template-file", "x", _TOKEN), of_template, html)
    html = re.sub(_pattern("attachment", "00000000-0000-0000-0000-000000000000", _IDENTIFIER), of_message, html)
    return html, list(found.values())


def _pattern(name: str, example: str, any_: str) -> str:
    before, after = reverse(name, args=[example]).rsplit(example, 1)
    return rf"(?:https?://[^/\s\"'<>]+)?{re.escape(before)}{any_}{re.escape(after)}"


def describe(files: Iterable[TemplateFile]) -> Iterator[Any]:
    """Names, with what happens to each, for comparing two states."""
    for one in files:
        if not one.inline:
            yield f"{one.name} ✓" if one.followed else one.name

"""Subject, text and files of a template come into a draft, filled for its recipient; and out again (T2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from odziv.compose import attachments, bodies
from odziv.compose.cleaning import one_line
from odziv.compose.templating import render
from odziv.compose.templating.values import of_draft, values_of
from odziv.models import Attachment, Message, Template, TemplateVersion


@dataclass(frozen=True, slots=True)
class Inserted:
    """What the editor is to put in. `html` shows images by the addresses that were given.

    `missing` are the values that are to be filled in by hand, as the template names them; their braces stand in subject
    and text. `filled_for` is the recipient's name, empty when nobody is known. `attachments` and `before` undo it.
    """

    subject: str
    html: str
    missing: tuple[str, ...]
    filled_for: str
    attachments: tuple[UUID, ...]
    before: UUID | None


@transaction.atomic
def insert(message: Message, template: Template, address_of: Callable[[UUID], str]) -> Inserted:
    """Add the files of a template's current version to a draft and remember the version; subject and text are returned.

    They go into the editor, not into the stored draft: what stands there may be newer. Of several templates in one
    message the last one counts. Raises DraftRefused (too many files), StaleDraft, and TemplateFaulty.
    """
    version = template.current
    assert version is not None, "a template has a version from its first save on"
    subjects = of_draft(message)
    values = values_of(subjects, template.language)
    subject = render(version.subject, values, html=False)
    body = render(version.html, values, html=True)
    sources: dict[str, str] = {}
    added: list[Attachment] = []
    for one in version.attachments.select_related("file"):
        row = attachments.share(message, one, inline=one.inline, followed=one.followed)
        added.append(row)
        if one.inline:
            sources[one.content_id] = address_of(row.pk)
    before = message.template_version_id
    _remember(message, version.pk)
    return Inserted(
        subject=one_line(subject.text),
        html=bodies.with_sources(body.text, sources) if sources else body.text,
        missing=tuple(dict.fromkeys([*subject.missing, *body.missing])),
        filled_for=subjects.name,
        attachments=tuple(row.pk for row in added),
        before=before,
    )


@transaction.atomic
def undo(message: Message, added: Sequence[UUID], before: UUID | None) -> None:
    """Take the files of an insertion off the draft again, and remember the template from before. Raises StaleDraft."""
    attachments.held(message)
    message.attachments.filter(pk__in=list(added)).delete()
    kept = TemplateVersion.objects.of(message.organisation_id).filter(pk=before).exists() if before else False
    _remember(message, before if kept else None)


def _remember(message: Message, version: UUID | None) -> None:
    message.template_version_id = version
    Message.objects.filter(pk=message.pk).update(template_version=version)

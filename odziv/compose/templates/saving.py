"""A template is made, saved, restored, copied, put away (T1). What recipients see is a version, and never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import css_inline
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from odziv import discarding
from odziv.compose.cleaning import one_line, storable
from odziv.compose.limits import MAX_ATTACHMENTS, MAX_SUBJECT
from odziv.compose.problems import Problem, Refused
from odziv.compose.templating import Fault, check
from odziv.models import Discarded, StoredFile, Template, TemplateAttachment, TemplateVersion, User


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A file of a template; with a Content-ID it is an image that stands in the text as `cid:`."""

    file: StoredFile
    name: str
    content_type: str
    followed: bool = False
    content_id: str = ""

    @property
    def inline(self) -> bool:
        return bool(self.content_id)


@dataclass(frozen=True, slots=True)
class Content:
    """What recipients see of a template: a version of it. `html` is what stands between <body> and </body>."""

    subject: str
    html: str
    files: Sequence[TemplateFile] = field(default=())


class StaleTemplate(Exception):
    """Somebody else has saved the template since it was read; nothing was written. Let the user see both and decide."""


class TemplateRefused(Refused):
    """What was to be saved cannot be a template; `faults` are those of its dynamic values, by field."""

    def __init__(self, problems: Sequence[Problem], faults: Sequence[tuple[str, Fault]] = ()) -> None:
        super().__init__(problems)
        self.faults = tuple(faults)


# Not what the fold writes of it meanwhile (measure/templates.py).
_WRITTEN = (
    "title", "title_key", "language", "category", "category_key", "subject", "search_text", "owner", "shared",
    "updated_at", "revision",
)  # fmt: skip


@transaction.atomic
def save(template: Template, content: Content, *, user: User, now: datetime) -> Template:
    """Write a new template, or a changed one whose `revision` is still the stored one.

    Another subject, text or file makes a new version; title, language, category and owner do not, because no recipient
    sees them. Style sheets in the text are written into its elements, as mail programs need it. Raises StaleTemplate,
    TemplateRefused.
    """
    content = Content(one_line(content.subject), _inlined(storable(content.html)), content.files)
    _refuse(template, content)
    template.title, template.category = one_line(template.title), one_line(template.category)
    template.subject, template.updated_at = content.subject, now
    current = template.current
    if template._state.adding:
        template.created_at = now
    else:
        stored = Template.objects.of(template.organisation_id).filter(pk=template.pk)
        if not stored.filter(revision=template.revision).update(revision=F("revision") + 1):
            raise StaleTemplate
        template.revision += 1
    template.save(update_fields=None if current is None else _WRITTEN)
    if current is None or content_of(current) != content:
        _add_version(template, content, user, now)
    else:
        TemplateVersion.objects.touch([current.pk])  # with another category it may be among the best, or no more
    return template


def faults_of(subject: str, html: str) -> list[tuple[str, Fault]]:
    """What is wrong with the dynamic values of a template, each with its field: subject or body."""
    found = [("subject", fault) for fault in check(subject, html=False)]
    return [*found, *(("body", fault) for fault in check(html, html=True))]


def content_of(version: TemplateVersion) -> Content:
    """The content of a version, files in their order."""
    files = [
        TemplateFile(one.file, one.name, one.content_type, one.followed, one.content_id)
        for one in version.attachments.select_related("file")
    ]
    return Content(version.subject, version.html, tuple(files))


def restore(template: Template, version: TemplateVersion, *, user: User, now: datetime) -> Template:
    """Make the content of an older version the current one, as a new version. Raises StaleTemplate."""
    return save(template, content_of(version), user=user, now=now)


def copy(template: Template, *, user: User, now: datetime) -> Template:
    """A personal template of the user with the same content."""
    assert template.current is not None, "a template has a version from its first save on"
    title = (_("Copy of %(title)s") % {"title": template.title})[:200]
    made = Template(
        organisation_id=template.organisation_id,
        owner=user,
        title=title,
        language=template.language,
        category=template.category,
    )
    return save(made, content_of(template.current), user=user, now=now)


def archive(template: Template, now: datetime | None) -> None:
    """Put it away (it is offered no more, and keeps its figures), or with None take it back."""
    template.archived_at = now
    Template.objects.filter(pk=template.pk).update(archived_at=now, revision=F("revision") + 1)
    TemplateVersion.objects.touch([template.current_id])  # whom one recommends may be another one now


UNDONE = 10_000
"""Messages from which on deleting their template cannot be undone: each would have to be remembered."""


@transaction.atomic
def delete(template: Template, *, user: User, now: datetime) -> Discarded | None:
    """Delete it with its versions and figures; what brings them back for a while, None when nothing does.

    Messages that were made from it stay as they are.
    """
    others = Template.objects.of(template.organisation_id).exclude(pk=template.pk)
    beside = list(others.exclude(current=None).values_list("current", flat=True)[:1])
    kept = None
    if template.sent <= UNDONE:
        TemplateVersion.objects.touch([template.current_id])  # brought back, it is counted anew
        kept = discarding.discard([template], user, now)
    else:
        template.delete()
    TemplateVersion.objects.touch(beside)  # whom one recommends may be another one now
    return kept


def _refuse(template: Template, content: Content) -> None:
    problems = []
    if not template.title.strip():
        problems.append(Problem("no-title", "title", _("Give it a title by which your colleagues find it.")))
    if len(content.subject) > MAX_SUBJECT:
        text = _("The subject has %(length)d characters; it may have %(limit)d.")
        values = {"length": len(content.subject), "limit": MAX_SUBJECT}
        problems.append(Problem("subject-too-long", "subject", text % values))
    if len(content.files) > MAX_ATTACHMENTS:
        text = _("A template can have %(limit)d files and images.") % {"limit": MAX_ATTACHMENTS}
        problems.append(Problem("too-many-files", "attachments", text))
    faults = faults_of(content.subject, content.html)
    if problems or faults:
        raise TemplateRefused(problems, faults)


def _add_version(template: Template, content: Content, user: User, now: datetime) -> None:
    last = template.versions.newest_first().values_list("number", flat=True).first() or 0
    version = TemplateVersion.objects.create(
        organisation_id=template.organisation_id,
        template=template,
        number=last + 1,
        subject=content.subject,
        html=content.html,
        made_by=user,
        made_at=now,
        touched=1,  # so that the fold says where it stands
    )
    ordinals = {False: 0, True: 0}
    rows = []
    for one in content.files:
        rows.append(
            TemplateAttachment(
                organisation_id=template.organisation_id,
                version=version,
                file=one.file,
                ordinal=ordinals[one.inline],
                name=one.name,
                content_type=one.content_type,
                followed=one.followed and not one.inline,
                inline=one.inline,
                content_id=one.content_id,
            )
        )
        ordinals[one.inline] += 1
    TemplateAttachment.objects.bulk_create(rows)
    template.current = version
    template.save(update_fields=["current"])


def _inlined(html: str) -> str:
    """With the rules of its style sheets in the elements; what cannot stand there (media queries) stays a style sheet.

    Mail programs drop style sheets, Outlook and Gmail's app among them. Only where there is one: the inliner writes the
    whole text anew. Nothing is loaded from anywhere.
    """
    if "<style" not in html.lower():
        return html
    try:
        whole = css_inline.inline(html, load_remote_stylesheets=False, keep_at_rules=True)
    except css_inline.InlineError:
        return html
    head, _body, inner = whole.partition("<body>")
    styles = head[head.find("<style") : head.rfind("</style>") + len("</style>")] if "<style" in head else ""
    return styles + inner.removesuffix("</html>").removesuffix("</body>")

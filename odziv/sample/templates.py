"""The sample's templates in both languages, and the sales that came of them; saved and closed as people would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from random import Random

from odziv.compose import attachments
from odziv.compose.templates.saving import Content, TemplateFile, save
from odziv.models import Message, Record, RecordKind, RecordStatus, Template
from odziv.records import closing
from odziv.sample.material import CLOSINGS, GREETINGS, LETTERS, PAGE, Letter
from odziv.sample.pdf import one_page
from odziv.sample.people import Staff

_COMPANY = '{{{{ recipient.company | default: "{fallback}" }}}}'
_FALLBACKS = {"en": "your company", "sl": "vas"}
SOLD = 0.5
"""How likely an open opportunity is won after a letter of ordinary appeal to its contact."""


def write_templates(staff: Staff, now: datetime) -> dict[Letter, Template]:
    """A template of the organisation for each letter that has a title, a little older than the mail."""
    at = now - timedelta(days=95)
    return {
        letter: _template(staff, letter, language, at)
        for language, letters in LETTERS.items()
        for letter in letters
        if letter.title
    }


def _template(staff: Staff, letter: Letter, language: str, at: datetime) -> Template:
    template = Template(
        organisation=staff.organisation,
        owner=staff.visitor,
        shared=True,
        title=letter.title,
        category=letter.category,
        language=language,
    )
    company = _COMPANY.format(fallback=_FALLBACKS[language])
    files = []
    if letter.file:
        stored = attachments.stored(staff.organisation.pk, letter.file, [one_page(letter.title)])
        files.append(TemplateFile(stored, letter.file, "application/pdf", followed=True))
    content = Content(letter.subject.format(company=company), _html(letter, language, company), tuple(files))
    return save(template, content, user=staff.visitor, now=at)


def _html(letter: Letter, language: str, company: str) -> str:
    paragraphs = [GREETINGS[language].format(name="{{ recipient.name }}")]
    paragraphs += [escape(text, quote=False).format(company=company) for text in letter.paragraphs]
    paragraphs += [f'<a href="{PAGE}{escape(path)}">{escape(text)}</a>' for text, path in letter.links]
    paragraphs.append(f"{CLOSINGS[language]}<br>{{{{ sender.name }}}}")
    return "".join(f"<p>{text}</p>\n" for text in paragraphs)


def sell(staff: Staff, written: Mapping[Letter, Template], chance: Random, now: datetime) -> None:
    """Win some of the open opportunities some days after the most appealing letter that their contact got (T2)."""
    appeal = {template.current_id: letter.appeal for letter, template in written.items()}
    rows = Record.objects.for_(staff.visitor).of_kinds([RecordKind.OPPORTUNITY]).with_status(RecordStatus.OPEN)
    for deal in rows.select_related("owner").order_by("pk"):
        about = deal.primary_contact
        sent = Message.objects.for_(staff.visitor).regarding(about).written().order_by("sent_at") if about else ()
        best = max(sent, key=lambda message: appeal.get(message.template_version_id, 0), default=None)
        if best is None or best.sent_at is None:
            continue
        at = best.sent_at + timedelta(days=chance.uniform(3, 20))
        if at < now and chance.random() < SOLD * appeal.get(best.template_version_id, 0):
            closing.change(deal, RecordStatus.WON, seen=deal.status, closed_at=at, user=deal.owner, now=at)

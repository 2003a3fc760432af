"""Templates, and messages that were made from them."""

from __future__ import annotations

from typing import Any

from odziv.measure.templates import fold_templates
from odziv.models import Message, Template, TemplateVersion, User
from tests.support.journal import delivery_of, followed_message, happened, hit


def template(
    owner: User, title: str = "Ponudba", *, subject: str = "Ponudba", html: str = "<p>Pozdrav</p>", **fields: Any
) -> Template:
    """A template with one version."""
    fields = {"language": "sl", "category": "", "shared": True} | fields
    row = Template.objects.create(organisation=owner.organisation, owner=owner, title=title, subject=subject, **fields)
    return add_version(row, subject=subject, html=html)


def add_version(row: Template, **content: Any) -> Template:
    """A further version, which becomes the current one."""
    number = row.versions.count() + 1
    row.current = TemplateVersion.objects.create(
        organisation=row.organisation, template=row, number=number, made_by=row.owner, **content
    )
    row.save()
    return row


def sent_from(row: Template, sender: User, **given: Any) -> Message:
    """A sent message that was made from the current version."""
    message = followed_message(sender, **given)
    message.template_version = row.current
    message.save(update_fields=["template_version"])
    TemplateVersion.objects.touch([row.current_id])
    return message


def opened(*messages: Message) -> None:
    """Somebody opens each of them; journal, figures and tallies follow."""
    happened(*(hit(delivery_of(message)) for message in messages))
    counted()


def counted() -> None:
    """Everything that waits to be counted is."""
    while fold_templates():
        pass

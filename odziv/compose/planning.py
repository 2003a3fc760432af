"""What `instrument` finds in a draft: the same plan that its copies will be made from."""

from __future__ import annotations

from dataclasses import dataclass

from odziv.compose import plaintext
from odziv.environment import ENV
from odziv.instrument import FollowedFile, HtmlPlan, LinkFound, Notice, Problem, Rules, TextPlan, plan_html, plan_text
from odziv.lib.seal import FileRef
from odziv.models import Attachment, Message


@dataclass(frozen=True)
class Plans:
    """The plan of each part; `html` is None for a message of plain text only."""

    html: HtmlPlan | None
    text: TextPlan

    @property
    def links(self) -> tuple[LinkFound, ...]:
        """All links, numbered through the HTML part and on through the text part."""
        return (*(self.html.links if self.html else ()), *self.text.links)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the writer should see before sending; in the text part only what is not in the HTML too."""
        html = self.html.problems if self.html else ()
        # White space does not survive in an address of plain text.
        seen = {"".join(problem.address.split()) for problem in html}
        return (*html, *(problem for problem in self.text.problems if "".join(problem.address.split()) not in seen))


def plans(message: Message, attachments: list[Attachment], *, followed: bool, text: str | None = None) -> Plans:
    """Plan both parts as the message is going to leave; `text` is its `text_part`, if that was made already.

    `attachments` come with their files. Links have the same numbers whether followed or not.
    """
    hidden = followed and bool(message.html) and message.organisation.honeypot
    rules = Rules(ENV.edge_url, links=followed, beacon=followed, honeypot=hidden)
    files = followed_files(attachments) if followed else []
    language = message.owner.language
    notice = notice_of(message) if followed else None
    html = None
    if message.html:
        images = {image.content_id: file_ref(image) for image in attachments if image.inline and image.content_id}
        html = plan_html(message.html, rules=rules, images=images, files=files, language=language, notice=notice)
    first = len(html.links) if html else 0
    said = text_part(message) if text is None else text
    planned = plan_text(said, rules=rules, first_ordinal=first, files=files, language=language, notice=notice)
    return Plans(html, planned)


def notice_of(message: Message) -> Notice | None:
    """The line about following that each followed copy carries, where the organisation wants it (L2)."""
    organisation = message.organisation
    return Notice(message.owner.language, organisation.name) if organisation.preference_line else None


def text_part(message: Message) -> str:
    """The plain-text part: the writer's, else what the HTML says."""
    return message.text or plaintext.from_html(message.html)


def followed_files(attachments: list[Attachment]) -> list[FollowedFile]:
    """The attachments that leave as links."""
    return [FollowedFile(one.ordinal, file_ref(one)) for one in attachments if one.followed and not one.inline]


def file_ref(attachment: Attachment) -> FileRef:
    """The file as it stands in an identifier."""
    return FileRef(attachment.file.key, attachment.content_type, attachment.name, attachment.file.size)

"""The scene: a message is written and sent, its recipients act on what arrived, the figures are compared.

A process of its own (`python -m odziv.demo`), started by `run` in the environment of the processes it plays with.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from odziv.compose import attachments, check, drafts, importing, send
from odziv.compose.problems import Refused
from odziv.demo import material
from odziv.demo.recipient import AGENTS, Recipient, read_html
from odziv.demo.report import Figures, LinkOutcome, Outcome, RecipientOutcome, as_json, as_table
from odziv.environment import ENV
from odziv.lib import clock
from odziv.measure.timeline import timeline
from odziv.measure.wording import sentence
from odziv.models import Contact, Delivery, DeliveryState, Link, Message, PartyRole, TestMail, User
from odziv.organisations.founding import create_organisation
from odziv.records.saving import Reach, save
from odziv.testmail import store

ARRIVES_WITHIN = 20.0
COUNTED_WITHIN = 10.0
SETTLES_FOR = 0.5
PEOPLE = (
    (PartyRole.TO, "Maja Novak", "maja.novak@hrast.example"),
    (PartyRole.CC, "Jan Kos", "jan.kos@hrast.example"),
    (PartyRole.BCC, "Eva Zajc", "eva.zajc@smreka.example"),
)
Found = TypeVar("Found")


class Stuck(Exception):
    """Something that has to happen did not happen in time."""


def main(argv: Sequence[str]) -> int:
    """Play and print. 0 when what was seen is what was played, 1 when not, 2 when it could not be played."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mail", type=Path, nargs="+", default=[None])
    options = parser.parse_args(argv)
    worst = 0
    for number, path in enumerate(options.mail):
        try:
            outcome = perform(path, number)
        except Refused as refused:
            problems = "; ".join(problem.text for problem in refused.problems)
            sys.stderr.write(f"odziv demo: {path}: the message cannot be sent: {problems}\n")
            worst = 2
        except Stuck as stuck:
            sys.stderr.write(f"odziv demo: {path or 'own mail'}: {stuck}\n")
            worst = 2
        else:
            sys.stdout.write((as_json if options.json else as_table)(outcome) + "\n")
            worst = max(worst, int(not outcome.ok))
    return worst


def perform(path: Path | None, number: int) -> Outcome:
    """One message, in an organisation of its own. Raises Refused and Stuck."""
    started = time.monotonic()
    content = own_content() if path is None else brought_content(path)
    draft = written(content, number)
    warnings = [problem.text for problem in check.before_sending(draft) if not (problem.blocking or problem.note)]
    message = send.submit(draft, draft.owner, clock.now())
    recipients = arrived(message)
    links = play(recipients, content, message)
    await_figures(message, recipients)
    return replace(observed(message, recipients, links), warnings=warnings, seconds=time.monotonic() - started)


def own_content() -> importing.DraftContent:
    return importing.DraftContent(material.SUBJECT, material.HTML, images=material.IMAGES)


def brought_content(path: Path) -> importing.DraftContent:
    """The user's own mail."""
    data = path.read_bytes()
    return importing.from_eml(data) if path.suffix.lower() == ".eml" else importing.from_html(data)


def written(content: importing.DraftContent, number: int) -> Message:
    """Found an organisation and write to three people, with a followed and an unfollowed file beside the mail's own."""
    user = create_organisation(
        "Lipa d.o.o.", admin_name="Ana Kovač", email=f"ana{number or ''}@lipa.example", password=None, engagement=True
    )
    draft = drafts.new_draft(user)
    importing.fill(draft, content)
    for file, followed in material.FILES:
        attachments.attach(draft, file.name, file.content_type, [file.content], followed=followed)
    lines = {role: drafts.address_of(contact(user, name, address)) for role, name, address in PEOPLE}
    fields = drafts.DraftFields(
        to=lines[PartyRole.TO],
        cc=lines[PartyRole.CC],
        bcc=lines[PartyRole.BCC],
        subject=content.subject or material.SUBJECT,
    )
    return drafts.save(draft, fields)


def contact(user: User, name: str, address: str) -> Contact:
    record = Contact(organisation=user.organisation, owner=user, kind="contact", name=name)
    save(record, Reach([address]), user=user, now=clock.now())
    return record


def arrived(message: Message) -> list[Recipient]:
    """Each recipient with the bytes that the mail server took for them. Raises Stuck."""
    waited_for(
        lambda: not Delivery.objects.filter(message=message).exclude(state=DeliveryState.ACCEPTED).exists(),
        ARRIVES_WITHIN,
        "the mail server has not accepted every copy",
    )
    mails = {mail.recipient: mail for mail in TestMail.objects.of(message.organisation_id)}
    return [
        Recipient(role, address, store.read(mails[address]), ENV.edge_url, agent)
        for (role, _name, address), agent in zip(PEOPLE, AGENTS, strict=True)
    ]


def play(recipients: list[Recipient], content: importing.DraftContent, message: Message) -> list[LinkOutcome]:
    """Maja opens, follows each link and views the file; Jan's gateway scans, he opens and follows one; Eva opens."""
    maja, jan, eva = recipients
    maja.open()
    links = follow_html(recipients, content, message) + follow_text(maja, message)
    for address in maja.followed_files():
        check_file(maja, address)
    for recipient in recipients:
        check_attached(recipient, content)
    jan.be_scanned()
    jan.open()
    for redirect in jan.redirects()[:1]:
        jan.click(redirect)
    eva.open()
    return links


def follow_html(recipients: list[Recipient], content: importing.DraftContent, message: Message) -> list[LinkOutcome]:
    """Compare each link that arrived with the one at its place in the original; Maja follows those that changed."""
    original = read_html(content.html).links
    maja = recipients[0]
    for recipient in recipients:
        if len(recipient.links()) != len(original):
            recipient.faults.append(f"{len(recipient.links())} links arrived of {len(original)}")
    rows = {link.address: link for link in Link.objects.filter(message=message, part="html")}
    outcomes = []
    for address, came in zip(original, maja.links(), strict=False):
        followed = came in maja.redirects()
        exact = maja.click(came) == address.encode() if followed else came == address
        if not exact:
            maja.faults.append(f"{address} became {came}")
        reason = "" if followed or address not in rows else rows[address].reason
        outcomes.append(LinkOutcome(address, "html", followed, reason, came if followed else "", exact))
    return outcomes


def follow_text(maja: Recipient, message: Message) -> list[LinkOutcome]:
    """Maja also follows the links of the plain-text part."""
    rows = list(Link.objects.filter(message=message, part="text", followed=True).order_by("ordinal"))
    redirects = maja.text_redirects()
    if len(rows) != len(redirects):
        maja.faults.append(f"{len(redirects)} redirects in the text part, {len(rows)} expected")
    return [
        LinkOutcome(row.address, "text", True, "", redirect, maja.click(redirect) == row.address.encode())
        for row, redirect in zip(rows, redirects, strict=False)
    ]


def check_file(maja: Recipient, address: str) -> None:
    contents = [file.content for file, followed in material.FILES if followed]
    if maja.view(address) not in contents:
        maja.faults.append("a followed attachment is not what was attached")


def check_attached(recipient: Recipient, content: importing.DraftContent) -> None:
    """Unfollowed files come with the message itself, byte for byte; followed ones do not."""
    expected = [file.content for file, followed in material.FILES if not followed]
    expected += [file.content for file in content.files]
    if sorted(recipient.attached_files()) != sorted(expected):
        recipient.faults.append("the attached files are not those that were attached")


def await_figures(message: Message, recipients: list[Recipient]) -> None:
    """Wait until the figures are what was played, or for so long that they never will be."""
    try:
        waited_for(lambda: all(seen(message, one) == played(one) for one in recipients), COUNTED_WITHIN, "")
    except Stuck:
        return
    # A figure that is right may still grow wrong: give what is under way the time to arrive.
    time.sleep(SETTLES_FOR)


def played(recipient: Recipient) -> tuple[Figures, int]:
    # Whoever clicks or downloads has opened, also when the message has no picture.
    opens = recipient.opens or int(recipient.clicks + recipient.attachment_views > 0)
    return Figures(opens, recipient.clicks, recipient.attachment_views), recipient.machine_hits


def seen(message: Message, recipient: Recipient) -> tuple[Figures, int]:
    copy = Delivery.objects.get(message=message, party__address=recipient.address)
    machines = copy.machine_opens + copy.machine_link_clicks + copy.machine_attachment_views
    return Figures(copy.opens, copy.link_clicks, copy.attachment_views), machines


def observed(message: Message, recipients: list[Recipient], links: list[LinkOutcome]) -> Outcome:
    outcomes = []
    for one in recipients:
        (did, machine_did), (saw, machine_saw) = played(one), seen(message, one)
        outcomes.append(RecipientOutcome(one.role, one.address, did, saw, machine_did, machine_saw, one.faults))
    message.refresh_from_db()
    entries = [
        {"at": entry.at.isoformat(timespec="seconds"), "text": str(sentence(entry)), "verdict": entry.verdict}
        for entry in timeline(message).entries
    ]
    return Outcome(message.subject, outcomes, links, entries)


def waited_for(happened: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Return when it has happened. Raises Stuck after so many seconds."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise Stuck(f"{otherwise} after {seconds:.0f} s")
        time.sleep(0.05)

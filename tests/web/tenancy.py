"""What the walk over all URLs needs: a case, the world of another organisation, and how answers are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from odziv.lib import clock
from odziv.models import (
    Activity,
    ActivityKind,
    ApiToken,
    Attachment,
    BulkRun,
    BulkStep,
    Card,
    ConsentEntry,
    Delivery,
    DeliveryState,
    Discarded,
    Import,
    ImportFault,
    ImportState,
    Interaction,
    InteractionKind,
    Invitation,
    KnownColumn,
    Link,
    Message,
    MessageState,
    Party,
    PartyRole,
    PushSubscription,
    RecentRecord,
    Record,
    RecordKind,
    Reminder,
    SavedView,
    SigningKey,
    StatusChange,
    StoredFile,
    TestMail,
    User,
    WeightChange,
)
from odziv.records.importing.asking import begin
from odziv.records.saving import Postal, Reach, save
from tests.support.cast import Cast
from tests.support.templates import template as made_template

MARK = "Zvitorepec"  # stands in everything that Lipa has; Eva of Hrast must never read it
MARK_ADDRESS = "zvitorepec@skrivno.example"


@dataclass(frozen=True)
class Case:
    """One request of Eva's. `{record}`, `{message}` … in the address, query and body become foreign identifiers.

    The same request with identifiers that exist nowhere must get the same answer, byte for byte, and nothing changes in
    the database. `status` is that answer's; anything but 404 has to be a refusal that names nothing.
    """

    method: str
    url: str
    data: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    status: int = 404
    headers: Mapping[str, str] = field(default_factory=dict)


def get(url: str, status: int = 404) -> Case:
    return Case("GET", url, status=status)


def post(url: str, status: int = 404, /, **data: str) -> Case:
    return Case("POST", url, data, status=status)


@dataclass(frozen=True)
class Free:
    """No identifier of ours comes in. Each of `reads` is fetched as Eva and must not show anything of Lipa."""

    why: str
    reads: tuple[str, ...] = ()


def make_world(cast: Cast) -> dict[str, str]:
    """One of everything in Lipa, each with the mark in its words; returns their identifiers by noun."""
    lipa, ana, now = cast.lipa, cast.ana, clock.now()
    records: dict[str, Record] = {}
    for kind in (RecordKind.ACCOUNT, RecordKind.CONTACT, RecordKind.LEAD, RecordKind.OPPORTUNITY):
        record = Record(organisation=lipa, owner=ana, kind=kind, name=f"{MARK} {kind}", company=MARK, description=MARK)
        record.account = records.get("account") if kind in (RecordKind.CONTACT, RecordKind.OPPORTUNITY) else None
        reach = Reach([MARK_ADDRESS], [("work", "+386 1 999 88 77")], [Postal(street=MARK)])
        records[kind.value] = save(record, reach, user=ana, now=now)
    contact = records["contact"]
    entry = ConsentEntry.objects.create(
        organisation=lipa, record=contact, follow_email="deny", source="record", user=ana
    )
    deal = records["opportunity"]
    change = StatusChange.objects.create(organisation=lipa, record=deal, status="won", user=ana, note=MARK)
    RecentRecord.objects.saw(ana, contact, now)
    call = Activity.objects.create(
        organisation=lipa, owner=ana, kind=ActivityKind.PHONE_CALL, subject=MARK, regarding=contact
    )
    sent = make_message(ana, contact, MessageState.SENT)
    draft = make_message(ana, contact, MessageState.DRAFT)
    party = Party.objects.create(message=sent, organisation=lipa, role=PartyRole.TO, name=MARK, address=MARK_ADDRESS)
    Party.objects.create(message=draft, organisation=lipa, role=PartyRole.TO, name=MARK, address=MARK_ADDRESS)
    delivery = Delivery.objects.create(
        organisation=lipa, message=sent, party=party, state=DeliveryState.ACCEPTED, due_at=now, followed=True
    )
    link = Link.objects.create(organisation=lipa, message=sent, ordinal=0, address=f"https://{MARK}.example/")
    file = StoredFile.objects.create(organisation=lipa, sha256="0" * 64, size=3, key=f"{lipa.pk.hex}/00/{'0' * 64}")
    attachments = [
        Attachment.objects.create(organisation=lipa, message=message, file=file, ordinal=0, name=f"{MARK}.pdf")
        for message in (sent, draft)
    ]
    interaction = Interaction.objects.create(
        id=uuid4(), organisation=lipa, message=sent, delivery=delivery, kind=InteractionKind.OPEN, at=now, method="GET"
    )
    mail = TestMail.objects.create(
        organisation=lipa, sender=ana.email, recipient=MARK_ADDRESS, subject=MARK, key=file.key, size=3
    )
    reminder = Reminder.objects.create(
        organisation=lipa, message=sent, user=ana, title=MARK, at=now, look_at=now, zone="UTC", wall="2026-05-04T12:00"
    )
    card = Card.objects.create(
        organisation=lipa, user=ana, kind="reminder", key=MARK, message=sent, reminder=reminder, priority=1
    )
    saved_view = SavedView.objects.create(
        organisation=lipa, owner=ana, place="activities", name=MARK, query="view=all", shared=True
    )
    browser = PushSubscription.objects.keep(
        ana, f"https://push.{MARK}.example/1", f"https://push.{MARK}.example", ("k", "s"), MARK, now
    )
    discarded = Discarded.objects.create(organisation=lipa, user=ana, rows="[]")
    invitation = Invitation(organisation=lipa, email=MARK_ADDRESS, invited_by=ana)
    invitation.renew(now)
    invitation.save()
    template = made_template(
        ana, f"{MARK} template", subject=MARK, html=f"<p>{MARK}</p>", category=MARK, language="rm", sent=3
    )
    assert template.current is not None
    bulk_run = BulkRun.objects.create(
        organisation=lipa, user=ana, action="record-deny", place="contacts", view="all", total=1, state="done"
    )
    BulkStep.objects.create(
        organisation=lipa, run=bulk_run, number=1, keys=[contact.pk.hex], size=1, done=True,
        refused={"same": [1, [[str(contact.pk), MARK, ""]]]},
    )  # fmt: skip
    waiting = begin(ana, RecordKind.CONTACT, f"{MARK}.csv", [f"Name,{MARK}\n{MARK},{MARK}\n".encode()])
    done = Import.objects.create(
        organisation=lipa, user=ana, kind="contact", file_name=MARK, state=ImportState.DONE, rows=2, created=1,
        rejected=1, written_at=now,
    )  # fmt: skip
    ImportFault.objects.create(organisation=lipa, of=done, line=2, reasons=[["email", "email", MARK]])
    KnownColumn.objects.create(organisation=lipa, kind="contact", head=MARK, field="name")
    signing_key = SigningKey.objects.create(
        organisation=lipa, domain="zvitorepec.example", selector="zvitorepec", kind="rsa", public="QUJD", on=True
    )
    token, _text = ApiToken.objects.issue(ana, MARK)
    rows: dict[str, Model] = {
        **records, "record": contact, "call": call, "message": sent, "draft": draft, "party": party, "link": link,
        "delivery": delivery, "file": file, "attachment": attachments[0], "draft_attachment": attachments[1],
        "interaction": interaction, "testmail": mail, "token": token, "entry": entry, "user": ana, "organisation": lipa,
        "mailbox": ana.mailboxes.get(), "card": card, "reminder": reminder, "change": change,
        "saved_view": saved_view, "discarded": discarded, "bulk_run": bulk_run,
        "invitation": invitation, "browser": browser, "signing_key": signing_key,
        "template": template, "version": template.current,
        "weight_change": WeightChange.objects.create(organisation=lipa, user=ana, days=30, points={"head": 7}),
        "import": waiting, "import_done": done,
    }  # fmt: skip
    return {noun: str(row.pk) for noun, row in rows.items()}


def make_message(owner: User, regarding: Record, state: MessageState) -> Message:
    """An e-mail of the owner about a record, with the mark in its subject and body."""
    activity = Activity.objects.create(
        organisation=owner.organisation, owner=owner, kind=ActivityKind.EMAIL, subject=MARK, regarding=regarding
    )
    return Message.objects.create(
        activity=activity, organisation=owner.organisation, owner=owner, state=state, subject=MARK,
        html=f"<p>{MARK}</p>", text=MARK, to_line=f"{MARK} <{MARK_ADDRESS}>", recipients=MARK, from_address=owner.email,
        follow_state="on", mailbox=owner.mailboxes.get(), sent_at=clock.now() if state == MessageState.SENT else None,
    )  # fmt: skip


def nowhere(world: Mapping[str, str]) -> dict[str, str]:
    """The same nouns with identifiers that exist nowhere, of the same make: UUIDs of the same version and time."""
    return {noun: _changed(UUID(key)) for noun, key in world.items()}


def _changed(key: UUID) -> str:
    return str(UUID(int=key.int ^ 0xDEADBEEF))


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """A part of a case with `{noun}` replaced, however deep."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], value)
    if isinstance(value, Mapping):
        return {name: filled(part, ids) for name, part in value.items()}
    return [filled(part, ids) for part in value] if isinstance(value, list) else value


def comparable(text: str, ids: Mapping[str, str]) -> str:
    """An answer without what differs between any two: CSRF tokens, and the identifiers that were asked for."""
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "CSRF", text)
    for key in ids.values():
        text = text.replace(key, "ID").replace(UUID(key).hex, "ID")
    return text


def stored() -> dict[str, list[Any]]:
    """Every row of the product, to be compared. When a token was last used is no change of anybody's data."""
    found: dict[str, list[Any]] = {}
    for model in apps.get_app_config("odziv").get_models():
        names = [
            column.attname for column in model._meta.concrete_fields if column.name not in ("used_at", "last_login")
        ]
        found[model.__name__] = sorted(map(repr, model._base_manager.values_list(*names)))
    return found


def patterns(resolver: URLResolver | None = None, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """(name, route) of every pattern of the product; without a name, the route stands for it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from patterns(pattern, before + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            route = before + str(pattern.pattern)
            yield f"{space}{pattern.name}" if pattern.name else route, route

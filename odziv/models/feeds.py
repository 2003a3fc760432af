"""The feed of a record: the activities that show on it, newest first (R3, R4).

Whose feed an activity stands in follows from its regarding and its parties. Both keep the account behind and the time
beside them, so that the feed of an account with 500 contacts is four walks over an index, not a join over all of them.

No query here names the organisation: the record is of it, and SQLite would rather read the index of all its mail (with
300,000 messages 340 ms instead of 4). What is foreign all the same is left out at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from odziv.models.activities import Activity, ActivityKind
from odziv.models.keyset import Slice, Unindexed
from odziv.models.messages import Message
from odziv.models.organisations import User
from odziv.models.parties import Party
from odziv.models.record_kinds import RecordKind
from odziv.models.records import Record
from odziv.models.sources import Pair, Source, first_of, merged, nearest
from odziv.models.states import MessageState
from odziv.models.words import MessageWords, RecordWords

_PIECE = 500  # records at a time
MOST_FORMER = 20  # leads that became the same contact


def page(record: Record, user: User, *, kind: str = "", cursor: str = "", size: int = 30) -> Slice[Activity]:
    """A page of the record's feed as the user may see it, of one kind of activity when one is named.

    An activity shows on its regarding, on the records of its parties, on the account behind one of these, and on the
    contact that a lead became. Drafts are seen by their writer alone (O2). At most three queries.
    """
    return _own(merged(list(sources(record, user, kind)), Activity.objects.with_tile(), cursor, size), user)


def opened(record: Record, user: User, *, size: int, e_mails: int) -> tuple[Slice[Activity], QuerySet[Message]]:
    """The first page of the feed, and its newest e-mails, at most `e_mails`, in no order, for figures of them together.

    What stands in both is found once. At most four queries, and one for what is asked of the e-mails.
    """
    keys, rest = _whose(record), [kind for kind in ActivityKind if kind != ActivityKind.EMAIL]
    mails = nearest(list(_sources(record, user, ActivityKind.EMAIL, keys)), Activity, max(e_mails, size + 1))
    others = nearest([one for kind in rest for one in _sources(record, user, kind, keys)], Activity, size + 1)
    return _own(first_of([*mails, *others], Activity.objects.with_tile(), size), user), _own_mails(
        mails[:e_mails], user
    )


def _own(found: Slice[Activity], user: User) -> Slice[Activity]:
    return replace(found, rows=[row for row in found.rows if row.organisation_id == user.organisation_id])


def _own_mails(found: Sequence[Pair], user: User) -> QuerySet[Message]:
    own = Exact(Unindexed(F("organisation_id")), user.organisation_id)  # asked of each that the keys lead to
    return Message.objects.filter(own, pk__in=[pk for _at, pk in found])


def follow_account(record: Record) -> None:
    """After the account behind a record has changed: its activities stand in the new account's feed, not the old's.

    The leads that became a contact go with it.
    """
    former = Record.objects.became(record)
    former.update(account=record.account_id, account_key=record.account_key)
    RecordWords.objects.of_records(former)
    for key in [record.pk, *former.values_list("pk", flat=True)]:
        Activity.objects.filter(regarding=key).update(account=record.account_id)
        Party.objects.filter(record=key).update(account=record.account_id)


def follow_names(records: Iterable[UUID]) -> None:
    """After records were renamed or brought back: lists sort what names them by the name as it is now."""
    named = Activity.objects.filter(pk=OuterRef("pk")).values("regarding__name_key")[:1]
    for part in _pieces(records):
        about = Message.objects.filter(activity__regarding__in=part)
        about.update(regarding_key=Coalesce(Subquery(named), Value("")))
        MessageWords.objects.of_messages(about)
        Record.objects.follow_accounts(part)
        RecordWords.objects.of_records(Record.objects.filter(account__in=part))


def forget_names(records: Iterable[UUID]) -> None:
    """Before records are deleted: lists sort what names them among what names none."""
    for part in _pieces(records):
        members = Record.objects.filter(account__in=part)
        members.update(account_key="")
        RecordWords.objects.of_records(members, account=False)
        about = Message.objects.filter(activity__regarding__in=part)
        about.update(regarding_key="")
        MessageWords.objects.of_messages(about, regarding=False)


def _pieces(records: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(records)
    while piece := list(islice(left, _PIECE)):
        yield piece


def sources(record: Record, user: User, kind: str) -> Iterator[Source]:
    """What the feed is made of; each has an index that holds its order."""
    yield from _sources(record, user, kind, _whose(record))


def _whose(record: Record) -> list[UUID]:
    """The records whose feed it is: the leads that became a contact go on in its."""
    keys: list[UUID] = [record.pk]
    if record.kind == RecordKind.CONTACT:
        keys += Record.objects.became(record).values_list("pk", flat=True)[:MOST_FORMER]
    return keys


def _sources(record: Record, user: User, kind: str, keys: Sequence[UUID]) -> Iterator[Source]:
    ways: list[dict[str, Any]] = [{"regarding": key} for key in keys]
    parties: list[dict[str, Any]] = [{"record": key} for key in keys]
    if record.kind == RecordKind.ACCOUNT:
        ways.append({"account": record.pk})
        parties.append({"account": record.pk})
    # Kind by kind: an index holds the order of time within each, and tasks are found behind a million e-mails.
    for one in [kind] if kind else list(ActivityKind):
        for way in ways:
            yield Source(_seen(Activity.objects.filter(kind=one, **way), user, one))
    if kind in ("", ActivityKind.EMAIL):
        for way in parties:
            rows = Party.objects.filter(**way)
            mine = Q(message__owner=user) | ~Q(message__state=MessageState.DRAFT)
            yield Source(rows.filter(mine), pk="message_id", repeated=True)


def _seen(rows: QuerySet[Activity], user: User, kind: str) -> QuerySet[Activity]:
    if kind != ActivityKind.EMAIL:
        return rows
    return rows.filter(Q(owner=user) | ~Q(message__state=MessageState.DRAFT))

"""Deleting so that it can be undone: the rows go at once, and are kept as they were for a while.

Whatever hangs on them goes and comes back with them. Nothing else in the product has to leave deleted rows out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.serializers.base import DeserializedObject
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models.deletion import Collector

from odziv.lib import clock
from odziv.models import Discarded, User

KEPT = timedelta(days=1)
_PER_RUN = 500


class NotRestorable(Exception):
    """It cannot be brought back: too much time has passed, or what it needs is gone."""


@transaction.atomic
def discard(rows: Sequence[models.Model], user: User, now: datetime) -> Discarded:
    """Delete the rows, all of the user's organisation, with all that hangs on them; keep what `restore` needs.

    Raises ProtectedError when something that must stay names one of them.
    """
    collector = Collector(using="default")
    collector.collect(list(rows))
    collector.sort()
    gone: list[models.Model] = [row for group in collector.data.values() for row in group]
    gone += [row for query in collector.fast_deletes for row in query]
    kept = Discarded.objects.create(
        organisation_id=user.organisation_id,
        user=user,
        rows=serializers.serialize("json", gone, cls=_Exactly),
        links=_links(collector),
        count=len(rows),
        at=now,
    )
    collector.delete()
    return kept


class _Exactly(DjangoJSONEncoder):
    """Django's own cuts points in time to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def _links(collector: Any) -> list[list[str]]:
    """The references that the deletion empties."""
    return [
        [row._meta.label_lower, field.attname, str(row.pk), str(getattr(row, field.attname))]
        for (field, _value), groups in collector.field_updates.items()
        for group in groups
        for row in (group.only("pk", field.attname) if isinstance(group, models.QuerySet) else group)
    ]


@transaction.atomic
def restore(kept: Discarded) -> int:
    """Bring everything back; returns how many things that were. Raises NotRestorable; then nothing has changed."""
    stored = Discarded.objects.select_for_update().filter(pk=kept.pk).first()
    if stored is None:
        raise NotRestorable
    rows = list(serializers.deserialize("json", stored.rows, ignorenonexistent=True))
    _mend(rows)
    try:
        with transaction.atomic():
            for row in _parents_first(rows):
                row.save(force_insert=True)
            for label, attname, pk, value in stored.links:
                model = apps.get_model(label)
                model._base_manager.filter(pk=pk, **{f"{attname}__isnull": True}).update(**{attname: value})
    except IntegrityError as error:
        raise NotRestorable from error
    stored.delete()
    return stored.count


def _parents_first(rows: Iterable[DeserializedObject]) -> list[DeserializedObject]:
    """Rows whose references point to rows before them: some databases look at once."""
    waiting = {(type(row.object), row.object.pk): row for row in rows}
    ordered: list[DeserializedObject] = []
    while waiting:
        free = [key for key, row in waiting.items() if not any(one in waiting and one != key for one in _named(row))]
        ordered += [waiting.pop(key) for key in free or list(waiting)]
    return ordered


def _named(row: DeserializedObject) -> list[tuple[type[models.Model], Any]]:
    return [
        (field.related_model, getattr(row.object, field.attname)) for field in _references(row) if field.related_model
    ]


def _references(row: DeserializedObject) -> list[Any]:
    return [field for field in row.object._meta.concrete_fields if field.is_relation]


def _mend(rows: Sequence[DeserializedObject]) -> None:
    """Empty what names rows that are gone by now. Raises NotRestorable where that may not be empty."""
    own = {(type(row.object), row.object.pk) for row in rows}
    wanted: dict[type[models.Model], set[Any]] = {}
    for row in rows:
        for named in _named(row):
            if named[1] is not None and named not in own:
                wanted.setdefault(named[0], set()).add(named[1])
    present = {
        model: set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
        for model, keys in wanted.items()
    }
    for row in rows:
        for field in _references(row):
            key = getattr(row.object, field.attname)
            if key is None or (field.related_model, key) in own or key in present.get(field.related_model, ()):
                continue
            if not field.null:
                raise NotRestorable
            setattr(row.object, field.attname, None)


def forget(now: datetime | None = None) -> int:
    """The worker's job: let go of what can no longer be brought back; returns how much that was."""
    old = Discarded.objects.before((now or clock.now()) - KEPT)
    keys = list(old.values_list("pk", flat=True)[:_PER_RUN])
    return Discarded.objects.filter(pk__in=keys).delete()[0] if keys else 0

"""Copy a table in batches, and check that all of it arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model

from odziv.lib.plain import PlainError
from odziv.moving.rows import Digest, storable
from odziv.moving.target import Step, Target

_MOST_ROWS = 10_000
_MOST_TEXT = 16_000_000  # characters in a batch
_NOT_MOVED = {"contenttypes", "auth"}  # each database makes its own; nothing of ours names them
Tell = Callable[[int, int], None]


def models() -> list[type[Model]]:
    """Those that have a table of their own."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in _NOT_MOVED
    ]


def copy(model: type[Model], target: Target, tell: Tell) -> None:
    """Copy what is not there yet; `tell` is called with how many of how many rows are."""
    fields = model._meta.concrete_fields
    columns, table = [str(field.column) for field in fields], model._meta.db_table
    step = target.step(table)
    total = model._base_manager.count()
    tell(step.rows, total)
    for batch in _batches(model, step.last):
        digest, rows = Digest(step.digest), []
        for values in batch:
            kept = [storable(value) for value in values]
            digest.add(kept)
            rows.append(
                [field.get_db_prep_save(value, target.connection) for field, value in zip(fields, kept, strict=True)]
            )
        key = batch[-1][columns.index(str(model._meta.pk.column))]
        step = Step(str(key), step.rows + len(rows), str(digest))
        target.add(table, columns, rows, step)
        tell(step.rows, total)


def check(model: type[Model], target: Target) -> None:
    """Compare number and digest of what was read here with what stands there. Raises PlainError."""
    step = target.step(model._meta.db_table)
    here = model._base_manager.count()
    there, digest = target.digest(model)
    if not here == step.rows == there or digest != step.digest:
        raise PlainError(
            f"{model._meta.db_table} did not arrive as it is: {here} rows here, {there} in {target.name}. Nothing here "
            "was changed. Empty that database, give up (odziv migrate-store --give-up) and begin anew."
        )


def _batches(model: type[Model], last: str | None) -> Iterator[list[tuple[Any, ...]]]:
    pk = model._meta.pk
    rows = model._base_manager.order_by("pk")
    if last is not None:
        rows = rows.filter(pk__gt=pk.to_python(last))
    batch: list[tuple[Any, ...]] = []
    text = 0
    for row in rows.values_list(*(field.attname for field in model._meta.concrete_fields)).iterator(chunk_size=200):
        batch.append(row)
        text += sum(len(value) for value in row if isinstance(value, str))
        if len(batch) >= _MOST_ROWS or text >= _MOST_TEXT:
            yield batch
            batch, text = [], 0
    if batch:
        yield batch

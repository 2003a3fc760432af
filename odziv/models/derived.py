"""Columns that follow from others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models


class _Derived(models.Field):
    """Computed from its row whenever that is saved, alone or by `bulk_create`. `derive` gives the stored value.

    In `save(update_fields=…)` it has to be named beside its sources. Migrations see the plain field.
    """

    PLAIN = ""

    def __init__(self, *args: Any, derive: Callable[[Any], Any] | None = None, **kwargs: Any) -> None:
        self.derive = derive
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, self.PLAIN, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if self.derive is not None:
            setattr(model_instance, self.attname, self.derive(model_instance))
        return super().pre_save(model_instance, add)


class DerivedField(_Derived, models.CharField):
    """A text, cut at `max_length`."""

    PLAIN = "django.db.models.CharField"

    def __init__(self, *args: Any, derive: Callable[[Any], str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(*args, derive=derive and (lambda row: derive(row)[: self.max_length]), **kwargs)


class DerivedMoment(_Derived, models.DateTimeField):
    """A point in time."""

    PLAIN = "django.db.models.DateTimeField"


class DerivedLink(_Derived, models.ForeignKey):
    """A row; `derive` gives its identifier or None."""

    PLAIN = "django.db.models.ForeignKey"

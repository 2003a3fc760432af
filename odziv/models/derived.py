"""Columns that follow from others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models


class DerivedField(models.CharField):
    """A text that is computed from its row whenever that is saved, alone or by `bulk_create`; cut at `max_length`.

    In `save(update_fields=…)` it has to be named beside its sources. Migrations see a plain `CharField`.
    """

    def __init__(self, *args: Any, derive: Callable[[Any], str] | None = None, **kwargs: Any) -> None:
        self.derive = derive
        kwargs.setdefault("editable", False)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if self.derive is not None:
            setattr(model_instance, self.attname, self.derive(model_instance)[: self.max_length])
        return super().pre_save(model_instance, add)

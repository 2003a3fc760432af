"""The picker: a record chosen by name, with completion; without scripts, by typing its whole name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from odziv.models import Record, RecordKind, User

Typed = tuple[str, str]  # identifier, or nothing when something else was typed since; and the name


class RecordPicker(forms.Widget):
    """A text field `NAME_text` with completion, and beside it the hidden field `NAME` that keeps the identifier."""

    template_name = "forms/picker.html"
    kinds: Sequence[RecordKind] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen, text = (str(value.pk), value.name) if isinstance(value, Record) else value or ("", "")
        context["widget"].update(chosen=chosen, text=text)
        context["widget"]["url"] = f"{reverse('record-options')}?{urlencode([('kind', kind) for kind in self.kinds])}"
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Typed:
        return str(data.get(name) or "").strip(), str(data.get(f"{name}_text") or "").strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data


class RecordPickerField(forms.Field):
    """A record of the user's organisation, of one of the kinds; gives the record or None.

    A foreign identifier and one that does not exist have the same answer: the name was not found (O1).
    """

    widget = RecordPicker

    def __init__(self, user: User, kinds: Sequence[RecordKind] = tuple(RecordKind), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user, self.kinds = user, kinds
        self.widget.kinds = kinds

    def clean(self, value: Any) -> Record | None:
        chosen, text = value if isinstance(value, tuple) else ("", "")
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        rows = Record.objects.for_(self.user).of_kinds(self.kinds)
        key = _uuid(chosen)
        picked = rows.filter(pk=key).first() if key else None
        if picked is not None and picked.name == text:
            return picked
        named = list(rows.named(text)[:2])
        if len(named) == 1:
            return named[0]
        if named:
            raise ValidationError(_("Several have this name: choose one from the list that opens while you type."))
        raise ValidationError(_("Nothing here has this name. Type its beginning and choose from the list."))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

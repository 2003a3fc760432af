"""The form of a phone call or a task (R3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.models import Activity, ActivityKind, ActivityState, User
from odziv.records import todo
from odziv.web.forms.differences import Value
from odziv.web.forms.fields import moment_field
from odziv.web.forms.picker import RecordPickerField

MOST_NUMBERS = 12


class ActivityForm(forms.ModelForm):
    """What is to be done, about whom, until when, by whom; `done` says that it was. `version` is what the user saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=500)
    due_at = moment_field(label=_("Due"), required=False)
    phone_number = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "list": "numbers", "autocomplete": "off"}),
    )
    done = forms.BooleanField(label=_("Done"), required=False)

    class Meta:
        model = Activity
        fields = ("subject", "regarding", "phone_number", "due_at", "owner", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["regarding"] = RecordPickerField(user, label=_("Regarding"), required=False)
        self.initial["regarding"] = self.instance.regarding
        owners = User.objects.owners_for(user, self.instance.owner_id)
        self.fields["owner"] = forms.ModelChoiceField(owners, label=_("Owner"), empty_label=None)
        if not self.instance._state.adding:
            self.initial["version"] = self.instance.version
        self.initial["done"] = self.instance.state == ActivityState.DONE
        if self.instance.kind != ActivityKind.PHONE_CALL:
            del self.fields["phone_number"]

    def numbers(self) -> list[tuple[str, str]]:
        """Numbers to choose from: those of whom it is about, and of the people and the company behind."""
        if self.instance.kind != ActivityKind.PHONE_CALL:
            return []
        record = self.instance.regarding
        near = (record, record.primary_contact, record.account) if record is not None else ()
        found = {phone.number: one.name for one in near if one is not None for phone in one.phones.all()}
        return list(found.items())[:MOST_NUMBERS]

    def written(self, now: datetime) -> Activity:
        """Write it; after `is_valid`. Raises `todo.StaleActivity`."""
        activity: Activity = super().save(commit=False)
        if not activity._state.adding:
            activity.version = self.cleaned_data["version"] or 0
        return todo.save(activity, done=self.cleaned_data["done"], now=now)

    def value_of(self, activity: Activity, name: str) -> Any:
        """What a stored activity has in this field of the form."""
        return activity.state == ActivityState.DONE if name == "done" else getattr(activity, name)

    def values(self, of: Callable[[str], Any]) -> dict[str, Value]:
        """What each field is, to be compared (`differences`); `of` gives a field's value."""
        names = [name for name in self.fields if name != "version"]
        return {name: Value(str(self.fields[name].label or name), of(name)) for name in names}

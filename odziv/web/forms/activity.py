"""The form of a phone call or a task (R3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.models import Activity, ActivityKind, ActivityState, User
from odziv.web.forms.fields import moment_field
from odziv.web.forms.picker import RecordPickerField


class ActivityForm(forms.ModelForm):
    """What is to be done, about whom, until when, by whom; `done` says that it was."""

    subject = forms.CharField(label=_("Subject"), max_length=500)
    due_at = moment_field(label=_("Due"), required=False)
    phone_number = forms.CharField(
        label=_("Phone number"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
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
        self.initial["done"] = self.instance.state == ActivityState.DONE
        if self.instance.kind != ActivityKind.PHONE_CALL:
            del self.fields["phone_number"]

    def saved(self, now: datetime) -> Activity:
        """Write it. It stands in the feed where it is due, or where it was done; after `is_valid`."""
        activity: Activity = super().save(commit=False)
        was_done = activity.state == ActivityState.DONE
        activity.state = ActivityState.DONE if self.cleaned_data["done"] else ActivityState.OPEN
        if self.cleaned_data["done"] and not was_done:
            activity.at = now
        elif not self.cleaned_data["done"]:
            activity.at = activity.due_at or activity.created_at
        activity.save()
        return activity

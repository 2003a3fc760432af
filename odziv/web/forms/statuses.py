"""The form that closes an opportunity or gives up a lead (R1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models import REASONS, RecordStatus, StatusReason
from odziv.web.forms.fields import day_field

ENDINGS: dict[str, tuple[RecordStatus, ...]] = {
    "opportunity": (RecordStatus.WON, RecordStatus.LOST),
    "lead": (RecordStatus.DISQUALIFIED,),
}


class ClosingForm(forms.Form):
    """On which day, why, and what there is to say. `seen` is the status that the user saw."""

    seen = forms.CharField(widget=forms.HiddenInput)
    day = day_field(label=_("Actual close date"))
    reason = forms.ChoiceField(label=_("Reason"), required=False, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "data-submits": ""})
    )

    def __init__(self, status: RecordStatus, now: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localtime(now).date()
        self.fields["day"].widget.attrs["max"] = self.today.isoformat()
        reasons = REASONS.get(status, ())
        if reasons:
            self.fields["reason"].choices = [(one.value, one.label) for one in reasons]  # type: ignore[attr-defined]
        else:
            del self.fields["reason"]
        if status == RecordStatus.DISQUALIFIED:
            del self.fields["day"]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(_("That day is still to come. Leave it open until then."))
        if day.year < self.today.year - 50:
            raise forms.ValidationError(_("That is too long ago. Check the year."))
        return day

    @property
    def chosen(self) -> dict[str, Any]:
        """Reason and note as `closing.change` takes them; after `is_valid`."""
        return {"reason": StatusReason(reason) if (reason := self.cleaned_data.get("reason")) else "",
                "note": self.cleaned_data["note"].strip()}  # fmt: skip

"""Which cards the assistant makes, and when somebody is at work (O4, O5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from odziv.models import OWN_HOLIDAYS, CardKind, Organisation
from odziv.web.forms import choices


class CardsForm(forms.Form):
    """The kinds that are wanted."""

    kinds = forms.TypedMultipleChoiceField(choices=CardKind.choices, coerce=CardKind, required=False)


class WorkingWeekForm(forms.Form):
    """Days, hours and public holidays."""

    days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    starts = forms.TimeField(label=_("Work begins"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("Work ends"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    holidays = forms.ChoiceField(
        label=_("Public holidays"),
        required=False,
        help_text=_("On a public holiday no e-mail is suggested to arrive."),
    )

    def __init__(self, organisation: Organisation, data: Any = None) -> None:
        week = organisation.working_week
        initial = {"days": sorted(week.days), "starts": week.starts, "ends": week.ends, "holidays": week.holidays}
        super().__init__(data, initial=initial)
        ways = [(OWN_HOLIDAYS, _("Those of the recipient's country")), ("", _("Do not mind holidays"))]
        field = self.fields["holidays"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*ways, (_("Always those of"), choices.holiday_countries())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and starts >= ends:
            self.add_error("ends", ValidationError(_("Work has to end after it begins.")))
        return cleaned

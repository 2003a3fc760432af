"""What is chosen with an action on many rows: an owner, a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.compose import chosen
from odziv.models import User


class OwnerForm(forms.Form):
    def __init__(self, user: User, now: datetime, data: Any = None) -> None:
        super().__init__(data)
        owners = User.objects.owners_for(user)
        self.fields["owner"] = forms.ModelChoiceField(owners, label=_("Owner"), empty_label=None, initial=user.pk)

    @property
    def values(self) -> dict[str, str]:
        """As `odziv.bulk` takes it; after `is_valid`."""
        return {"owner": self.cleaned_data["owner"].pk.hex}


class TimeForm(forms.Form):
    """A time on the user's own clocks; `ahead`: one that lies ahead, within a year."""

    ahead = False
    wall = forms.CharField(
        max_length=30, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    def __init__(self, user: User, now: datetime, data: Any = None) -> None:
        super().__init__(data)
        self.zone, self.now = user.zone, now
        self.fields["wall"].label = _("Date and time")
        self.fields["wall"].help_text = user.zone.key
        if self.ahead:
            self.fields["wall"].widget.attrs["min"] = chosen.at_instant(now, user.zone).wall

    def clean_wall(self) -> chosen.Chosen:
        try:
            found = chosen.read(self.cleaned_data["wall"], self.zone)
        except ValueError as error:
            raise forms.ValidationError(_("This is not a date with a time.")) from error
        if self.ahead and not chosen.lies_ahead(found, self.now):
            raise forms.ValidationError(_("Choose a time that lies ahead, within a year."))
        return found

    @property
    def values(self) -> dict[str, str]:
        found: chosen.Chosen = self.cleaned_data["wall"]
        return {"wall": found.wall, "zone": found.zone}


class AheadForm(TimeForm):
    ahead = True


FORMS: dict[str, type[OwnerForm] | type[TimeForm]] = {"owner": OwnerForm, "due": TimeForm, "time": AheadForm}

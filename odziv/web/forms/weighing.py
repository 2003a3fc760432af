"""What evidence weighs: a field for each piece, within its limits (J5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from odziv.measure.reasons import sentences
from odziv.measure.weighing import SPANS
from odziv.measure.weights import WEIGHTS, Points
from odziv.web.weights import signed


class Row(NamedTuple):
    """A line of the table: what it means, where that is known from, and what it weighs."""

    text: str
    source: str
    default: str
    range: str
    is_adjusted: bool
    field: BoundField


class WeighingForm(forms.Form):
    """Whole points for each piece of evidence, and over how many days to look."""

    days = forms.TypedChoiceField(label=gettext_lazy("Look at"), coerce=int)

    def __init__(self, points: Points, data: Any = None) -> None:
        super().__init__(data, initial={"days": SPANS[1], **{_name(code): points[code] for code in WEIGHTS}})
        self._points = points
        days = self.fields["days"]
        assert isinstance(days, forms.TypedChoiceField)
        days.choices = [(n, ngettext("the last %(n)d day", "the last %(n)d days", n) % {"n": n}) for n in SPANS]
        for code, weight in WEIGHTS.items():
            told = _("Whole points from %(low)s to %(high)s, please.") % {
                "low": signed(weight.lowest),
                "high": signed(weight.highest),
            }
            self.fields[_name(code)] = forms.IntegerField(
                label=sentences([code])[0],
                min_value=weight.lowest,
                max_value=weight.highest,
                error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), told),
            )

    @property
    def rows(self) -> Iterator[Row]:
        """What speaks for a machine first."""
        for code, weight in sorted(WEIGHTS.items(), key=lambda item: -item[1].points):
            field = self[_name(code)]
            reach = _("%(low)s to %(high)s") % {"low": signed(weight.lowest), "high": signed(weight.highest)}
            adjusted = self._points[code] != weight.points
            yield Row(str(field.label), _(weight.source), signed(weight.points), reach, adjusted, field)

    @property
    def points(self) -> dict[str, int]:
        """Of a valid form, by code."""
        return {code: self.cleaned_data[_name(code)] for code in WEIGHTS}


def _name(code: str) -> str:
    return f"weight-{code}"

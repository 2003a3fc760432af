"""Several e-mail addresses, phone numbers and postal addresses: rows that come and go without reloading the page.

A row left empty does not count, so a row is removed by emptying it; the script takes it away altogether. Rows carry no
identifiers: what is sent is the whole new list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, Generic, TypeVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.models import Record
from odziv.records.saving import Postal, Reach, reach_of
from odziv.web.forms import choices
from odziv.web.forms.fields import AddressField

ROWS = 20
Row = TypeVar("Row", bound=forms.Form)


class EmailRow(forms.Form):
    address = AddressField(label=_("E-mail address"))


class LabelledRow(forms.Form):
    """A row that says what it is for: one of our words, or whatever an import brought."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("label") or ""
        offered = self.offered()
        others = [] if kept in dict(offered) or not kept else [(kept, kept)]
        cast(forms.Select, self.fields["label"].widget).choices = [*offered, *others]

    def offered(self) -> choices.Choices:
        raise NotImplementedError


class PhoneRow(LabelledRow):
    label = forms.CharField(label=_("Kind of number"), max_length=40, required=False, widget=forms.Select)
    number = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def offered(self) -> choices.Choices:
        return choices.phone_labels()

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip()
        if sum(letter.isdecimal() for letter in number) < 3:
            raise forms.ValidationError(_("This is not a phone number. One looks like +386 1 234 56 78."))
        return number

    def has_changed(self) -> bool:
        return bool(self["number"].data)  # the kind alone is not a number


class PostalRow(LabelledRow):
    label = forms.CharField(label=_("Kind of address"), max_length=40, required=False, widget=forms.Select)
    street = forms.CharField(label=_("Street and number"), max_length=250, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    region = forms.CharField(label=_("Region"), max_length=120, required=False)
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        choices=choices.Many(lambda: choices.optional(choices.countries())),
        widget=choices.ManySelect,
    )

    def offered(self) -> choices.Choices:
        return choices.address_labels()

    def has_changed(self) -> bool:
        return any(self[name].data for name in ("street", "postal_code", "city", "region", "country"))


class Rows(forms.BaseFormSet, Generic[Row]):
    """A list of rows; bound ones count none as initial, so that any of them may be left out or emptied."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    @property
    def filled(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if form.has_changed()]


def _rows(row: type[forms.Form]) -> type[Rows]:
    made = forms.formset_factory(row, formset=Rows, extra=1, max_num=ROWS, validate_max=True, absolute_max=ROWS * 5)
    return cast(type[Rows], made)


EmailRows, PhoneRows, PostalRows = _rows(EmailRow), _rows(PhoneRow), _rows(PostalRow)


class ReachForms:
    """The three lists of a record's form together. `more` names a list that shall show one more empty row."""

    def __init__(self, data: Mapping[str, Any] | None = None, record: Record | None = None, more: str = "") -> None:
        kept = reach_of(record) if record is not None else Reach()
        self.emails = EmailRows(
            _with_more(data, "emails", more), prefix="emails", initial=[{"address": address} for address in kept.emails]
        )
        self.phones = PhoneRows(
            _with_more(data, "phones", more),
            prefix="phones",
            initial=[{"label": label, "number": number} for label, number in kept.phones],
        )
        self.addresses = PostalRows(
            _with_more(data, "addresses", more),
            prefix="addresses",
            initial=[dict(zip(Postal.__slots__, astuple(postal), strict=True)) for postal in kept.addresses],
        )
        for rows in (self.emails, self.phones, self.addresses):
            if data is None and rows.initial_form_count():
                rows.extra = 0

    def is_valid(self) -> bool:
        return all([self.emails.is_valid(), self.phones.is_valid(), self.addresses.is_valid()])

    @property
    def reach(self) -> Reach:
        """What was typed; after `is_valid`."""
        return Reach(
            emails=[row["address"] for row in self.emails.filled],
            phones=[(row["label"], row["number"]) for row in self.phones.filled],
            addresses=[Postal(**row) for row in self.addresses.filled],
        )


def _with_more(data: Mapping[str, Any] | None, prefix: str, more: str) -> Any:
    if data is None or more != prefix:
        return data
    changed = dict(data.items())
    total = str(changed.get(f"{prefix}-TOTAL_FORMS", ""))
    changed[f"{prefix}-TOTAL_FORMS"] = str(int(total) + 1) if total.isdecimal() else "1"
    return changed

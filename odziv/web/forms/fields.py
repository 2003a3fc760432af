"""Fields that our forms share: an e-mail address, an amount of money, a moment."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

LARGEST = Decimal(10) ** 14


class AddressField(forms.CharField):
    """An e-mail address, internationalised ones too (RFC 6531); gives it as typed, without space around."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        # type=email would let browsers refuse what is valid: letters beyond ASCII before the @.
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}))
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        address = super().clean(value).strip()
        if address:
            try:
                validate_email(address, check_deliverability=False, globally_deliverable=False)
            except EmailNotValidError as error:
                raise ValidationError(_("This is not an e-mail address. One looks like maja@example.com.")) from error
        return address


class AmountField(forms.CharField):
    """An amount of money as people write it: 12400, 12.400,50, 12,400.50, 12 400. Gives a Decimal or None.

    Where one mark followed by three digits could be either, the language of the page decides.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "amount"}))
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return number_format(value, 2, force_grouping=True) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        return amount_of(text) if text else None


def amount_of(text: str) -> Decimal:
    """The amount that a text says. Raises ValidationError."""
    bare = "".join(text.replace("'", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", " ").split())
    mark = _decimal_mark(bare)
    for other in ".,":
        if other != mark:
            bare = bare.replace(other, "")
    try:
        amount = Decimal(bare.replace(mark, ".") if mark else bare)
    except InvalidOperation as error:
        raise ValidationError(_("This is not an amount. Write it in digits, for example 12400.")) from error
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValidationError(_("This is not an amount. Write it in digits, for example 12400."))
    if amount != round(amount, 2):
        raise ValidationError(_("An amount has at most two decimal places."))
    return round(amount, 2)


def _decimal_mark(bare: str) -> str:
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        return "." if bare.rindex(".") > bare.rindex(",") else ","
    mark = "." if points else "," if commas else ""
    if points + commas > 1:
        return ""
    groups = mark and len(bare.rpartition(mark)[2]) == 3
    return "" if groups and mark == get_format("THOUSAND_SEPARATOR") else mark


def day_field(**kwargs: Any) -> forms.DateField:
    """A date, with the browser's own calendar."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def moment_field(**kwargs: Any) -> forms.DateTimeField:
    """A date and time in the user's time zone, with the browser's own calendar."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

"""Tags of the pages of records: money, countries, languages, labels. ``"""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString

from odziv.models import Record, RecordAddress, RecordStatus
from odziv.web.forms import choices
from odziv.web.templatetags.ui import badge

register = template.Library()


@register.filter
def money(record: Record) -> str:
    """{{ opportunity|money }}: 12,400.00 EUR, with a space that does not break; nothing when there is no amount."""
    if record.amount is None:
        return ""
    places = 0 if record.amount == record.amount.to_integral_value() else 2
    amount = number_format(Decimal(record.amount), places, force_grouping=True)
    return f"{amount}\N{NO-BREAK SPACE}{record.currency}"


_STATUSES = {
    RecordStatus.WON: ("green", "trophy"),
    RecordStatus.QUALIFIED: ("green", "check"),
    RecordStatus.OPEN: ("blue", "circle-dot"),
}


@register.simple_tag
def status(record: Record) -> SafeString | str:
    """{% status record %}: of a lead or an opportunity, as a badge."""
    if not record.status:
        return ""
    found = RecordStatus(record.status)
    tone, symbol = _STATUSES.get(found, ("", "circle-x"))
    return badge(str(found.label), tone, symbol)


@register.filter
def language_name(code: str) -> str:
    return choices.language_name(code) if code else ""


@register.filter
def country(record: Record) -> str:
    """The name of the country of the first postal address that has one. Uses the prefetched list when there is one."""
    code = next((address.country for address in record.addresses.all() if address.country), "")
    return choices.country_name(code) if code else ""


@register.filter
def phone_label(code: str) -> str:
    """What a number is for; a label that is none of ours stays as it is."""
    return dict(choices.phone_labels()).get(code, code)


@register.filter
def address_label(code: str) -> str:
    return dict(choices.address_labels()).get(code, code)


@register.filter
def postal_lines(address: RecordAddress) -> list[str]:
    """A postal address in lines, as it stands on a letter."""
    city = " ".join(filter(None, (address.postal_code, address.city)))
    country = choices.country_name(address.country) if address.country else ""
    return [line for line in (address.street, city, address.region, country) if line]

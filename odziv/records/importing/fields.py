"""What a column of a file can be, for each kind of record, in the order in which it is offered."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from odziv.models import RecordKind

KINDS = (RecordKind.ACCOUNT, RecordKind.CONTACT, RecordKind.LEAD)
PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD)
ADDRESSES = 3  # postal ones of a record that a file can have


class Field(NamedTuple):
    """One field: `group` is a heading of the choice. Several columns may be the same field when it is `many`."""

    key: str
    label: str | Promise
    group: str | Promise
    kinds: tuple[RecordKind, ...] = KINDS
    many: bool = False
    limit: int = 200


_PERSON, _FIRM, _REACH, _PRIVACY = _("Person"), _("Company"), _("How to reach"), _("Consent and owner")
_POSTAL = (_("Postal address"), _("Second postal address"), _("Third postal address"))
_PARTS = (
    ("label", _("Kind of address"), 40), ("street", _("Street and number"), 250), ("postal_code", _("Postal code"), 20),
    ("city", _("City"), 120), ("region", _("Region"), 120), ("country", _("Country"), 100),
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    Field("name", _("Name"), _PERSON),
    Field("first_name", _("First name"), _PERSON, PEOPLE, limit=100),
    Field("middle_name", _("Middle name"), _PERSON, PEOPLE, limit=100),
    Field("last_name", _("Last name"), _PERSON, PEOPLE, limit=100),
    Field("job_title", _("Job title"), _PERSON, PEOPLE, limit=150),
    Field("language", _("Language"), _PERSON, PEOPLE, limit=100),
    Field("time_zone", _("Time zone"), _PERSON, PEOPLE, limit=64),
    Field("account", _("Account"), _FIRM, (RecordKind.CONTACT,)),
    Field("company", _("Company"), _FIRM, (RecordKind.LEAD,)),
    Field("industry", _("Industry"), _FIRM, (RecordKind.ACCOUNT, RecordKind.LEAD), limit=100),
    Field("website", _("Website"), _FIRM, (RecordKind.ACCOUNT, RecordKind.LEAD), limit=500),
    Field("email", _("E-mail address"), _REACH, many=True, limit=5_000),
    Field("phone", _("Phone number"), _REACH, many=True, limit=1_000),
    Field("phone_work", _("Phone number at work"), _REACH, many=True, limit=1_000),
    Field("phone_mobile", _("Mobile number"), _REACH, many=True, limit=1_000),
    Field("phone_home", _("Phone number at home"), _REACH, many=True, limit=1_000),
    Field("phone_other", _("Other phone number"), _REACH, many=True, limit=1_000),
    *(
        Field(f"{part}_{number}", label, group, limit=limit)
        for number, group in enumerate(_POSTAL, 1)
        for part, label, limit in _PARTS
    ),
    Field("follow_email", _("Follow email"), _PRIVACY, limit=100),
    Field("opted_out", _("Has opted out (yes or no)"), _PRIVACY, many=True, limit=100),
    Field("owner", _("Owner"), _PRIVACY),
    Field("status", _("Status"), _PRIVACY, (RecordKind.LEAD,), limit=100),
    Field("description", _("Description"), _PRIVACY, many=True, limit=20_000),
    Field("id", _("Identifier in Odziv"), _PRIVACY, limit=40),
)
BY_KEY: dict[str, Field] = {field.key: field for field in FIELDS}


def fields_of(kind: RecordKind | str, *, chooses_owner: bool) -> list[Field]:
    """The fields that a file of this kind may have; `chooses_owner`: records may be given to others than oneself."""
    return [one for one in FIELDS if kind in one.kinds and (chooses_owner or one.key != "owner")]

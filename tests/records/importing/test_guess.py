"""Columns are known by their heads, as programs and people write them (R5)."""

from __future__ import annotations

import pytest

from odziv.models import RecordKind
from odziv.records.importing.fields import fields_of
from odziv.records.importing.guess import guess

CONTACT, LEAD, ACCOUNT = RecordKind.CONTACT, RecordKind.LEAD, RecordKind.ACCOUNT
FILES = {
    "dynamics": (
        CONTACT,
        "(Do Not Modify) Contact|Full Name|Email|Company Name|Business Phone|Mobile Phone|Job Title|"
        "Address 1: Street 1|Address 1: ZIP/Postal Code|Address 1: City|Address 1: Country/Region|Follow Email",
        "|name|email|account|phone_work|phone_mobile|job_title|street_1|postal_code_1|city_1|country_1|follow_email",
    ),
    "hubspot": (
        CONTACT,
        "Record ID|First Name|Last Name|Email|Phone Number|Contact owner|Associated Company|Lead Status|Country/Region|"
        "Unsubscribed from all email|Additional email addresses",
        "|first_name|last_name|email|phone|owner|account||country_1|opted_out|email",
    ),
    "google": (
        CONTACT,
        "First Name|Middle Name|Last Name|Organization Name|Organization Title|Labels|E-mail 1 - Label|"
        "E-mail 1 - Value|E-mail 2 - Value|Phone 1 - Value|Address 1 - Street|Address 1 - City|Notes",
        "first_name|middle_name|last_name|account|job_title|||email|email|phone|street_1|city_1|description",
    ),
    "outlook": (
        CONTACT,
        "Title|First Name|Last Name|Company|Job Title|Business Street|Business City|Home Street|Business Phone|"
        "Mobile Phone|E-mail Address|E-mail 2 Address|Notes|Web Page",
        "|first_name|last_name|account|job_title|street_1|city_1|street_2|phone_work|phone_mobile|email|email|"
        "description|",
    ),
    "slovenian": (
        LEAD,
        "Ime|Priimek|Podjetje|E-poštni naslov|Službeni telefon|GSM|Naslov|Poštna številka|Kraj|Država|Panoga|Opombe",
        "first_name|last_name|company|email|phone_work|phone_mobile|street_1|postal_code_1|city_1|country_1|industry|"
        "description",
    ),
    "german": (
        ACCOUNT,
        "Firma|Straße|PLZ|Ort|Land|Telefon|E-Mail|Webseite|Branche|Bemerkungen",
        "name|street_1|postal_code_1|city_1|country_1|phone|email|website|industry|description",
    ),
    "a name alone": (CONTACT, "Ime|E-pošta", "name|email"),
}


@pytest.mark.parametrize(("kind", "heads", "wanted"), FILES.values(), ids=FILES)
def test_common_exports_are_understood(kind: RecordKind, heads: str, wanted: str) -> None:
    assert guess(heads.split("|"), kind, fields_of(kind, chooses_owner=True)) == wanted.split("|")


def test_a_salesperson_gives_records_to_nobody() -> None:
    assert guess(["Owner"], CONTACT, fields_of(CONTACT, chooses_owner=False)) == [""]


def test_what_was_chosen_before_goes_before() -> None:
    fields = fields_of(CONTACT, chooses_owner=True)
    assert guess(["Rolle", "Name"], CONTACT, fields, {"rolle": "job_title", "name": ""}) == ["job_title", ""]

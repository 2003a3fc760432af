"""What a column is, by its head: as people write it in English, Slovenian and German, and as common exports do. Pure.

Exports of Dynamics 365, HubSpot, Google Contacts and Outlook, and our own in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from django.utils.translation import override

from odziv.lib.text import fold
from odziv.models import RecordKind
from odziv.records.importing.fields import FIELDS, Field

# Field -> heads, folded and without punctuation, parted by |.
_HEADS: dict[str, str] = {
    "name": "name|full name|contact|contact name|display name|lead|lead name|ime in priimek|"
    "priimek in ime|naziv|stik|polno ime|vollstandiger name|anzeigename|kontakt|ansprechpartner|"
    "kontaktna oseba|mozna stranka",
    "first_name": "first name|given name|firstname|forename|ime|osebno ime|vorname|rufname",
    "middle_name": "middle name|additional name|drugo ime|srednje ime|zweiter vorname|weitere vornamen",
    "last_name": "last name|family name|surname|lastname|priimek|nachname|familienname",
    "job_title": "job title|jobtitle|position|organization title|organization 1 title|delovno mesto|"
    "funkcija|polozaj|naziv delovnega mesta|berufsbezeichnung|stellenbezeichnung|funktion|"
    "titel der stelle",
    "language": "language|preferred language|jezik|sprache|bevorzugte sprache|locale",
    "time_zone": "time zone|timezone|casovni pas|zeitzone",
    "account": "company|company name|account|account name|organization|organisation|organization name|"
    "organization 1 name|associated company|primary company|parent account|podjetje|racun|organizacija|"
    "firma|ime podjetja|naziv podjetja|unternehmen|firmenname|stranka",
    "industry": "industry|panoga|dejavnost|branche",
    "website": "website|website url|web site|web page|website 1 value|url|company domain name|domain|"
    "homepage|spletna stran|spletno mesto|spletni naslov|webseite|internetseite",
    "email": "e mail|email|e mail address|email address|mail|e mail 1 value|e mail 2 value|"
    "e mail 3 value|e mail 4 value|e mail 2 address|e mail 3 address|email 2|email 3|email address 1|"
    "email address 2|email address 3|primary email|work email|business email|additional email addresses|"
    "e posta|eposta|e postni naslov|e naslov|elektronska posta|elektronski naslov|sluzbena e posta|"
    "e mail adresse|email adresse|e mail 2|e mail 3|e post",
    "phone": "phone|telephone|phone number|main phone|tel|phone 1 value|phone 2 value|phone 3 value|"
    "phone 4 value|telefon|telefonska stevilka|telefonnummer|primary phone|company main phone",
    "phone_work": "business phone|business phone 2|work phone|office phone|sluzbeni telefon|"
    "sluzbena stevilka|telefon v sluzbi|telefon geschaftlich|geschaftstelefon|telefon firma",
    "phone_mobile": "mobile|mobile phone|mobile phone number|mobile number|cell|cell phone|"
    "mobilni telefon|mobitel|gsm|mobilna stevilka|mobiltelefon|handy|handynummer|mobil|mobilnummer",
    "phone_home": "home phone|home phone 2|domaci telefon|telefon doma|telefon privat|privattelefon",
    "phone_other": "other phone|drugi telefon|weiteres telefon|primary telephone",
    "street_1": "street|street address|address|address 1 street|address 1 street 1|business street|"
    "business address street|street address 1|postal address|naslov|ulica|ulica in hisna stevilka|"
    "ulica in stevilka|strasse|adresse|anschrift",
    "postal_code_1": "postal code|zip|zip code|postcode|zip postal code|address 1 postal code|"
    "address 1 zip postal code|business postal code|postna stevilka|plz|postleitzahl",
    "city_1": "city|town|address 1 city|business city|kraj|mesto|posta|ort|stadt",
    "region_1": "region|state|state region|address 1 region|address 1 state province|business state|"
    "province|regija|pokrajina|bundesland",
    "country_1": "country|country region|address 1 country|address 1 country region|"
    "business country region|drzava|land|country code|business country",
    "street_2": "home street|address 2 street|address 2 street 1",
    "postal_code_2": "home postal code|address 2 postal code|address 2 zip postal code",
    "city_2": "home city|address 2 city",
    "region_2": "home state|address 2 region|address 2 state province",
    "country_2": "home country region|home country|address 2 country|address 2 country region",
    "follow_email": "follow email|follow e mail|follow email activity|consent|privolitev|soglasje|"
    "dovoli sledenje|spremljanje e poste|einwilligung|zustimmung",
    "opted_out": "unsubscribed from all email|opted out|opt out|opted out of email|email opt out|"
    "unsubscribed|do not email|do not allow emails|do not allow bulk emails|odjava|odjavljen|odjavljena|"
    "abgemeldet|widerspruch",
    "owner": "owner|contact owner|company owner|lead owner|lastnik|skrbnik|besitzer|verantwortlich|"
    "zustandig",
    "status": "status|lead status|stanje",
    "description": "description|notes|note|comments|opis|opombe|opomba|beschreibung|notizen|bemerkungen|"
    "anmerkungen",
    "id": "identifier in odziv|odziv id",
}  # fmt: skip
_BY_HEAD = {head: key for key, heads in _HEADS.items() for head in heads.split("|")}
# A head that is one field among people and another among companies.
_OTHERWISE: dict[RecordKind, dict[str, str]] = {
    RecordKind.ACCOUNT: {"account": "name", "first_name": "name", "last_name": "", "job_title": "", "name": "name"},
    RecordKind.LEAD: {"account": "company"},
}
_NO_WORD = re.compile(r"[^0-9a-z]+")


def head_key(head: str) -> str:
    """A head as heads are compared: `E-mail 1 - Value` is `e mail 1 value`."""
    return _NO_WORD.sub(" ", fold(head)).strip()[:100]


def guess(
    heads: Sequence[str], kind: RecordKind | str, fields: Sequence[Field], known: Mapping[str, str] | None = None
) -> list[str]:
    """The key of a field for each column, empty for those that are left out; what is `known` goes before.

    A field that can only be one column is the first that looks like it.
    """
    allowed = {one.key: one for one in fields}
    taken: set[str] = set()
    found: list[str] = []
    for head in heads:
        name = head_key(head)
        key = known[name] if known and name in known else _field(name, RecordKind(kind))
        if key not in allowed or (key in taken and not allowed[key].many):
            key = ""
        taken.add(key)
        found.append(key)
    return _whole_name(found, kind)


def _field(name: str, kind: RecordKind) -> str:
    key = _BY_HEAD.get(name) or _own_heads().get((kind, name), "")
    return _OTHERWISE.get(kind, {}).get(key, key)


def _whole_name(found: list[str], kind: RecordKind | str) -> list[str]:
    """*Ime* alone is the whole name; beside *Priimek* it is the first."""
    if "first_name" in found and "last_name" not in found and "name" not in found:
        return ["name" if key == "first_name" else key for key in found]
    return found


@lru_cache(maxsize=1)
def _own_heads() -> dict[tuple[RecordKind, str], str]:
    """The heads of our own exports, in the languages of the product."""
    found: dict[tuple[RecordKind, str], str] = {}
    for language in ("en", "sl"):
        with override(language):
            for one in FIELDS:
                for kind in one.kinds:
                    found.setdefault((kind, head_key(export_head(one))), one.key)
    return found


def export_head(field: Field) -> str:
    """The head of a field's column in a file of ours: with its group where another one has the same label."""
    twins = sum(str(other.label) == str(field.label) for other in FIELDS)
    return f"{field.group}: {field.label}" if twins > 1 else str(field.label)

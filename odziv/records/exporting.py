"""Everything that a record holds as cells of a row; importing the row again gives the same record (R5)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from odziv.models import FollowEmail, Record, RecordKind, RecordStatus
from odziv.records.importing.fields import ADDRESSES, Field, fields_of
from odziv.records.importing.guess import export_head

_LABELS = ("work", "mobile", "home", "other")
_PARTS_OF_NAME = ("first_name", "middle_name", "last_name", "opted_out")  # what only other people's files have


def heads(kind: RecordKind) -> list[str]:
    """The head of the rows of one kind, in the active language."""
    if kind == RecordKind.OPPORTUNITY:
        return [
            _("Name"), _("Account"), _("Primary contact"), _("Amount"), _("Currency"), _("Estimated close date"),
            _("Status"), _("Owner"), _("Description"), _("Identifier in Odziv"),
        ]  # fmt: skip
    return [export_head(one) for one in _fields(kind)]


def cells(record: Record) -> list[str]:
    """The row of a record; its owner, account and lists of addresses are best fetched before."""
    if record.kind == RecordKind.OPPORTUNITY:
        return _deal(record)
    found = _values(record)
    return [found.get(one.key, "") for one in _fields(RecordKind(record.kind))]


def _fields(kind: RecordKind) -> Sequence[Field]:
    return [one for one in fields_of(kind, chooses_owner=True) if one.key not in _PARTS_OF_NAME]


def _values(record: Record) -> dict[str, str]:
    found = {
        "name": record.name,
        "job_title": record.job_title,
        "language": record.language,
        "time_zone": record.time_zone,
        "account": record.account.name if record.account else "",
        "company": record.company,
        "industry": record.industry,
        "website": record.website,
        "email": "; ".join(row.address for row in record.emails.all()),
        "follow_email": str(FollowEmail(record.follow_email).label),
        "owner": record.owner.email,
        "status": str(RecordStatus(record.status).label) if record.status else "",
        "description": record.description,
        "id": str(record.pk),
    }
    for row in record.phones.all():
        key = f"phone_{row.label}" if row.label in _LABELS else "phone"
        found[key] = f"{found[key]}; {row.number}" if key in found else row.number
    for number, postal in enumerate(record.addresses.all()[:ADDRESSES], 1):
        for part in ("label", "street", "postal_code", "city", "region", "country"):
            found[f"{part}_{number}"] = getattr(postal, part)
    return found


def _deal(record: Record) -> list[str]:
    return [
        record.name,
        record.account.name if record.account else "",
        record.primary_contact.name if record.primary_contact else "",
        "" if record.amount is None else number_format(record.amount, 2, force_grouping=False),
        record.currency,
        record.estimated_close.isoformat() if record.estimated_close else "",
        str(RecordStatus(record.status).label) if record.status else "",
        record.owner.email,
        record.description,
        str(record.pk),
    ]

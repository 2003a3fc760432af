"""The form by which a lead becomes a contact, an account and an opportunity (R1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.models import Record, RecordKind, User
from odziv.models.record_queries import company_words
from odziv.records.qualifying import NewAccount, NewContact, NewOpportunity
from odziv.web.forms import choices
from odziv.web.forms.fields import AmountField, day_field
from odziv.web.forms.picker import RecordPickerField

NEW, OTHER, NONE = "new", "other", "none"


class QualifyForm(forms.Form):
    """For contact and account: a new one, one of those that may be the same, or another. `version` is the lead's.

    What belongs to a way that was not chosen is not looked at, so that nothing has to be emptied.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    contact = forms.ChoiceField(label=_("Contact"), widget=forms.RadioSelect)
    contact_name = forms.CharField(label=_("First and last name"), max_length=200, required=False)
    contact_job_title = forms.CharField(label=_("Job title"), max_length=150, required=False)
    account = forms.ChoiceField(label=_("Account"), widget=forms.RadioSelect)
    account_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    account_industry = forms.CharField(label=_("Industry"), max_length=100, required=False)
    account_website = forms.URLField(
        label=_("Website"), max_length=500, required=False, assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )  # fmt: skip
    make_opportunity = forms.BooleanField(label=_("Create an opportunity"), required=False)
    opportunity_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    opportunity_amount = AmountField(label=_("Amount"), required=False)
    opportunity_currency = forms.ChoiceField(label=_("Currency"), required=False)
    opportunity_close = day_field(label=_("Estimated close date"), required=False)

    def __init__(
        self, user: User, lead: Record, contacts: Sequence[Record], accounts: Sequence[Record], data: Any = None
    ) -> None:
        super().__init__(data, initial=_prefilled(lead, contacts, accounts))
        self.known = {str(row.pk): row for row in (*contacts, *accounts)}
        for name, rows, ways in (
            ("contact", contacts, (NEW, OTHER)),
            ("account", accounts, (NEW, OTHER, NONE)),
        ):
            self._choose(name, [(str(row.pk), row.name) for row in rows] + [(way, way) for way in ways])
        self._choose("opportunity_currency", choices.optional(choices.currencies()))
        for name, kind in (("other_contact", RecordKind.CONTACT), ("other_account", RecordKind.ACCOUNT)):
            label = _("Another contact") if kind == RecordKind.CONTACT else _("Another account")
            self.fields[name] = RecordPickerField(user, [kind], label=label, required=False)

    def _choose(self, name: str, options: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = options  # type: ignore[attr-defined]

    def _clean_fields(self) -> None:
        """A field of a way that was not chosen has no faults."""
        super()._clean_fields()  # type: ignore[misc]
        way = {name: str(self.data.get(name, "")) for name in ("contact", "account")}
        unused = [name for name in self.errors if _is_unused(name, way, bool(self.data.get("make_opportunity")))]
        for name in unused:
            del self.errors[name]
            self.cleaned_data[name] = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = (
            (cleaned.get("contact") == NEW, "contact_name"),
            (cleaned.get("contact") == OTHER, "other_contact"),
            (cleaned.get("account") == NEW and not self._account_stays(cleaned), "account_name"),
            (cleaned.get("account") == OTHER and not self._account_stays(cleaned), "other_account"),
            (cleaned.get("make_opportunity"), "opportunity_name"),
        )
        for wanted, name in needed:
            if wanted and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed for what you chose."))
        priced = cleaned.get("make_opportunity") and cleaned.get("opportunity_amount") is not None
        if priced and not cleaned.get("opportunity_currency"):
            self.add_error("opportunity_currency", _("Choose the currency of the amount."))
        return cleaned

    def _account_stays(self, cleaned: dict[str, Any]) -> bool:
        """A contact that is there keeps the account that it has."""
        contact = self._chosen_contact(cleaned)
        return isinstance(contact, Record) and contact.account_id is not None

    def _chosen_contact(self, cleaned: dict[str, Any]) -> Record | None:
        chosen = cleaned.get("contact", "")
        return cleaned.get("other_contact") if chosen == OTHER else self.known.get(chosen)

    @property
    def chosen(self) -> dict[str, Any]:
        """What `qualify` is to make or take; after `is_valid`."""
        cleaned = self.cleaned_data
        account: Record | NewAccount | None = self.known.get(cleaned["account"])
        if self._account_stays(cleaned) or cleaned["account"] == NONE:
            account = None
        elif cleaned["account"] == NEW:
            account = NewAccount(
                cleaned["account_name"], cleaned["account_industry"] or "", cleaned["account_website"] or ""
            )
        elif cleaned["account"] == OTHER:
            account = cleaned["other_account"]
        contact = self._chosen_contact(cleaned) or NewContact(cleaned["contact_name"], cleaned["contact_job_title"])
        deal = None
        if cleaned["make_opportunity"]:
            deal = NewOpportunity(
                cleaned["opportunity_name"],
                cleaned["opportunity_amount"],
                cleaned["opportunity_currency"],
                cleaned["opportunity_close"],
            )
        return {"contact": contact, "account": account, "opportunity": deal}


def _is_unused(name: str, way: dict[str, str], makes_deal: bool) -> bool:
    if name.startswith("opportunity_"):
        return not makes_deal
    for noun in ("contact", "account"):
        if name == f"other_{noun}":
            return way[noun] != OTHER
        if name.startswith(f"{noun}_"):
            return way[noun] != NEW
    return False


def _prefilled(lead: Record, contacts: Sequence[Record], accounts: Sequence[Record]) -> dict[str, Any]:
    """As one would most likely decide: whoever has the lead's address is the same, a company of its name too."""
    keys = {row.key for row in lead.emails.all()}
    same = [row for row in contacts if keys & {email.key for email in row.emails.all()}]
    company = [row for row in accounts if company_words(row.name) == company_words(lead.company)]
    default = NEW if lead.company else NONE
    return {
        "version": lead.version,
        "contact": str(same[0].pk) if len(same) == 1 else NEW,
        "contact_name": lead.name,
        "contact_job_title": lead.job_title,
        "account": str(company[0].pk) if len(company) == 1 else default,
        "account_name": lead.company,
        "account_industry": lead.industry,
        "account_website": lead.website,
        "make_opportunity": False,
        "opportunity_name": lead.company or lead.name,
        "opportunity_currency": "EUR",
    }

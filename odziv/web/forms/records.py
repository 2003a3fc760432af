"""The forms of the four kinds of record (R1, R2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from odziv.models import FollowEmail, Record, RecordKind, RecordStatus, User
from odziv.records.saving import Reach
from odziv.web.forms import choices
from odziv.web.forms.differences import Value
from odziv.web.forms.fields import AmountField, day_field
from odziv.web.forms.picker import RecordPickerField

KindFields = tuple[str, ...]

# In the order of the form. The lists of addresses stand beside, in ReachForms.
FIELDS: dict[RecordKind, KindFields] = {
    RecordKind.ACCOUNT: ("name", "owner", "industry", "website", "follow_email", "description"),
    RecordKind.CONTACT: (
        "name", "job_title", "account", "owner", "language", "time_zone", "follow_email", "description",
    ),
    RecordKind.LEAD: (
        "name", "job_title", "company", "owner", "industry", "website", "language", "time_zone", "follow_email",
        "description",
    ),
    RecordKind.OPPORTUNITY: (
        "name", "account", "primary_contact", "owner", "amount", "currency", "estimated_close", "status", "description",
    ),
}  # fmt: skip

STATUSES: dict[RecordKind, tuple[RecordStatus, ...]] = {
    RecordKind.OPPORTUNITY: (RecordStatus.OPEN, RecordStatus.WON, RecordStatus.LOST),
}


class RecordForm(forms.ModelForm):
    """One record's own fields. `version` is the state that the user saw; see `records.saving.save`."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    follow_email = forms.ChoiceField(
        label=_("Follow email"),
        choices=FollowEmail.choices,
        initial=FollowEmail.ALLOW,
        widget=forms.RadioSelect,
        help_text=_("Whether opens, clicks and attachment views may be followed in e-mail to this address."),
    )
    website = forms.URLField(
        label=_("Website"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    amount = AmountField(label=_("Amount"), required=False)
    estimated_close = day_field(label=_("Estimated close date"), required=False)

    class Meta:
        model = Record
        fields = (
            "name", "job_title", "company", "account", "primary_contact", "owner", "industry", "website", "language",
            "time_zone", "amount", "currency", "estimated_close", "status", "follow_email", "description",
        )  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, user: User, kind: RecordKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.kind = user, kind
        wanted = FIELDS[kind]
        self.fields = {name: self.fields[name] for name in (*wanted, "version")}
        self._dress(wanted)
        if self.instance._state.adding:
            self.instance.kind, self.instance.organisation = kind, user.organisation
            if kind == RecordKind.LEAD:
                self.instance.status = RecordStatus.OPEN  # from there it is qualified or disqualified
            self.initial.setdefault("owner", user.pk)
        else:
            self.initial["version"] = self.instance.version

    def _dress(self, wanted: KindFields) -> None:
        """Fill in what depends on the user, the record and the language of the page."""
        owners = User.objects.owners_for(self.user, self.instance.owner_id)
        self.fields["owner"] = forms.ModelChoiceField(owners, label=_("Owner"), empty_label=None)
        pickers = (("account", RecordKind.ACCOUNT, _("Account")), ("primary_contact", RecordKind.CONTACT, _("Contact")))
        for name, kind, label in pickers:
            if name in wanted:
                self.fields[name] = RecordPickerField(self.user, [kind], label=label, required=False)
                self.initial[name] = getattr(self.instance, name) or self.initial.get(name)
        if "language" in wanted:
            self._choose("language", _("Language"), choices.optional(choices.languages()))
            self._choose("time_zone", _("Time zone"), choices.optional(choices.time_zones()))
        if "currency" in wanted:
            self._choose("currency", _("Currency"), choices.optional(choices.currencies()))
            self.initial["currency"] = self.initial.get("currency") or "EUR"
        if "status" in wanted:
            statuses = STATUSES[self.kind]
            self._choose("status", _("Status"), [(status.value, status.label) for status in statuses], required=True)
            self.initial["status"] = self.initial.get("status") or RecordStatus.OPEN
        if "name" in wanted and self.kind in (RecordKind.CONTACT, RecordKind.LEAD):
            self.fields["name"].label = _("First and last name")

    def _choose(self, name: str, label: Any, options: list[tuple[str, Any]], *, required: bool = False) -> None:
        kept = getattr(self.instance, name)
        if kept and kept not in dict(options):
            options = [*options, (kept, kept)]  # what an import or a former list brought stays
        self.fields[name] = forms.ChoiceField(
            label=label, choices=choices.Many(lambda: options), required=required, widget=choices.ManySelect
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("amount") is not None and not cleaned.get("currency"):
            self.add_error("currency", _("Choose the currency of the amount."))
        if cleaned.get("amount") is None and "amount" in cleaned:
            cleaned["currency"] = ""
        return cleaned

    def values(self, of: Callable[[str], Any], reach: Reach) -> dict[str, Value]:
        """What each field and each list of addresses is, to be compared; `of` gives a field's value."""
        plain = {
            name: Value(str(field.label or name), of(name), dict(getattr(field, "choices", None) or ()))
            for name, field in self.fields.items()
            if name != "version"
        }
        postal = [", ".join(filter(None, astuple(address)[1:])) for address in reach.addresses]
        phones = [f"{number} ({label})" if label else number for label, number in reach.phones]
        return plain | {
            "emails": Value(gettext("E-mail addresses"), list(reach.emails)),
            "phones": Value(gettext("Phone numbers"), phones),
            "addresses": Value(gettext("Postal addresses"), postal),
        }

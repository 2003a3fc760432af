"""Forms about people: the first visit, users of the organisation, one's own profile (O2, O7)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from odziv.models import Role, User
from odziv.web.forms import choices
from odziv.web.forms.fields import AddressField


def language() -> str:
    """The language in which the page is read, as one of ours."""
    active = (get_language() or "en")[:2]
    return active if active in dict(settings.LANGUAGES) else "en"


class FirstVisitForm(forms.Form):
    """The organisation and its first administrator."""

    organisation = forms.CharField(label=_("Organisation"), max_length=200)
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("You will sign in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least ten characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=choices.time_zones, initial="Europe/Ljubljana")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            try:
                validate_password(
                    cleaned["password"], User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
                )
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PersonForm(forms.Form):
    """A user, as an administrator adds or changes one. The address is the login, hence chosen once."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = AddressField(label=_("E-mail address"), help_text=_("They sign in with it."))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.SALESPERSON)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=choices.time_zones)
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if person is None:
            del self.fields["is_active"]
            return
        del self.fields["email"]
        for name in self.fields:
            self.initial.setdefault(name, getattr(person, name))


class ProfileForm(forms.ModelForm):
    """What everybody may change about themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=choices.time_zones, help_text=_("All times of the pages are in it.")
    )
    letter_keys = forms.BooleanField(
        label=_("Use keys of a single letter"),
        required=False,
        help_text=_("For example c for a new e-mail. Turn them off when they get in the way of speech input."),
    )

    class Meta:
        model = User
        fields = ("name", "job_title", "phone", "language", "time_zone", "undo_seconds", "letter_keys")
        labels = {"undo_seconds": _("Undo send")}
        help_texts = {"undo_seconds": _("So long an e-mail waits after Send, and can be taken back.")}


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)

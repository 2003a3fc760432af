"""Forms about people: the first visit, users of the organisation, one's own profile (O2, O7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from odziv.lib import clock
from odziv.models import Role, User
from odziv.notify.digest.run import skip_today
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
        typed = self.cleaned_data
        return _with_good_password(self, User(email=typed.get("email", ""), name=typed.get("name", "")))


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = AddressField(label=_("E-mail address"), help_text=_("They will sign in with it."))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.SALESPERSON)
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)


class JoinForm(forms.Form):
    """What somebody who was invited tells about themselves."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        help_text=_("At least ten characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=choices.time_zones, initial="Europe/Ljubljana")

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        return _with_good_password(self, User(email=self.email, name=self.cleaned_data.get("name", "")))


class PersonForm(forms.Form):
    """A user, as an administrator changes one. The address is the login, hence not among it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=choices.time_zones)

    def __init__(self, person: User, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(person, name) for name in self.base_fields})


class LeaveForm(forms.Form):
    """What becomes of what somebody who leaves has."""

    heir = forms.ModelChoiceField(
        label=_("Records, open calls and tasks, shared templates"), queryset=User.objects.none(), required=False
    )
    mail = forms.ChoiceField(
        label=_("Scheduled e-mails"),
        choices=[
            ("leave", _("They leave at their time")),
            ("stop", _("They are stopped, and are drafts again for when the person comes back")),
        ],
        widget=forms.RadioSelect,
        initial="leave",
        required=False,
    )

    def __init__(self, by: User, person: User, data: Any = None, *, mail: bool) -> None:
        super().__init__(data)
        heir = self.fields["heir"]
        assert isinstance(heir, forms.ModelChoiceField)
        heir.queryset = User.objects.listed_for(by, active=True).exclude(pk=person.pk)
        heir.empty_label = gettext("Stay with %(name)s") % {"name": person.name}
        if not mail:
            del self.fields["mail"]


def _with_good_password(form: forms.Form, person: User) -> dict[str, Any]:
    """What was typed, with what is wrong with the password said beside it."""
    cleaned = form.cleaned_data
    if cleaned.get("password"):
        try:
            validate_password(cleaned["password"], person)
        except ValidationError as error:
            form.add_error("password", error)
    return cleaned


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


class OwnAssistantForm(forms.ModelForm):
    """What the assistant tells its user, and when it keeps quiet (A1)."""

    kinds = forms.MultipleChoiceField(
        label=_("Tell me when"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only of what your organisation has switched on."),
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
        help_text=_("In these hours your browser shows no notification; the cards wait for you."),
    )

    digest_at = forms.TimeField(label=_("At what time"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))

    class Meta:
        model = User
        fields = ("quiet_from", "quiet_until", "digest", "digest_at", "digest_work_days")
        labels = {"digest": _("Send me a summary by e-mail once a day")}
        help_texts = {
            "digest": _(
                "Open cards, what people did with your e-mails yesterday, reminders and e-mails of today. When there "
                "is nothing to say, no e-mail is sent."
            ),
            "digest_work_days": _("As your organisation set them; then it tells of the days between, too."),
        }

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = list(kinds)
        self._had_digest = self.instance.digest
        if self.is_bound and not self.data.get("digest"):
            self.fields["digest_at"].required = False
        chosen = self.fields["kinds"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = self._kinds
        self.initial["kinds"] = [kind for kind, _told in self._kinds if kind not in self.instance.muted_cards]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (starts is None) != (ends is None) and not self.errors:
            self.add_error("quiet_until" if ends is None else "quiet_from", _("Fill in both times, or none."))
        if cleaned.get("digest_at") is None:
            cleaned["digest_at"] = self.instance.digest_at
        return cleaned

    def save(self, commit: bool = True) -> User:
        """With the kinds that were not chosen as muted ones."""
        wanted = set(self.cleaned_data["kinds"])
        began = self.instance.digest and not self._had_digest
        self.instance.muted_cards = [kind for kind, _told in self._kinds if kind not in wanted]
        saved: User = super().save(commit)
        if began:
            skip_today(saved, clock.now())
        return saved


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)

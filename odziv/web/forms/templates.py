"""The form of a template (T1). Its files come beside it, as tokens (web/template_files.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from odziv.compose import plaintext
from odziv.compose.limits import MAX_SUBJECT
from odziv.compose.templates.saving import Content, TemplateRefused
from odziv.models import Template, User
from odziv.web.forms import choices
from odziv.web.forms.differences import Value
from odziv.web.template_files import describe
from odziv.web.template_words import fault_words

FIELDS = ("title", "language", "category", "shared", "owner", "subject", "html", "files")
SHARED = ((False, _("Only for its owner")), (True, _("For the whole organisation")))


def _shared(value: Any) -> bool:
    return value in (True, "True")


class TemplateForm(forms.ModelForm):
    """`revision` is the state that the user saw. Only administrators change whose it is (O2)."""

    subject = forms.CharField(label=_("Subject"), required=False)  # its length and values: see saving.save
    html = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"id": "html"}), strip=False)
    shared = forms.TypedChoiceField(label=_("For whom"), choices=SHARED, coerce=_shared, widget=forms.RadioSelect)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Template
        fields = ("title", "category", "shared", "owner")

    def __init__(self, user: User, content: Content | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        template: Template = self.instance
        if template._state.adding:
            template.organisation, template.owner = user.organisation, user
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=choices.languages(), initial=template.language or user.language
        )
        self.fields["subject"].widget.attrs.update(maxlength=MAX_SUBJECT, id="subject")
        self.fields["subject"].widget.attrs["class"] = "subject"
        self.fields["category"].widget.attrs["list"] = "categories"
        if user.is_administrator:
            owners = User.objects.owners_for(user, template.owner_id)
            self.fields["owner"] = forms.ModelChoiceField(owners, label=_("Owner"), empty_label=None)
            self.initial["owner"] = template.owner_id
            self.initial["shared"] = template.shared
        else:
            del self.fields["shared"], self.fields["owner"]
        self.initial["revision"] = template.revision
        if content is not None:
            self.initial["subject"] = content.subject

    def clean_html(self) -> str:
        # A form field comes with CRLF line ends, whatever the editor wrote.
        return str(self.cleaned_data["html"]).replace("\r\n", "\n")

    def save(self, commit: bool = True) -> Template:
        """The template with the fields of the form, not stored: `saving.save` does that."""
        template: Template = self.instance
        template.language = self.cleaned_data["language"]
        if self.cleaned_data["revision"] is not None:
            template.revision = self.cleaned_data["revision"]
        return template

    def refuse(self, refused: TemplateRefused) -> None:
        """Show what is wrong beside the fields: line and cause of each fault (T4)."""
        names = {"title": "title", "subject": "subject", "body": "html"}
        for problem in refused.problems:
            self.add_error(names.get(problem.field), problem.text)
        for field, fault in refused.faults:
            said = capfirst(fault_words(fault))
            self.add_error(names[field], f"{said}  {fault.excerpt}" if fault.excerpt else said)


def values(template: Template, content: Content) -> Mapping[str, Value]:
    """What each part of a template is, to be compared."""
    return {
        "title": Value(gettext("Title"), template.title),
        "language": Value(gettext("Language"), template.language, dict(choices.languages())),
        "category": Value(gettext("Category"), template.category),
        "shared": Value(gettext("For whom"), str(template.shared), {str(key): words for key, words in SHARED}),
        "owner": Value(gettext("Owner"), template.owner),
        "subject": Value(gettext("Subject"), content.subject),
        "html": Value(gettext("Text"), content.html, {content.html: plaintext.from_html(content.html) or content.html}),
        "files": Value(gettext("Attachments"), list(describe(content.files))),
    }

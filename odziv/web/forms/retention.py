"""For how long the events of an organisation are kept (L4)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.models import JournalMonths

FOR_EVER = _("for ever")


class RetentionForm(forms.Form):
    """The limit; 0 for none. `sure`: what would go was seen."""

    months = forms.TypedChoiceField(
        label=_("Events are kept"),
        choices=[("0", FOR_EVER), *JournalMonths.choices],
        coerce=lambda text: JournalMonths(int(text)) if int(text) else None,
    )
    sure = forms.BooleanField(required=False)

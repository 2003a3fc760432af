"""What kinds of record there are, and what is said of one in a word."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordKind(models.TextChoices):
    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")
    LEAD = "lead", _("Lead")
    OPPORTUNITY = "opportunity", _("Opportunity")


class FollowEmail(models.TextChoices):
    """May this person's e-mail be followed (R2)?"""

    ALLOW = "allow", _("Allow")
    DO_NOT_ALLOW = "deny", _("Do not allow")


class RecordStatus(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    QUALIFIED = "qualified", _("Qualified")
    DISQUALIFIED = "disqualified", _("Disqualified")

"""The assistant: the kinds of action card that it can make (SPEC A, O4)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CardKind(models.TextChoices):
    """What a card tells. Each kind has a switch of its own (`Organisation.wants_card`)."""

    OPENED = "opened", _("E-mail opened")
    REPLIED = "replied", _("Reply received")
    REMINDER = "reminder", _("Reminder")
    FAILED = "failed", _("Delivery failed")
    BOUNCED = "bounced", _("E-mail came back")
    UNCERTAIN = "uncertain", _("Delivery uncertain")
    UNFOLLOWED = "unfollowed", _("Left without following")
    MAILBOX = "mailbox", _("Mailbox without access")

"""The states that e-mails and their copies go through, and the figures that both have (SPEC C, F, D, J)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    OUT = "out", _("Sent")
    IN = "in", _("Received")


class MessageState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Delivery failed")
    CANCELLED = "cancelled", _("Cancelled")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    IN_TRANSIT = "transit", _("On its way")
    ACCEPTED = "accepted", _("Accepted by the mail server")
    UNCERTAIN = "uncertain", _("Uncertain")
    REFUSED = "refused", _("Refused")
    BOUNCED = "bounced", _("Bounced")
    CANCELLED = "cancelled", _("Cancelled")


FINAL = (
    DeliveryState.ACCEPTED,
    DeliveryState.UNCERTAIN,
    DeliveryState.REFUSED,
    DeliveryState.BOUNCED,
    DeliveryState.CANCELLED,
)


class FollowState(models.TextChoices):
    """F1. The wish (`Message.wants_following`) and the evaluated state are two fields."""

    ON = "on", _("Followed")
    OFF = "off", _("Not followed")
    BLOCKED = "blocked", _("Not allowed")


class Figures(models.Model):
    """The KPIs of a message or a delivery (J3). Only ever written by a fold over the journal (`measure`).

    `opens`, `link_clicks`, `attachment_views` and `replies` count people; `machine_*` count machines, `unsure_*`
    what may be either (J5).
    """

    opens = models.PositiveIntegerField(_("opens"), default=0, editable=False)
    first_opened_at = models.DateTimeField(_("first opened"), null=True, editable=False)
    last_opened_at = models.DateTimeField(_("last opened"), null=True, editable=False)
    link_clicks = models.PositiveIntegerField(_("link clicks"), default=0, editable=False)
    attachment_views = models.PositiveIntegerField(_("attachment views"), default=0, editable=False)
    replies = models.PositiveIntegerField(_("replies"), default=0, editable=False)
    machine_opens = models.PositiveIntegerField(default=0, editable=False)
    machine_link_clicks = models.PositiveIntegerField(default=0, editable=False)
    machine_attachment_views = models.PositiveIntegerField(default=0, editable=False)
    unsure_opens = models.PositiveIntegerField(default=0, editable=False)
    unsure_link_clicks = models.PositiveIntegerField(default=0, editable=False)
    unsure_attachment_views = models.PositiveIntegerField(default=0, editable=False)
    ahead_opens = models.PositiveIntegerField(default=0, editable=False)  # of the machines', those loaded in advance
    figures_at = models.DateTimeField(null=True, editable=False)  # when they were last folded; live pages watch it

    class Meta:
        abstract = True

    @property
    def opens_unmeasurable(self) -> bool:
        """Whether opens cannot be told: all that is known of them are pictures that were loaded in advance (J5)."""
        return self.machine_opens == self.ahead_opens > 0 and not (self.opens or self.unsure_opens)

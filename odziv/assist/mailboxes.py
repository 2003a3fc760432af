"""A card for each mailbox whose server no longer accepts its sign-in, for as long as that is so (P1, O6)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from odziv.lib import clock
from odziv.models import Card, CardKind, CardState, Mailbox, Priority, PushNotice

_MOST = 500


def tell_mailboxes(now: datetime | None = None) -> int:
    """Make, renew and withdraw the cards; returns how many changed. A dismissed one stays away until it worked again.

    The mailbox itself is tried on, ever more rarely, and by everybody who sends from it: nothing here stops that.
    """
    moment = now or clock.now()
    shut = {mailbox.pk: mailbox for mailbox in Mailbox.objects.locked_out()[:_MOST]}
    cards = Card.objects.of_mailboxes()[: 2 * _MOST]
    told = {card.mailbox_id: card for card in cards if card.mailbox_id is not None}
    changed = 0
    for pk, mailbox in shut.items():
        if pk not in told and _wanted(mailbox):
            _tell(mailbox, moment)
            changed += 1
    for about, card in told.items():
        if about not in shut and not Mailbox.objects.locked_out().filter(pk=about).exists():
            card.state, card.changed_at = CardState.WITHDRAWN, moment
            card.save(update_fields=["state", "changed_at"])
            changed += 1
    return changed


def _wanted(mailbox: Mailbox) -> bool:
    return mailbox.organisation.wants_card(CardKind.MAILBOX) and mailbox.user.wants_card(CardKind.MAILBOX)


@transaction.atomic
def _tell(mailbox: Mailbox, now: datetime) -> None:
    """To whoever keeps it. One row for each mailbox: when it happens again, the same comes back."""
    shown = {"state": CardState.OPEN, "shown_at": now, "changed_at": now, "snoozed_until": None}
    fixed = {
        "organisation_id": mailbox.organisation_id,
        "kind": CardKind.MAILBOX,
        "priority": Priority.HIGH,
        "mailbox": mailbox,
        "created_at": now,
    }
    card, _made = Card.objects.update_or_create(
        user_id=mailbox.user_id,
        key=f"mailbox:{mailbox.pk}",
        defaults=shown,
        create_defaults={**fixed, **shown},
    )
    PushNotice.objects.announce(card)

"""The cards that stand in a user's assistant, with whom each is about. Two queries, whatever stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, UUIDField, Value, When

from odziv.assist.cards import TROUBLES
from odziv.models import Card, CardKind, Delivery, Party, User
from odziv.models.cards import CardQuerySet

PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A card, and the name or address of the recipient that it is about; empty when nobody is."""

    card: Card
    who: str


def cards_of(user: User, now: datetime, size: int = PAGE) -> list[Shown]:
    """The most urgent first, then the newest; at most `size`."""
    return _with_names(list(_told(Card.objects.of_user(user).shown(now).in_order())[:size]))


def shown(card: Card) -> Shown:
    """One card, read anew with what it tells."""
    return _with_names(list(_told(Card.objects.filter(pk=card.pk))))[0]


def counted(user: User, now: datetime) -> int:
    """How many cards stand in the assistant."""
    return Card.objects.of_user(user).shown(now).count()


def _told(cards: CardQuerySet) -> CardQuerySet:
    copies = Delivery.objects.filter(message_id=OuterRef("message_id"))
    opened = copies.filter(first_opened_at__isnull=False).order_by("first_opened_at", "pk")
    state = Case(*(When(kind=kind, then=Value(state)) for kind, state in TROUBLES.items()), output_field=CharField())
    troubled = copies.filter(state=OuterRef("_trouble")).order_by("tried_at", "pk")
    rows = cards.with_message().annotate(_trouble=state)
    return rows.annotate(_opened=_first(opened), _troubled=_first(troubled))


def _with_names(cards: list[Card]) -> list[Shown]:
    names = _names(cards)
    return [Shown(card, names.get(_party(card), "")) for card in cards]


def _first(copies: QuerySet[Delivery]) -> Subquery:
    return Subquery(copies.values("party_id")[:1], output_field=UUIDField())


def _party(card: Card) -> UUID | None:
    name = "_opened" if card.kind in (CardKind.OPENED, CardKind.REPLIED) else "_troubled"
    party: UUID | None = getattr(card, name)
    return party


def _names(cards: list[Card]) -> dict[UUID | None, str]:
    wanted = [party for card in cards if (party := _party(card))]
    return {party.pk: str(party) for party in Party.objects.filter(pk__in=wanted)}

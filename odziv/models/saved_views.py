"""Saved views of lists, and what each user chose for their lists: columns, and the view that opens first (V2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User


class SavedViewQuerySet(OwnedQuerySet["SavedView"]):
    def seen_by(self, user: User) -> Self:
        """The user's own and those that are shared with everybody."""
        return self.for_(user).filter(Q(owner=user) | Q(shared=True)).select_related("owner")

    def changeable_by(self, user: User) -> Self:
        """The user's own; shared ones also by those who lead (O2)."""
        rows = self.for_(user).select_related("owner")
        return rows.filter(Q(owner=user) | Q(shared=True)) if user.leads else rows.filter(owner=user)

    def at(self, place: str) -> Self:
        """Those of one place, by name."""
        return self.filter(place=place).order_by("name", "pk")

    def named(self, user: User, place: str, name: str) -> Self:
        """The user's own of that name, whatever its case."""
        return self.for_(user).filter(owner=user, place=place, name__iexact=name)


class SavedView(Owned):
    """A list under a name: view, filters, sort and columns, as they stand in the address of its page (`query`).

    What the query names is looked up whenever somebody opens it, as theirs: a view can show nobody more than they may
    see. What is gone by then shows as gone.
    """

    place = models.CharField(max_length=20)  # the name of the page's URL
    owner = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(_("for everybody in the organisation"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "place", "name"], name="saved_view_by_place")]

    def __str__(self) -> str:
        return self.name

    def changeable_by(self, user: User) -> bool:
        """As the queryset says it, of one that the user sees."""
        return self.owner_id == user.pk or (self.shared and user.leads)


class ListChoiceQuerySet(OwnedQuerySet["ListChoice"]):
    def of_person(self, user: User, place: str) -> ListChoice:
        """What the user chose for a place; an unsaved row when that is nothing."""
        row = self.for_(user).filter(user=user, place=place).select_related("start").first()
        return row or ListChoice(organisation_id=user.organisation_id, user=user, place=place)

    def choose_columns(self, user: User, place: str, grid: str, columns: list[str]) -> None:
        """Keep the columns of a table, in their order; an empty list: the usual ones again."""
        row = self._row(user, place)
        row.columns = {**row.columns, grid: columns}
        if not columns:
            del row.columns[grid]
        row.save(update_fields=["columns"])

    def start_with(self, user: User, place: str, view: str, saved: SavedView | None) -> None:
        """Open the place with this view from now on; with neither, as everybody else does."""
        row = self._row(user, place)
        row.start_view, row.start = view, saved
        row.save(update_fields=["start_view", "start"])

    def _row(self, user: User, place: str) -> ListChoice:
        return self.get_or_create(organisation_id=user.organisation_id, user=user, place=place)[0]


class ListChoice(Owned):
    """What one user chose for the lists of one place. `columns`: the keys of the columns by table."""

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=20)
    columns = models.JSONField(default=dict, blank=True)
    start_view = models.CharField(max_length=20, blank=True)
    start = models.ForeignKey(SavedView, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = ListChoiceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="list_choice_once")]

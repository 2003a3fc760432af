"""What every row has: an organisation that owns it, and one way in (`for_`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Exists

from odziv.lib.uuid7 import uuid7

if TYPE_CHECKING:
    from odziv.models.organisations import User


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class OwnedQuerySet(models.QuerySet[Row_co]):
    """Rows of organisations. Doors start with `for_(user)`; a foreign row is then as absent as a missing one (O1)."""

    _organisation: UUID | None = None  # the one to which the rows were narrowed
    _owner: UUID | None = None  # the one whose rows alone they are
    is_dear = False  # to find them takes long, so a page finds them once
    is_walked = False  # whether a row is among them is asked of each
    is_many = False  # so many are to be asked that nothing counts them
    asked: Exists | None = None  # what is asked of each
    newest: Callable[[int], Self] | None = None  # so many of those that were written last, found without asking each
    share: Callable[[], float] | None = None  # of the rows that were written last, how many are among them; 0.0: few

    def for_(self, user: User) -> Self:
        """Only the rows of the user's organisation."""
        return self.of(user.organisation_id)

    def of(self, organisation_id: UUID) -> Self:
        """Only the rows of one organisation; for verbs, which act without a user."""
        rows = self.filter(organisation_id=organisation_id)
        rows._organisation = organisation_id
        return rows

    def _clone(self) -> Self:
        copy: Self = super()._clone()  # type: ignore[misc]  # django-stubs leave it out
        copy._organisation, copy._owner, copy.is_dear = self._organisation, self._owner, self.is_dear
        copy.is_walked, copy.is_many, copy.asked = self.is_walked, self.is_many, self.asked
        copy.newest, copy.share = self.newest, self.share
        return copy

    def among(self, keys: Iterable[UUID]) -> Self:
        """Those of these identifiers, a few hundred at most; in an order in which two who lock them do not meet."""
        return self.filter(pk__in=list(keys)).order_by("pk")


class Owned(models.Model):
    """Base of every noun; each names its own manager, made of an `OwnedQuerySet`.

    The identifier is a UUIDv7: it sorts by time and tells nobody how many rows others have.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("odziv.Organisation", on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

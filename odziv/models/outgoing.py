"""Outgoing mail that is held because the data were restored, and the mark by which that is noticed (SPEC D3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.organisations import Organisation, User

_PLACE = """
    SELECT d.oid || '/' || 'odziv_mark'::regclass::oid, has_function_privilege('pg_control_system()', 'execute')
    FROM pg_database d WHERE d.datname = current_database()
"""
_CLUSTER = "SELECT system_identifier FROM pg_control_system()"


class MarkManager(models.Manager["Mark"]):
    def read(self) -> Mark | None:
        """The mark of this database; None before the first."""
        return self.first()

    def advance(self) -> int:
        """One further; returns the number as it is then, committed."""
        with transaction.atomic():
            self.update(number=F("number") + 1)
            return self.values_list("number", flat=True).get()

    def put(self, number: int, place: str) -> None:
        """Have the mark say this, whatever it said."""
        self.update_or_create(pk=1, defaults={"number": number, "place": place})

    def here(self) -> str:
        """What tells this database from every copy made of it by a dump; empty on SQLite, which knows nothing of it."""
        if connection.vendor == "sqlite":
            return ""
        with connection.cursor() as cursor:
            cursor.execute(_PLACE)
            place, may_ask = cursor.fetchone()
            if not may_ask:  # some who host PostgreSQL let nobody
                return str(place)
            cursor.execute(_CLUSTER)
            return f"{cursor.fetchone()[0]}/{place}"


class Mark(models.Model):
    """How far this database is: one row, whose number only grows. Workers note it on their own disks too."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    place = models.CharField(max_length=80, blank=True)

    objects = MarkManager()


class Decision(models.TextChoices):
    """What becomes of what may have left already, in the time that was lost."""

    SENT = "sent", _("Taken for sent")
    ASK = "ask", _("Left to each sender")
    LEAVE = "leave", _("Sent")


class OutgoingHoldQuerySet(OwnedQuerySet["OutgoingHold"]):
    def lasting(self) -> Self:
        """Those that are not over: their organisations send nothing."""
        return self.filter(ended_at=None)

    def decided(self) -> Self:
        """Those about which somebody has decided, and that are not over yet."""
        return self.lasting().exclude(decision="").order_by("pk")

    def newest_first(self) -> Self:
        return self.select_related("decided_by").order_by("-began_at", "-pk")

    def decide(self, user: User, decision: Decision, now: datetime) -> bool:
        """Say what becomes of it; False when it is over, or somebody was faster."""
        mine = self.for_(user).lasting().filter(decision="")
        return bool(mine.update(decision=decision, decided_by=user, decided_at=now))

    def begin(self, organisations: Collection[UUID], now: datetime) -> None:
        """Hold the mail of these from now on; of those whose mail is held already, what has come since then too."""
        with transaction.atomic():
            held = self.lasting().filter(organisation__in=organisations)
            held.update(began_at=now, decision="", decided_by=None, decided_at=None)
            fresh = set(organisations) - set(held.values_list("organisation_id", flat=True))
            self.bulk_create([self.model(organisation_id=one, began_at=now) for one in sorted(fresh)])
            Organisation.objects.filter(pk__in=organisations).update(mail_held_since=now)

    def end(self, hold: OutgoingHold, copies: int, now: datetime) -> None:
        """Let mail leave again. `copies`: how many it was decided about."""
        with transaction.atomic():
            if self.lasting().filter(pk=hold.pk, began_at=hold.began_at).update(ended_at=now, copies=copies):
                Organisation.objects.filter(pk=hold.organisation_id).update(mail_held_since=None)


class OutgoingHold(Owned):
    """Mail of an organisation does not leave until an administrator has looked through it: since when, how it ended."""

    began_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("odziv.User", on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    copies = models.PositiveIntegerField(default=0)  # that may have left before, and were decided about

    objects = OutgoingHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_hold_lasts", condition=models.Q(ended_at=None))
        ]

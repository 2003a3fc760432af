"""What the built-in mail server took, for the page *Test mailbox*."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet


class TestMailQuerySet(OwnedQuerySet["TestMail"]):
    def newest_first(self) -> Self:
        return self.order_by("-received_at", "-pk")

    def beyond(self, count: int) -> Self:
        """The oldest, when there are more than `count`."""
        return self.newest_first()[count : count + 1000]

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def keys_in_use(self, keys: Iterable[str]) -> set[str]:
        """Which of these files of the test mailbox a message still has."""
        return set(self.filter(key__in=list(keys)).values_list("key", flat=True))


class TestMail(Owned):
    """A message that the built-in mail server took, for one recipient; its bytes are in the file store."""

    __test__ = False  # not a test, whatever pytest thinks of its name

    sender = models.CharField(max_length=254, blank=True)  # envelope sender
    recipient = models.CharField(max_length=254)  # envelope recipient
    subject = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = TestMailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-received_at", "-id"], name="testmail_by_time"),
            models.Index(fields=["key"], name="testmail_by_key"),
        ]

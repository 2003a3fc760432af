"""Files of e-mails: attachments, images of the text, and the stored content that they share (SPEC I5)."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.messages import Message


class StoredFile(Owned):
    """A file's content in the file store, once for each organisation and SHA-256."""

    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    key = models.CharField(max_length=200)  # where the file store keeps it
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "sha256"], name="file_content_once")]


class AttachmentQuerySet(OwnedQuerySet["Attachment"]):
    def files(self) -> Self:
        """Attachments in the grid: not the images inside of the body."""
        return self.filter(inline=False)

    def images(self) -> Self:
        return self.filter(inline=True)

    def file_of(self, organisation_id: UUID, key: str) -> Attachment | None:
        """A followed attachment of the organisation's mail with this content, by its key in the file store."""
        files = self.of(organisation_id).filter(inline=False, file__organisation=organisation_id, file__key=key)
        return files.select_related("file").first()

    def image_of(self, organisation_id: UUID, key: str) -> Attachment | None:
        """An image of the organisation's mail with this content, by its key in the file store."""
        images = self.of(organisation_id).filter(inline=True, file__organisation=organisation_id, file__key=key)
        return images.select_related("file").first()


class Attachment(Owned):
    """A file of a message; followed ones leave as a link (I5). `ordinal` counts within files and within images."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=150, default="application/octet-stream")
    followed = models.BooleanField(default=False)
    followed_before = models.BooleanField(default=False)  # till Don't follow made a file of it; Follow undoes that
    inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=200, blank=True)  # of an inline image, without < and >

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("message", "inline", "ordinal")
        constraints = [models.UniqueConstraint(fields=["message", "inline", "ordinal"], name="attachment_ordinal_once")]

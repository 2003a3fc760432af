"""Templates: what is written again and again, in versions that never change, and how they did (SPEC T, V4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.lib.text import fold, sort_key
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.derived import DerivedField
from odziv.models.files import StoredFile

if TYPE_CHECKING:
    from odziv.models.organisations import User


TALLY = ("sent", "measurable", "opened", "replied", "purchases")


class Tally(models.Model):
    """How often it was used, and what came of it (T2). Only ever written by the fold in `measure.templates`.

    `sent` counts e-mails that left, followed or not; `measurable` those of them that left followed; `opened`, `replied`
    and `purchases` how many of the measurable ones a person opened, answered, or were followed by a won opportunity.
    """

    sent = models.PositiveIntegerField(_("e-mails sent"), default=0, editable=False)
    measurable = models.PositiveIntegerField(default=0, editable=False)
    opened = models.PositiveIntegerField(default=0, editable=False)
    replied = models.PositiveIntegerField(default=0, editable=False)
    purchases = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class TemplateQuerySet(OwnedQuerySet["Template"]):
    def visible_to(self, user: User) -> Self:
        """The organisation's and one's own; administrators see personal ones of others too, to give them on (O2)."""
        rows = self.for_(user)
        return rows if user.is_administrator else rows.filter(Q(shared=True) | Q(owner=user))

    def editable_by(self, user: User) -> Self:
        """One's own, shared or not; administrators edit all (O2)."""
        rows = self.for_(user)
        return rows if user.is_administrator else rows.filter(owner=user)

    def insertable_by(self, user: User) -> Self:
        """What the dialog *Insert template* offers: one's own and the organisation's, none that is put away (T2)."""
        return self.for_(user).filter(Q(shared=True) | Q(owner=user), archived_at=None)

    def in_use(self) -> Self:
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        return self.exclude(archived_at=None)

    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def of_the_organisation(self) -> Self:
        """Shared ones; the others are their owner's alone."""
        return self.filter(shared=True)

    def personal(self) -> Self:
        return self.filter(shared=False)

    def in_language(self, language: str) -> Self:
        return self.filter(language=language)

    def marked(self) -> Self:
        """The recommended ones (T2)."""
        return self.filter(recommended=True)

    def in_category(self, category: str) -> Self:
        """Whatever its case."""
        return self.filter(category_key=sort_key(category)[:80])

    def matching(self, text: str) -> Self:
        """Templates in whose title, subject or category every word of the text occurs."""
        found = self
        for word in fold(text).split()[:8]:
            found = found.filter(search_text__contains=word)
        return found

    def recommended_first(self) -> Self:
        """The recommended ones, the surest first; then the others by what is likely of them, then by title."""
        return self.order_by("-recommended", F("score").desc(nulls_last=True), "title_key", "pk")

    def by_title(self) -> Self:
        return self.order_by("title_key", "pk")

    def in_list(self) -> Self:
        """What a list shows of each, in one query and without the bodies."""
        return self.select_related("owner", "current").defer("current__html")

    def titles(self, most: int) -> list[tuple[str, str]]:
        """(identifier, title) of the first ones by title, to choose from."""
        named = self.by_title().values_list("pk", "title")[:most]
        return [(str(pk), title) for pk, title in named]

    def languages(self) -> list[str]:
        """The languages in which there are any."""
        return list(self.order_by("language").values_list("language", flat=True).distinct())

    def categories(self) -> list[str]:
        """The names of their categories, each once whatever its case."""
        named = self.exclude(category="").order_by("category_key", "category").values_list("category_key", "category")
        return list(dict(named.distinct()).values())


class Template(Owned, Tally):
    """A template: what people see of it in lists. Its content is its newest version's, `current`.

    Personal ones (`shared` is false) are its owner's alone; shared ones are the organisation's, kept by the owner.
    The tally is that of all versions together. `open_rate`, `reply_rate` and `score` are estimates from the current
    version's (`measure.rates`), empty where nothing is known; `evidence` is what they rest on.
    """

    owner = models.ForeignKey("odziv.User", verbose_name=_("owner"), on_delete=models.PROTECT, related_name="+")
    shared = models.BooleanField(_("the organisation's"), default=False)
    title = models.CharField(_("title"), max_length=200)
    title_key = DerivedField(max_length=200, derive=lambda row: sort_key(row.title))
    language = models.CharField(_("language"), max_length=10)
    category = models.CharField(_("category"), max_length=80, blank=True)
    category_key = DerivedField(max_length=80, derive=lambda row: sort_key(row.category))
    subject = models.CharField(_("subject"), max_length=500, blank=True)  # the current version's, for lists and search
    search_text = DerivedField(
        max_length=800, derive=lambda row: fold(" ".join((row.title, row.category, row.subject)))
    )
    current = models.ForeignKey(
        "odziv.TemplateVersion", null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(
        default=1, editable=False
    )  # rises with every save; who saw which (bad input)
    open_rate = models.FloatField(null=True, editable=False)
    reply_rate = models.FloatField(null=True, editable=False)
    score = models.FloatField(null=True, editable=False)
    recommended = models.BooleanField(_("recommended"), default=False, editable=False)
    evidence = models.JSONField(default=dict, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "title_key", "id"], name="template_by_title"),
            models.Index(fields=["organisation", "owner", "title_key"], name="template_by_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("template", args=[self.pk])


class TemplateVersionQuerySet(OwnedQuerySet["TemplateVersion"]):
    def touch(self, ids: Iterable[UUID | None]) -> None:
        """Say that something counted for these versions has changed; the fold takes them up."""
        wanted = [id for id in set(ids) if id is not None]
        if wanted:
            with transaction.atomic():
                # In one order: two workers that touch the same versions must not wait for each other.
                list(self.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True).values_list("pk"))
                self.filter(pk__in=wanted).update(touched=F("touched") + 1)

    def unfolded(self) -> Self:
        """Versions whose tally may have changed."""
        return self.filter(touched__gt=F("folded")).order_by("pk")

    def newest_first(self) -> Self:
        return self.order_by("-number")

    def of_templates(self, templates: TemplateQuerySet) -> Self:
        """Versions of these templates."""
        return self.filter(template__in=templates.values("pk"))


class TemplateVersion(Owned, Tally):
    """The content of a template as it was saved once; never changed afterwards. Rates belong to the version sent.

    `html` is what stands between <body> and </body>; inline images stand in it as `cid:` addresses of attachments with
    `inline`. `subject` and `html` hold dynamic values as `compose.templating` reads them.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    html = models.TextField(blank=True)
    made_by = models.ForeignKey("odziv.User", null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Raised when a message of it leaves or its figures change, when an opportunity is won; `folded` is what was read.
    touched = models.PositiveBigIntegerField(default=0, editable=False)
    folded = models.PositiveBigIntegerField(default=0, editable=False)

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="template_version_once")]
        indexes = [models.Index(fields=["id"], name="template_version_unfolded", condition=Q(touched__gt=F("folded")))]


class TemplateAttachmentQuerySet(OwnedQuerySet["TemplateAttachment"]):
    def files(self) -> Self:
        """Attachments in the grid: not the images inside of the body."""
        return self.filter(inline=False)

    def images(self) -> Self:
        return self.filter(inline=True)


class TemplateAttachment(Owned):
    """A file of a version, to be followed or not in messages made from it; or an image inside of its body."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=150, default="application/octet-stream")
    followed = models.BooleanField(default=False)
    inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=200, blank=True)  # of an inline image, without < and >

    objects = TemplateAttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("version", "inline", "ordinal")
        constraints = [
            models.UniqueConstraint(fields=["version", "inline", "ordinal"], name="template_attachment_ordinal_once")
        ]

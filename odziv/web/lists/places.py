"""Every place with lists, by the name of its URL."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from odziv.web.lists import emails, records, tasks, templates
from odziv.web.lists.shape import Place

ACTIVITIES = Place(
    "activities", _("Activities"), (*emails.VIEWS, *tasks.VIEWS), _("Subject, recipient, regarding")
)  # fmt: skip
PLACES: dict[str, Place] = {place.name: place for place in (ACTIVITIES, *records.PLACES.values(), templates.PLACE)}

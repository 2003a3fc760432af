"""Outgoing mail: whether it is held because the data were restored (D3, O6)."""

from __future__ import annotations

from django.db import DatabaseError
from django.utils.translation import gettext as _

from odziv.health.place import Place, Seen
from odziv.models import Organisation


def outgoing(place: Place) -> Seen:
    """A fault while somebody has to decide; whoever runs the installation learns of any organisation that waits."""
    rows = Organisation.objects.holding_mail()
    try:
        is_held = (rows.filter(pk=place.organisation) if place.organisation else rows).exists()
    except DatabaseError:
        return Seen(False, _("cannot be told without the database."))
    if is_held:
        said = _(
            "is held: the data were restored from a backup. An administrator lets it go in Settings, Outgoing mail."
        )
        return Seen(False, said)
    return Seen(True, _("is not held"))

"""Phone calls and tasks: written, completed, opened again (R3)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from odziv.models import Activity, ActivityState


class StaleActivity(Exception):
    """Somebody else has changed or deleted it since it was read; nothing was written."""


def save(activity: Activity, *, done: bool, now: datetime) -> Activity:
    """Write a new phone call or task, or one whose `version` is still the stored one. Raises StaleActivity.

    It stands in the feed where it is due, or where it was done.
    """
    if not activity._state.adding:
        stored = Activity.objects.filter(pk=activity.pk, version=activity.version)
        if not stored.update(version=F("version") + 1):
            raise StaleActivity
        activity.version += 1
    was_done = activity.state == ActivityState.DONE
    activity.state = ActivityState.DONE if done else ActivityState.OPEN
    if done and not was_done:
        activity.at = now
    elif not done:
        activity.at = activity.due_at or activity.created_at
    activity.save()
    return activity


def complete(activity: Activity, now: datetime) -> bool:
    """Mark it as done; False when it was already."""
    return _turn(activity, ActivityState.OPEN, ActivityState.DONE, now)


def reopen(activity: Activity) -> bool:
    """It is still to be done; False when it was open already."""
    return _turn(activity, ActivityState.DONE, ActivityState.OPEN, activity.due_at or activity.created_at)


def _turn(activity: Activity, before: ActivityState, after: ActivityState, at: datetime) -> bool:
    """One UPDATE with a condition: of two who press at once, one is first, and nothing typed elsewhere is touched."""
    turned = Activity.objects.filter(pk=activity.pk, state=before).update(state=after, at=at, version=F("version") + 1)
    activity.refresh_from_db(fields=["state", "at", "version"])
    return bool(turned)

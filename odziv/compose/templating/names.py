"""The values that a template can name. Plain tables: a door shows them with words of its own."""

from __future__ import annotations

from collections.abc import Mapping

VALUES: Mapping[str, tuple[str, ...]] = {
    "recipient": ("first_name", "last_name", "name", "job_title", "company", "email", "phone", "city"),
    "account": ("name", "industry", "website", "phone", "city"),
    "opportunity": ("name", "amount", "close_date"),
    "sender": ("name", "first_name", "last_name", "job_title", "email", "phone"),
    "organisation": ("name",),
}
"""Whose values there are, and their names: `recipient.first_name`. Each is text; none is ever empty, only missing."""

LOOP = ("index", "first", "last", "length")
"""What `forloop` knows inside of a `for`."""


def known() -> tuple[str, ...]:
    """All of them, as they are written."""
    return tuple(f"{whose}.{name}" for whose, names in VALUES.items() for name in names)

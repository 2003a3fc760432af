"""Mailboxes of people: what providers want, whether a mailbox works, and permissions instead of passwords (C1, O6).

`presets` knows providers; `trial` is *Test connection*, done by the worker step by step; `advice` says each failure in
a person's words.
"""

from odziv.mailboxes.ending import disconnect, waiting_in

__all__ = ["disconnect", "waiting_in"]

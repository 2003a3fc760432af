"""`odziv restored`: for who put a backup back in a way that nothing here can notice, such as a whole machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.db import DatabaseError

from odziv.commands import migrate, no_options
from odziv.environment import ENV
from odziv.lib.plain import PlainError
from odziv.restored.notice import begin_anew


def run(argv: Sequence[str]) -> int:
    """Hold the outgoing mail of all organisations until administrators release it. Raises PlainError."""
    no_options(
        "restored",
        "Call it after a backup was put back, before Odziv is started: outgoing mail is held until an administrator "
        "of each organisation has looked through it in Settings, Outgoing mail.",
        argv,
    )
    migrate.run([])
    try:
        held = begin_anew(ENV.data)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise PlainError(f"the database cannot be written ({reason}): nothing was changed.") from error
    sys.stdout.write(f"Outgoing mail is held; organisations: {held}. Release it in Settings, Outgoing mail.\n")
    return 0

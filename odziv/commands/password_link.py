"""`odziv password-link`: for somebody who forgot their password and has no administrator to ask (O2)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from odziv.lib.plain import PlainError
from odziv.models import User
from odziv.web.accounts import password_link


def run(argv: Sequence[str]) -> int:
    """Print the address at which a person sets a new password. It works for three days, until it is used."""
    parser = argparse.ArgumentParser(prog="odziv password-link", description=run.__doc__)
    parser.add_argument("email", help="the address with which the person signs in")
    asked = parser.parse_args(argv)
    found = list(User.objects.signing_in_with(asked.email))
    if not found:
        raise PlainError(f"nobody signs in with {asked.email}")
    active = [person for person in found if person.is_active]
    if not active:
        raise PlainError(f"{found[0].email} may not sign in; an administrator has to allow it first")
    for person in active:
        name = f"{person.organisation.name}: " if len(active) > 1 else ""
        sys.stdout.write(f"{name}{password_link(person)}\n")
    return 0

"""`odziv create-organisation`: the first visit, on the command line (O7)."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from odziv.lib.plain import PlainError
from odziv.models import User
from odziv.organisations.founding import create_organisation


def run(argv: Sequence[str]) -> int:
    """Create an organisation and its administrator. The password is asked for, or read from standard input."""
    parser = argparse.ArgumentParser(prog="odziv create-organisation", description=run.__doc__)
    parser.add_argument("name", help="name of the organisation")
    parser.add_argument("--administrator", metavar="NAME", required=True, help="name of the first administrator")
    parser.add_argument("--email", required=True, help="the address with which the administrator signs in")
    parser.add_argument("--language", choices=("en", "sl"), default="en")
    asked = parser.parse_args(argv)
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    try:
        validate_email(asked.email)
        validate_password(password, User(email=asked.email, name=asked.administrator))
        user = create_organisation(
            asked.name, admin_name=asked.administrator, email=asked.email, password=password, language=asked.language
        )
    except ValidationError as error:
        raise PlainError(" ".join(error.messages)) from error
    sys.stdout.write(f"{user.organisation.name}: sign in as {user.email}\n")
    return 0

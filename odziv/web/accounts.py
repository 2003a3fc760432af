"""How allauth behaves here: people are added by their administrator, nobody signs up (O2)."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest
from django.urls import reverse

from odziv.environment import ENV
from odziv.models import User


class ClosedSignup(DefaultAccountAdapter):
    """No open registration; the first visit page makes the first administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def password_link(user: User) -> str:
    """The address at which this person, and whoever has it, sets their password.

    It works for as long as PASSWORD_RESET_TIMEOUT says, until the password is set or somebody signs in.
    """
    told = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{ENV.web_url}{reverse('account_reset_password_from_key', kwargs=told)}"

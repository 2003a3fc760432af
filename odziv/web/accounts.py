"""How allauth behaves here: people are added by their administrator, nobody signs up (O2)."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):
    """No open registration; the first visit page makes the first administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

"""Who asks: a token of a user, as `Authorization: Bearer odz_…` (RFC 6750)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import translation
from ninja.security import HttpBearer

from odziv.lib import clock
from odziv.models import ApiToken, User


class TokenAuth(HttpBearer):
    """The program acts as the token's user, with that user's rights. 401 for everything else."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        user = ApiToken.objects.user_of(token, now=clock.now())
        if user is not None:
            # Problems and timeline come in the words of the token's user.
            translation.activate(user.language)
        return user

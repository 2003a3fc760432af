"""How allauth behaves here: people are invited by their administrator, nobody signs up (O2).

An address may have a user in several organisations, each with a password of its own. Whoever types one that opens more
than one of them chooses where to go on after signing in; nobody else learns of the others.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from odziv.environment import ENV
from odziv.models import User
from odziv.web import notifications

BACKEND = "odziv.web.accounts.Backend"
_OPENED = "organisations"  # in the session: whom the typed password opened, each with its session hash
_LEAST_HASHES = 2


class Backend(AuthenticationBackend):
    """By address and password, among the users of all organisations."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        address, password = credentials.get("email") or "", credentials.get("password") or ""
        found = list(User.objects.signing_in_with(address)) if address and "\0" not in address else []
        opened = [person for person in found if self._check_password(person, password)]
        # With nobody, one or two users behind an address the answer takes equally long.
        for _missing in range(len(found), _LEAST_HASHES):
            self._mitigate_timing_attack(password)
        self._did_check_password = True
        if request is not None and len(opened) > 1:
            _remember(request, opened)
        return opened[0] if opened else None

    def get_user(self, user_id: UUID | str) -> User | None:
        """With the organisation, which every page needs."""
        found = User.objects.select_related("organisation").filter(pk=user_id).first()
        return found if found is not None and self.user_can_authenticate(found) else None


class ClosedSignup(DefaultAccountAdapter):
    """No open registration; the first visit page makes the first administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **rest: Any) -> HttpResponse:
        """To where they wanted to go; first to the choice of an organisation when there is one."""
        response: HttpResponse = super().post_login(request, user, **rest)
        notifications.forget_others(request)
        if isinstance(response, HttpResponseRedirect) and len(opened(request)) > 1:
            return HttpResponseRedirect(f"{reverse('organisation')}?{urlencode({'next': response.url})}")
        return response

    def logout(self, request: HttpRequest) -> None:
        """This browser shows no notifications any more."""
        notifications.forget_all(request)
        super().logout(request)


def opened(request: HttpRequest) -> list[User]:
    """As whom this session may go on, by organisation: those whom the typed password opened and opens still."""
    kept: dict[str, str] = request.session.get(_OPENED, {})
    people = User.objects.filter(pk__in=kept, is_active=True).select_related("organisation")
    found = [one for one in people if constant_time_compare(one.get_session_auth_hash(), kept[str(one.pk)])]
    return sorted(found, key=lambda one: (one.organisation.name, str(one.pk)))


def go_on_as(request: HttpRequest, user: User) -> None:
    """Sign in as another of `opened`."""
    others = opened(request)
    login(request, user, backend=BACKEND)
    notifications.forget_others(request)
    _remember(request, others)


def _remember(request: HttpRequest, people: list[User]) -> None:
    request.session[_OPENED] = {str(one.pk): one.get_session_auth_hash() for one in people}


def password_link(user: User) -> str:
    """The address at which this person, and whoever has it, sets their password.

    It works for as long as PASSWORD_RESET_TIMEOUT says, until the password is set or somebody signs in.
    """
    told = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{ENV.web_url}{reverse('account_reset_password_from_key', kwargs=told)}"

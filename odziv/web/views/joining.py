"""How one comes in: by an invitation's link, and, with users in several organisations, by choosing one (O2)."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from odziv.lib import clock
from odziv.models import Invitation
from odziv.organisations import inviting
from odziv.web import access
from odziv.web.accounts import BACKEND, go_on_as, opened
from odziv.web.forms.people import JoinForm, language


@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the link says who they are and is signed in. Looking at it does not use it up."""
    invitation = Invitation.objects.of_token(token)
    if invitation is None or not invitation.is_open(clock.now()):
        return _of_no_use(request, invitation)
    form = JoinForm(invitation.email, request.POST or None, initial={"language": language()})
    if request.method == "POST" and form.is_valid():
        try:
            person = inviting.accept(invitation, **form.cleaned_data, now=clock.now())
        except inviting.NotValid:
            return _of_no_use(request, Invitation.objects.of_token(token))
        login(request, person, backend=BACKEND)
        return redirect("home")
    context = {"form": form, "invitation": invitation}
    return render(request, "account/join.html", context, status=422 if form.errors else 200)


@access.signed_in
def organisation(request: access.SignedRequest) -> HttpResponse:
    """GET next: the organisations that the typed password opens; POST user, next: go on in one of them."""
    people = opened(request)
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    secure = request.is_secure()
    target = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=secure) else "home"
    if request.method == "POST":
        chosen = next((one for one in people if str(one.pk) == request.POST.get("user")), None)
        if chosen is None:
            raise Http404
        if chosen.pk != request.user.pk:
            go_on_as(request, chosen)
        return redirect(target)
    if len(people) < 2:
        return redirect(target)
    return render(request, "account/organisation.html", {"people": people, "next": wanted})


def _of_no_use(request: HttpRequest, invitation: Invitation | None) -> HttpResponse:
    """Says why; who has an old link may know that it was one."""
    status = 404 if invitation is None else 410
    return render(request, "account/no_invitation.html", {"invitation": invitation}, status=status)

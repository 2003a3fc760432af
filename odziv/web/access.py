"""The gate: one function for each object that a door is asked for (O1, O2).

Each takes the user and the identifier as it came in, and gives the row that this user may see or change. Missing,
foreign, malformed and not-yours are the same `Http404`: nobody learns from the answer what exists elsewhere. What a
role does not allow within the user's own organisation is a `PermissionDenied` (403): there is nothing to hide.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from odziv.models import (
    Activity,
    ActivityKind,
    ApiToken,
    Attachment,
    BulkRun,
    Card,
    Delivery,
    Discarded,
    Import,
    Invitation,
    Mailbox,
    Message,
    PushSubscription,
    Record,
    RecordKind,
    SavedView,
    SigningKey,
    StatusChange,
    Template,
    TemplateVersion,
    TestMail,
    User,
    WeightChange,
)

Row = TypeVar("Row", bound=Model)
P = ParamSpec("P")


class SignedRequest(HttpRequest):
    """A request of somebody who signed in; what views behind `signed_in` get."""

    user: User
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[SignedRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for people who signed in; others are led to the log-in page and back.

    Part of a page is refused with 401 instead: the log-in page must not appear in the middle of somebody's work.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            if "HX-Request" in request.headers:
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        return view(cast(SignedRequest, request), *args, **kwargs)

    return guarded


def administrators(
    view: Callable[Concatenate[SignedRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for administrators (O2); others of the organisation get the 403 page that says so."""

    @signed_in
    @wraps(view)
    def guarded(request: SignedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_administrator:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def managers(
    view: Callable[Concatenate[SignedRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for managers and administrators (O2); others of the organisation get the 403 page that says so."""

    @signed_in
    @wraps(view)
    def guarded(request: SignedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.sees_team:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def record(user: User, id: UUID | str, kind: RecordKind | str | None = None) -> Record:
    """A record of the user's organisation, of that kind when one is named; everyone may see and edit it (O2)."""
    rows = Record.objects.for_(user).select_related("owner", "account", "primary_contact")
    return one(rows.filter(kind=kind) if kind else rows, id)


def status_change(user: User, id: UUID | str) -> StatusChange:
    """A change of status that the user made, and may take back."""
    return one(StatusChange.objects.undoable_by(user), id)


def activity(user: User, id: UUID | str) -> Activity:
    """A phone call, task or e-mail of the organisation; of drafts only the user's own."""
    return one(Activity.objects.visible_to(user).select_related("owner", "regarding", "message"), id)


def call_or_task(user: User, id: UUID | str) -> Activity:
    """A phone call or task of the organisation; everyone may see and edit it, as with records."""
    rows = Activity.objects.for_(user).exclude(kind=ActivityKind.EMAIL).select_related("owner", "regarding")
    return one(rows, id)


def message(user: User, id: UUID | str) -> Message:
    """A message that the user may read: of the organisation, and of the drafts their own."""
    found = one(Message.objects.visible_to(user).select_related("activity__regarding", "owner", "mailbox"), id)
    found.organisation = user.organisation  # the same one, which was read already
    return found


def draft(user: User, id: UUID | str) -> Message:
    """A draft that the user may edit, send or discard: their own (O2, C3)."""
    return one(Message.objects.editable_by(user).select_related("activity__regarding", "owner", "mailbox"), id)


def own_message(user: User, id: UUID | str) -> Message:
    """A message of the user's own, in any state: what may be rescheduled, tried again, replied from (O2)."""
    return one(Message.objects.visible_to(user).filter(owner=user).select_related("activity__regarding"), id)


def delivery(user: User, id: UUID | str) -> Delivery:
    """One recipient's copy of a message that the user may read."""
    readable = Message.objects.visible_to(user).values("pk")
    return one(Delivery.objects.for_(user).filter(message__in=readable).select_related("message", "party"), id)


def attachment(user: User, id: UUID | str) -> Attachment:
    """A file or inline image of a message that the user may read."""
    readable = Message.objects.visible_to(user).values("pk")
    return one(Attachment.objects.for_(user).filter(message__in=readable).select_related("message", "file"), id)


def draft_attachment(user: User, id: UUID | str) -> Attachment:
    """A file or inline image of the user's own draft: it may be removed or marked as followed."""
    mine = Message.objects.editable_by(user).values("pk")
    return one(Attachment.objects.for_(user).filter(message__in=mine).select_related("message", "file"), id)


def mailbox(user: User, id: UUID | str) -> Mailbox:
    """A mailbox to be changed: the user's own, for an administrator any of the organisation (O2)."""
    return one(Mailbox.objects.of_people(user), id)


def signing_key(user: User, id: UUID | str) -> SigningKey:
    """A key of the organisation; only administrators ask for one (D5)."""
    return one(SigningKey.objects.for_(user).select_related("created_by"), id)


def own_mailbox(user: User, id: UUID | str) -> Mailbox:
    """A mailbox from which the user may send (C1)."""
    return one(Mailbox.objects.usable_by(user), id)


def template(user: User, id: UUID | str) -> Template:
    """A template that the user may see: their own and the organisation's; administrators see everybody's (O2)."""
    return one(Template.objects.visible_to(user).select_related("owner", "current"), id)


def own_template(user: User, id: UUID | str) -> Template:
    """A template that the user may change: their own; administrators change all (O2)."""
    return one(Template.objects.editable_by(user).select_related("owner", "current"), id)


def template_version(user: User, id: UUID | str) -> TemplateVersion:
    """A version of a template that the user may see."""
    rows = TemplateVersion.objects.for_(user).of_templates(Template.objects.visible_to(user))
    return one(rows.select_related("template__owner", "template__current", "made_by"), id)


def own_template_version(user: User, id: UUID | str) -> TemplateVersion:
    """A version of a template that the user may change."""
    rows = TemplateVersion.objects.for_(user).of_templates(Template.objects.editable_by(user))
    return one(rows.select_related("template__owner", "template__current"), id)


def insertable_template(user: User, id: UUID | str) -> Template:
    """A template that the user may put into a message (T2)."""
    return one(Template.objects.insertable_by(user).select_related("owner", "current"), id)


def person(user: User, id: UUID | str) -> User:
    """A user of the same organisation."""
    return one(User.objects.for_(user), id)


def invitation(user: User, id: UUID | str) -> Invitation:
    """An invitation of the organisation that nobody has accepted or revoked."""
    return one(Invitation.objects.listed_for(user), id)


def card(user: User, id: UUID | str) -> Card:
    """A card of the user's own assistant, whatever became of it."""
    return one(Card.objects.of_user(user).select_related("message__activity__regarding"), id)


def browser(user: User, id: UUID | str) -> PushSubscription:
    """A browser that shows the user's own notifications."""
    return one(PushSubscription.objects.of_person(user), id)


def saved_view(user: User, id: UUID | str) -> SavedView:
    """A saved view that the user may rename, share, delete: their own, for those who lead also a shared one (V2)."""
    return one(SavedView.objects.changeable_by(user), id)


def seen_view(user: User, id: UUID | str) -> SavedView:
    """A saved view that the user may open: their own or a shared one."""
    return one(SavedView.objects.seen_by(user), id)


def discarded(user: User, id: UUID | str) -> Discarded:
    """Something that the user deleted and may bring back."""
    return one(Discarded.objects.of_person(user), id)


def bulk_run(user: User, id: UUID | str) -> BulkRun:
    """An action on many rows that the user began."""
    return one(BulkRun.objects.of_person(user).select_related("user", "organisation"), id)


def import_(user: User, id: UUID | str) -> Import:
    """An import of the user's own; of an administrator's organisation any."""
    return one(Import.objects.visible_to(user).select_related("user", "organisation"), id)


def token(user: User, id: UUID | str) -> ApiToken:
    """An API token of the user's own."""
    return one(ApiToken.objects.of_person(user), id)


def weight_change(user: User, id: UUID | str) -> WeightChange:
    """A change of what evidence weighs in the user's organisation; who is no administrator does not come here."""
    return one(WeightChange.objects.for_(user).select_related("user", "organisation"), id)


def test_mail(user: User, id: UUID | str) -> TestMail:
    """A message in the organisation's test mailbox."""
    return one(TestMail.objects.for_(user), id)


def one(rows: QuerySet[Row], id: UUID | str) -> Row:
    """The row with that identifier among `rows`, else `Http404`, whatever the reason."""
    try:
        key = id if isinstance(id, UUID) else UUID(id)
    except (ValueError, AttributeError, TypeError):
        raise Http404 from None
    row = rows.filter(pk=key).first()
    if row is None:
        raise Http404
    return row

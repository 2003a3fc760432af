"""Every URL of the product. A new one needs a case in tests/web/test_tenancy.py."""

from django.urls import URLPattern, URLResolver, include, path

from odziv.models import ActivityKind, RecordKind
from odziv.web.views import (
    activity,
    first_visit,
    home,
    language,
    mailboxes,
    record_forms,
    records,
    settings,
    style,
    users,
)


def _records(kind: RecordKind, many: str) -> list[URLPattern]:
    """The pages of one kind of record: /accounts/, /accounts/<id>/ …, named account, account-edit …"""
    told = {"kind": kind}
    return [
        path(f"{many}/", records.index, told, name=many),
        path(f"{many}/new/", record_forms.new, told, name=f"{kind}-new"),
        path(f"{many}/<uuid:id>/", records.summary, told, name=kind.value),
        path(f"{many}/<uuid:id>/details/", records.details, told, name=f"{kind}-details"),
        path(f"{many}/<uuid:id>/activities/", records.activities, told, name=f"{kind}-activities"),
        path(f"{many}/<uuid:id>/edit/", record_forms.edit, told, name=f"{kind}-edit"),
        path(f"{many}/<uuid:id>/follow/", record_forms.follow, told, name=f"{kind}-follow"),
        path(f"{many}/<uuid:id>/delete/", record_forms.delete, told, name=f"{kind}-delete"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("welcome/", first_visit.index, name="first-visit"),
    path("welcome/create/", first_visit.create, name="first-visit-create"),
    path("welcome/sample/", first_visit.look_around, name="first-visit-sample"),
    path("welcome/sample/progress/", first_visit.progress, name="first-visit-progress"),
    path("welcome/sample/enter/", first_visit.enter, name="first-visit-enter"),
    *_records(RecordKind.ACCOUNT, "accounts"),
    *_records(RecordKind.CONTACT, "contacts"),
    *_records(RecordKind.LEAD, "leads"),
    *_records(RecordKind.OPPORTUNITY, "opportunities"),
    path("records/search", records.options, name="record-options"),
    path("records/duplicates", record_forms.duplicates, name="record-duplicates"),
    path("search/", records.search, name="search"),
    path("activities/calls/new/", activity.new, {"kind": ActivityKind.PHONE_CALL}, name="call-new"),
    path("activities/tasks/new/", activity.new, {"kind": ActivityKind.TASK}, name="task-new"),
    path("activities/<uuid:id>/", activity.page, name="activity"),
    path("activities/<uuid:id>/delete/", activity.delete, name="activity-delete"),
    path("settings/", settings.index, name="settings"),
    path("settings/health/", settings.health, name="health"),
    path("settings/engagement/", settings.engagement, name="engagement"),
    path("settings/unknown/", settings.unknown, name="follow-unknown"),
    path("settings/profile/", settings.profile, name="profile"),
    path("settings/tokens/", settings.tokens, name="tokens"),
    path("settings/tokens/<uuid:id>/revoke/", settings.revoke, name="token-revoke"),
    path("settings/users/", users.index, name="users"),
    path("settings/users/new/", users.new, name="user-new"),
    path("settings/users/<uuid:id>/", users.page, name="user"),
    path("settings/users/<uuid:id>/link/", users.link, name="user-link"),
    path("settings/mailboxes/", mailboxes.index, name="mailboxes"),
    path("settings/mailboxes/new/", mailboxes.new, name="mailbox-new"),
    path("settings/mailboxes/<uuid:id>/", mailboxes.page, name="mailbox"),
    path("settings/mailboxes/<uuid:id>/check/", mailboxes.check, name="mailbox-check"),
    path("settings/mailboxes/<uuid:id>/delete/", mailboxes.delete, name="mailbox-delete"),
    path("account/", include("allauth.account.urls")),
    path("tinymce/", include("tinymce.urls")),
    path("language/", language.choose, name="language"),
    path("style/", style.page, name="style"),
]

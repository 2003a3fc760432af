"""Every URL of the product. A new one needs a case in tests/web/test_tenancy.py."""

from allauth.account import views as accounts
from django.urls import URLPattern, URLResolver, include, path, re_path

from odziv.api.router import api
from odziv.models import ActivityKind, RecordKind
from odziv.web.views import (
    activities,
    activity,
    first_visit,
    home,
    language,
    lists,
    mailboxes,
    messages,
    record_forms,
    record_lists,
    records,
    settings,
    style,
    switches,
    testmail,
    today,
    users,
)
from odziv.web.views.compose import files, page, preview, recipients, saving, signature


def _records(kind: RecordKind, many: str) -> list[URLPattern]:
    """The pages of one kind of record: /accounts/, /accounts/<id>/ …, named account, account-edit …"""
    told = {"kind": kind}
    return [
        path(f"{many}/", record_lists.index, told, name=many),
        path(f"{many}/new/", record_forms.new, told, name=f"{kind}-new"),
        path(f"{many}/<uuid:id>/", records.summary, told, name=kind.value),
        path(f"{many}/<uuid:id>/details/", records.details, told, name=f"{kind}-details"),
        path(f"{many}/<uuid:id>/activities/", records.activities, told, name=f"{kind}-activities"),
        path(f"{many}/<uuid:id>/edit/", record_forms.edit, told, name=f"{kind}-edit"),
        path(f"{many}/<uuid:id>/follow/", record_forms.follow, told, name=f"{kind}-follow"),
        path(f"{many}/<uuid:id>/delete/", record_forms.delete, told, name=f"{kind}-delete"),
    ]


def _accounts() -> list[URLPattern]:
    """The pages of allauth that we use. Those that would write e-mail are left out: Odziv sends none of its own."""
    return [
        path("login/", accounts.login, name="account_login"),
        path("logout/", accounts.logout, name="account_logout"),
        path("signup/", accounts.signup, name="account_signup"),
        path("inactive/", accounts.account_inactive, name="account_inactive"),
        path("reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
        path("password/change/", accounts.password_change, name="account_change_password"),
        path("password/set/", accounts.password_set, name="account_set_password"),
        path("password/reset/", home.forgotten, name="account_reset_password"),
        re_path(
            r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            accounts.password_reset_from_key,
            name="account_reset_password_from_key",
        ),
        path(
            "password/reset/key/done/",
            accounts.password_reset_from_key_done,
            name="account_reset_password_from_key_done",
        ),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("today/", today.index, name="today"),
    path("today/steps/", today.steps, name="first-steps"),
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
    path("activities/", activities.index, name="activities"),
    path("activities/rows", activities.rows, name="activities-rows"),
    path("activities/live", activities.live_events, name="activities-live"),
    path("lists/<slug:place>/filters/", lists.filters, name="list-filters"),
    path("activities/calls/new/", activity.new, {"kind": ActivityKind.PHONE_CALL}, name="call-new"),
    path("activities/tasks/new/", activity.new, {"kind": ActivityKind.TASK}, name="task-new"),
    path("activities/<uuid:id>/", activity.page, name="activity"),
    path("activities/<uuid:id>/peek/", activity.peek, name="activity-peek"),
    path("activities/<uuid:id>/delete/", activity.delete, name="activity-delete"),
    path("settings/", settings.index, name="settings"),
    path("settings/health/", settings.health, name="health"),
    path("settings/engagement/", switches.engagement, name="engagement"),
    path("settings/unknown/", switches.unknown, name="follow-unknown"),
    path("settings/assistant/", switches.assistant, name="assistant"),
    path("settings/assistant/cards/", switches.cards, name="assistant-cards"),
    path("settings/location/", switches.location, name="location-service"),
    path("settings/working-week/", switches.working_week, name="working-week"),
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
    path("messages/<uuid:id>/", messages.page, name="message"),
    path("messages/<uuid:id>/now", messages.now, name="message-now"),
    path("messages/<uuid:id>/live", messages.live_events, name="message-live"),
    path("messages/<uuid:id>/body", messages.body, name="message-body"),
    path("test-mailbox/", testmail.index, name="test-mailbox"),
    path("test-mailbox/list/", testmail.rows, name="test-mailbox-list"),
    path("test-mailbox/empty/", testmail.empty, name="test-mailbox-empty"),
    path("test-mailbox/<uuid:id>/", testmail.mail, name="test-mail"),
    path("test-mailbox/<uuid:id>/frame/", testmail.frame, name="test-mail-frame"),
    path("test-mailbox/<uuid:id>/parts/<int:number>/", testmail.part, name="test-mail-part"),
    path("test-mailbox/<uuid:id>/message.eml", testmail.source, name="test-mail-source"),
    path("account/", include(_accounts())),
    path("compose/", page.new, name="compose"),
    path("compose/save/", saving.create, name="compose-create"),
    path("compose/follow/", recipients.follow, name="compose-follow"),
    path("compose/recipients/", recipients.options, name="compose-recipients"),
    path("compose/preferences/", recipients.preferences, name="compose-preferences"),
    path("compose/recipient-settings/", recipients.settings, name="compose-recipient-settings"),
    path("compose/signature/", signature.exchange, name="compose-signature"),
    path("compose/<uuid:id>/", page.edit, name="compose"),
    path("compose/<uuid:id>/save/", saving.save, name="compose-save"),
    path("compose/<uuid:id>/send/", saving.submit, name="compose-send"),
    path("compose/<uuid:id>/discard/", saving.discard, name="compose-discard"),
    path("compose/<uuid:id>/preview/", preview.panel, name="compose-preview"),
    path("compose/<uuid:id>/preview/body/", preview.body, name="compose-preview-body"),
    path("compose/<uuid:id>/files/", files.upload, name="compose-attach"),
    path("compose/<uuid:id>/images/", files.image, name="compose-image"),
    path("attachments/<uuid:id>/", files.attachment, name="attachment"),
    path("attachments/<uuid:id>/follow/", files.follow, name="attachment-follow"),
    path("attachments/<uuid:id>/remove/", files.remove, name="attachment-remove"),
    path("api/", api.urls),
    path("language/", language.choose, name="language"),
    path("style/", style.page, name="style"),
]

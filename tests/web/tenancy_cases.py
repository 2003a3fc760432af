"""For each URL of the product, by its name: the requests in which a foreign identifier could come in.

A new URL needs a line here, else tests/web/test_tenancy.py fails.
"""

from __future__ import annotations

from tests.web.tenancy import MARK, MARK_ADDRESS, Case, Free, get, post

ADMINISTRATION = "only switches of the asker's own organisation"
OWN_LOGIN = "allauth: only about whoever asks"
ROWS = {
    f"{rows}-{name}": value
    for rows in ("emails", "phones", "addresses")
    for name, value in (("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0"))
}


def record_cases(kind: str, many: str) -> dict[str, tuple[Case, ...] | Free]:
    """The pages of one kind; each also with identifiers of the other kinds."""
    page = f"/{many}/{{{kind}}}/"
    fields = {"name": "Brest", "owner": "{user}", **ROWS}
    return {
        # A filter that names something gone or foreign says so, and shows nothing.
        many: (get(f"/{many}/?account={{account}}", 200), get(f"/{many}/?owner={{user}}", 200)),
        kind: (get(page), get(f"/{many}/{{draft}}/"), get(f"/{many}/{{user}}/")),
        f"{kind}-details": (get(f"{page}details/"),),
        f"{kind}-activities": (get(f"{page}activities/"),),
        f"{kind}-new": (
            get(f"/{many}/new/?account={{account}}"),
            get(f"/{many}/new/?contact={{contact}}"),
            post(f"/{many}/new/", 422, **fields),
            post(f"/{many}/new/", 422, **fields, account="{account}", account_text=f"{MARK} account"),
            post(f"/{many}/new/", 422, **fields, primary_contact="{contact}", primary_contact_text=f"{MARK} contact"),
        ),
        f"{kind}-edit": (get(f"{page}edit/"), post(f"{page}edit/", **fields)),
        f"{kind}-follow": (post(f"{page}follow/", follow_email="deny"),),
        f"{kind}-delete": (get(f"{page}delete/"), post(f"{page}delete/")),
    }


CASES: dict[str, tuple[Case, ...] | Free] = {
    "home": Free("leads to the pages below", ("/",)),
    "today": Free("the asker's own", ("/today/",)),
    "first-steps": Free("the asker's own"),
    "team": Free("the asker's own organisation", ("/team/?weeks=26",)),
    "cards": Free("the asker's own cards", ("/assistant/",)),
    "assistant-bell": Free("the asker's own cards", ("/assistant/bell/",)),
    "assistant-news": Free("the asker's own cards", ("/assistant/news/?after=2020-01-01T00:00:00Z",)),
    "assistant-live": Free("the asker's own cards"),
    "cards-dismiss": Free("the asker's own cards"),
    "card-dismiss": (post("/assistant/{card}/dismiss/"), post("/assistant/{message}/dismiss/")),
    "card-restore": (post("/assistant/{card}/restore/"),),
    "card-snooze": (post("/assistant/{card}/snooze/", until="hour"),),
    "card-call": (post("/assistant/{card}/call/"),),
    "compose-delivery": (post("/compose/delivery/", draft="{draft}"),),
    "message-delay": (
        get("/messages/{draft}/delay/"),
        post("/messages/{draft}/delay/", wall="2030-05-04T08:00"),
        post("/messages/{message}/delay/"),
    ),
    "message-delay-check": (post("/messages/{draft}/delay/check/", wall="2030-05-04T08:00"),),
    "message-reminder": (
        get("/messages/{draft}/reminder/"),
        post("/messages/{draft}/reminder/", condition="anyway", wall="2030-05-04T08:00"),
        post("/messages/{message}/reminder/", remove="1"),
    ),
    "message-delete": (post("/messages/{message}/delete/"), post("/messages/{draft}/delete/")),
    "message-uncertain": (post("/messages/{message}/uncertain/", choice="sent"),),
    "first-visit": Free("gone as soon as an organisation exists", ("/welcome/",)),
    "first-visit-create": Free("gone as soon as an organisation exists", ("/welcome/create/",)),
    "first-visit-sample": Free("gone as soon as an organisation exists"),
    "first-visit-progress": Free("gone; the visitor's session knows the run", ("/welcome/sample/progress/",)),
    "first-visit-enter": Free("gone; the visitor's session knows the run"),
    **record_cases("account", "accounts"),
    **record_cases("contact", "contacts"),
    **record_cases("lead", "leads"),
    **record_cases("opportunity", "opportunities"),
    "record-options": Free(
        "finds only one's own", (f"/records/search?q={MARK}", "/records/search?q=skrivno&kind=contact&go=1")
    ),
    "record-duplicates": (get(f"/records/duplicates?address={MARK_ADDRESS}&record={{contact}}"),),
    "search": Free("finds only one's own", ("/search/?q=skrivno", "/search/?q=99988", "/search/?q=zvito", "/search/")),
    "command": Free("finds only one's own", ("/search/commands/?q=zvito", "/search/commands/?q=skrivno")),
    "call-new": (
        get("/activities/calls/new/?regarding={contact}"),
        post("/activities/calls/new/?regarding={contact}", subject="Brest", owner="{user}"),
        post("/activities/calls/new/", 422, subject="Brest", owner="{user}"),
        post("/activities/calls/new/", 422, subject="Brest", regarding="{contact}", regarding_text=f"{MARK} contact"),
    ),
    "task-new": (
        get("/activities/tasks/new/?regarding={lead}"),
        post("/activities/tasks/new/", 422, subject="Brest", regarding="{lead}", regarding_text=f"{MARK} lead"),
    ),
    "activity": (
        get("/activities/{call}/"),
        get("/activities/{message}/"),
        get("/activities/{draft}/"),
        post("/activities/{call}/", subject="Brest", done="on"),
    ),
    "activity-peek": (
        get("/activities/{call}/peek/"),
        get("/activities/{message}/peek/"),
        get("/activities/{draft}/peek/"),
        get("/activities/{message}/peek/?part=history"),
    ),
    "activity-done": (
        post("/activities/{call}/done/"),
        post("/activities/{message}/done/"),
        post("/activities/{call}/done/?undo=1", on="{contact}"),
    ),
    "activity-reopen": (post("/activities/{call}/reopen/"),),
    "activity-states": (get("/activities/states?ids={message}"), get("/activities/states?ids={draft},{call}")),
    "lead-qualify": (
        get("/leads/{lead}/qualify/"),
        get("/leads/{contact}/qualify/"),
        post("/leads/{lead}/qualify/", contact="new", contact_name="Brest", account="none", version="1"),
    ),
    "lead-unqualify": (get("/leads/{lead}/unqualify/"), post("/leads/{lead}/unqualify/", remove="1")),
    "lead-undo": (post("/leads/{lead}/unqualify/now/"),),
    "lead-close": (
        get("/leads/{lead}/close/?status=disqualified"),
        post("/leads/{lead}/close/", status="disqualified", seen=""),
    ),
    "lead-reopen": (post("/leads/{lead}/reopen/", seen=""),),
    "opportunity-close": (
        get("/opportunities/{opportunity}/close/?status=won"),
        post("/opportunities/{opportunity}/close/", status="won", seen="", day="2026-01-01"),
    ),
    "opportunity-reopen": (post("/opportunities/{opportunity}/reopen/", seen=""),),
    "status-undo": (post("/records/statuses/{change}/undo/"), post("/records/statuses/{opportunity}/undo/")),
    "activity-delete": (post("/activities/{call}/delete/"), post("/activities/{message}/delete/")),
    "activities": (
        get("/activities/?regarding={contact}", 200),
        get("/activities/?owner={user}", 200),
        get("/activities/?template={template}", 200),
        get("/activities/?view=tasks&regarding={account}", 200),
        get(f"/activities/?q={MARK}", 200),
        get(f"/activities/?to={MARK_ADDRESS}", 200),
        get("/activities/?view=drafts", 200),
        get("/activities/?view=all&saved={saved_view}", 200),
    ),
    "list-columns": Free("the asker's own choice"),
    "list-start": (post("/lists/activities/start/", saved="{saved_view}"),),
    "saved-view-new": Free("always the asker's own"),
    "saved-view": (
        post("/lists/views/{saved_view}/", name="Brest", shared="on"),
        post("/lists/views/{saved_view}/", query="view=all"),
    ),
    "saved-view-delete": (post("/lists/views/{saved_view}/delete/"),),
    "restore": (post("/undo/{discarded}/"),),
    "list-filters": (
        get("/lists/activities/filters/?regarding={contact}&owner={user}", 200),
        get("/lists/contacts/filters/?account={account}", 200),
        get("/lists/templates/filters/?owner={user}", 200),
        get("/lists/activities/filters/?template={template}", 200),
    ),
    "activities-rows": (get("/activities/rows?ids={message}"), get("/activities/rows?ids={draft},{message}")),
    "activities-live": (get("/activities/live?ids={message}"), get("/activities/live?ids={draft},{message}")),
    "message": (get("/messages/{message}/"), get("/messages/{draft}/"), get("/messages/{delivery}/")),
    "message-now": (get("/messages/{message}/now"), get("/messages/{draft}/now?shown=40")),
    "message-live": (get("/messages/{message}/live"), get("/messages/{draft}/live")),
    "message-body": (get("/messages/{message}/body"), get("/messages/{draft}/body")),
    "message-undo": (post("/messages/{message}/undo/"), post("/messages/{draft}/undo/")),
    "compose": (
        get("/compose/?regarding={contact}"),
        get("/compose/{draft}/"),
        get("/compose/{message}/"),
        get("/compose/{delivery}/"),
    ),
    "compose-create": (
        post("/compose/save/", subject="Brest", regarding="{contact}"),
        post("/compose/save/", subject="Brest", mailbox="{mailbox}"),
        post("/compose/save/", subject="Brest", copy_of="{draft}"),
        post("/compose/save/", subject="Brest", copy_of="{message}"),
    ),
    "compose-follow": (post("/compose/follow/", 200, to=MARK_ADDRESS),),
    "compose-recipients": Free(
        "finds only one's own", (f"/compose/recipients/?q={MARK}", f"/compose/recipients/?q={MARK_ADDRESS}")
    ),
    "compose-preferences": (
        Case("POST", "/compose/preferences/", json={"addresses": [MARK_ADDRESS]}, status=200),
        Case("POST", "/compose/preferences/", json={"addresses": ["{contact}"]}, status=200),
    ),
    "compose-recipient-settings": (post("/compose/recipient-settings/", 200, to=MARK_ADDRESS),),
    "compose-signature": (post("/compose/signature/", html="<p>Brest</p>", mailbox="{mailbox}"),),
    "compose-save": (
        post("/compose/{draft}/save/", subject="Brest"),
        post("/compose/{message}/save/", subject="Brest", version="1"),
    ),
    "compose-versions": (
        post("/compose/{draft}/versions/", subject="Brest"),
        post("/compose/{message}/versions/", html="<p>Brest</p>"),
    ),
    "compose-send": (post("/compose/{draft}/send/", confirmed="1"), post("/compose/{message}/send/")),
    "compose-discard": (post("/compose/{draft}/discard/"), post("/compose/{message}/discard/")),
    "compose-preview": (get("/compose/{draft}/preview/"), get("/compose/{message}/preview/")),
    "compose-preview-body": (get("/compose/{draft}/preview/body/"), get("/compose/{message}/preview/body/")),
    "compose-attach": (post("/compose/{draft}/files/"), post("/compose/{message}/files/")),
    "compose-image": (post("/compose/{draft}/images/"),),
    "attachment": (
        get("/attachments/{attachment}/"),
        get("/attachments/{draft_attachment}/"),
        get("/attachments/{file}/"),
    ),
    "attachment-follow": (post("/attachments/{draft_attachment}/follow/", followed="1"),),
    "attachment-remove": (post("/attachments/{draft_attachment}/remove/"), post("/attachments/{attachment}/remove/")),
    "templates": (get("/templates/?owner={user}", 200), get("/templates/?category=zvitorepec&language=rm", 200)),
    "template-new": (post("/templates/new/", 422, title="Brest", language="sl", shared="True", owner="{user}"),),
    "template-preview": (post("/templates/preview/", html="{{ recipient.name }}", record="{contact}"),),
    "template-upload": Free("always the asker's own organisation"),
    "template-file": Free("takes signed tokens: tests/web/test_templates_writing.py"),
    "template": (
        get("/templates/{template}/"),
        get("/templates/{version}/"),
        get("/templates/{message}/"),
    ),
    "template-edit": (get("/templates/{template}/edit/"), post("/templates/{template}/edit/", title="Brest")),
    "template-copy": (post("/templates/{template}/copy/"),),
    "template-archive": (post("/templates/{template}/archive/"),),
    "template-unarchive": (post("/templates/{template}/unarchive/"),),
    "template-delete": (post("/templates/{template}/delete/"),),
    "template-version": (get("/templates/versions/{version}/"), get("/templates/versions/{template}/")),
    "template-body": (
        get("/templates/versions/{version}/body/"),
        get("/templates/versions/{version}/body/?record={contact}"),
    ),
    "template-restore": (post("/templates/versions/{version}/restore/"),),
    "settings": Free("the asker's own", ("/settings/",)),
    "health": Free("the installation, no data of organisations", ("/settings/health/",)),
    "health-look": Free("the installation, and the mailboxes of one's own", ("/settings/health/sending/",)),
    "public-address": Free("the installation, no data of organisations", ("/settings/public-address/",)),
    "engagement": Free(ADMINISTRATION),
    "follow-unknown": Free(ADMINISTRATION),
    "assistant": Free(ADMINISTRATION),
    "assistant-cards": Free(ADMINISTRATION),
    "location-service": Free(ADMINISTRATION),
    "working-week": Free(ADMINISTRATION, ("/settings/working-week/",)),
    "letter-keys": Free("the asker's own"),
    "profile": Free("the asker's own", ("/settings/profile/",)),
    "tokens": Free("the asker's own", ("/settings/tokens/",)),
    "token-revoke": (post("/settings/tokens/{token}/revoke/"),),
    "users": Free(
        "the asker's own organisation",
        ("/settings/users/", f"/settings/users/?state=invited&q={MARK_ADDRESS}", "/settings/users/?state=left"),
    ),
    "invite": Free("the asker's own organisation", ("/settings/users/invite/",)),
    "invitation": (get("/settings/users/invitations/{invitation}/"), get("/settings/users/invitations/{user}/")),
    "invitation-renew": (post("/settings/users/invitations/{invitation}/renew/", by="link"),),
    "invitation-revoke": (post("/settings/users/invitations/{invitation}/revoke/"),),
    "user-leave": (
        get("/settings/users/{user}/leave/"),
        post("/settings/users/{user}/leave/", mail="stop"),
    ),
    "user-return": (post("/settings/users/{user}/return/"),),
    "organisation": (post("/account/organisation/", user="{user}"),),
    "join": Free("opened by the secret text of a link alone", ("/join/zvitorepec/",)),
    "user": (get("/settings/users/{user}/"), post("/settings/users/{user}/", name="Brest", role="salesperson")),
    "user-link": (post("/settings/users/{user}/link/"),),
    "mailboxes": Free("the asker's own organisation", ("/settings/mailboxes/",)),
    "mailbox-new": Free("always the asker's own", ("/settings/mailboxes/new/",)),
    "mailbox": (get("/settings/mailboxes/{mailbox}/"), post("/settings/mailboxes/{mailbox}/", name="Brest")),
    "mailbox-check": (post("/settings/mailboxes/{mailbox}/check/"),),
    "mailbox-trial": (get("/settings/mailboxes/{mailbox}/test/"),),
    "mailbox-default": (post("/settings/mailboxes/{mailbox}/default/"),),
    "mailbox-signature": (
        get("/settings/mailboxes/{mailbox}/signature/"),
        post("/settings/mailboxes/{mailbox}/signature/", signature="Brest"),
    ),
    "mailbox-delete": (
        get("/settings/mailboxes/{mailbox}/delete/"),
        post("/settings/mailboxes/{mailbox}/delete/"),
    ),
    "test-mailbox": Free("lists the asker's own organisation", ("/test-mailbox/",)),
    "test-mailbox-list": (get("/test-mailbox/list/?seen=x&chosen={testmail}"),),
    "test-mailbox-empty": Free("only the asker's own organisation"),
    "test-mail": (get("/test-mailbox/{testmail}/"), get("/test-mailbox/{message}/"), get("/test-mailbox/{delivery}/")),
    "test-mail-frame": (get("/test-mailbox/{testmail}/frame/"), get("/test-mailbox/{testmail}/frame/?images=1")),
    "test-mail-part": (get("/test-mailbox/{testmail}/parts/0/"),),
    "test-mail-source": (get("/test-mailbox/{testmail}/message.eml"),),
    "language": Free("the asker's own"),
    "style": Free("for developers; without data", ("/style/",)),
    "api:api-root": Free("says only that there is an API", ("/api/",)),
    "api:openapi-json": Free("describes the API, without data", ("/api/openapi.json",)),
    "api:openapi-view": Free("describes the API, without data", ("/api/docs",)),
    "api:create": (
        Case("POST", "/api/messages", json={"subject": "Brest", "regarding": "{contact}"}),
        Case("POST", "/api/messages", json={"subject": "Brest", "regarding": "{account}", "send": True}),
        Case("POST", "/api/messages", json={"subject": "Brest", "mailbox": "{mailbox}"}),
    ),
    "api:read": (get("/api/messages/{message}"), get("/api/messages/{draft}"), get("/api/messages/{contact}")),
    "api:send_draft": (post("/api/messages/{draft}/send"), post("/api/messages/{message}/send")),
    "account_login": Free(OWN_LOGIN, ("/account/login/",)),
    "account_logout": Free(OWN_LOGIN, ("/account/logout/",)),
    "account_inactive": Free(OWN_LOGIN, ("/account/inactive/",)),
    "account_signup": Free("closed", ("/account/signup/",)),
    "account_reauthenticate": Free(OWN_LOGIN, ("/account/reauthenticate/",)),
    "account_change_password": Free(OWN_LOGIN, ("/account/password/change/",)),
    "account_set_password": Free(OWN_LOGIN, ("/account/password/set/",)),
    "account_reset_password": Free("says whom to ask", ("/account/password/reset/",)),
    "account_reset_password_from_key": (get("/account/password/reset/key/{user}-abc-def/", 200),),
    "account_reset_password_from_key_done": Free(OWN_LOGIN, ("/account/password/reset/key/done/",)),
}

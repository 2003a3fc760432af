"""Activities, lists and what is done with many rows of one, search."""

from __future__ import annotations

from tests.web.tenancy import MARK, MARK_ADDRESS, Case, Free, get, post

CASES: dict[str, tuple[Case, ...] | Free] = {
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
    "bulk-act": (
        post("/lists/contacts/bulk/record-delete/", 200, ids="{contact}"),
        post("/lists/contacts/bulk/record-delete/", 422, ids="{contact}", go="1"),
        post("/lists/contacts/bulk/record-owner/", 422, ids="{contact}", go="1", owner="{user}"),
        post("/lists/contacts/bulk/record-deny/", 422, all="1", query="account={account}", go="1"),
        post("/lists/activities/bulk/todo-complete/", 422, ids="{call}", query="view=tasks"),
        post("/lists/activities/bulk/email-call/", 422, ids="{message}", query="view=all", go="1"),
        post("/lists/activities/bulk/email-discard/", 422, ids="{draft}", query="view=drafts", go="1"),
        post("/lists/activities/bulk/email-now/", 422, ids="{message}", query="view=scheduled", go="1"),
    ),
    "bulk": (get("/lists/bulk/{bulk_run}/"),),
    "bulk-undo": (post("/lists/bulk/{bulk_run}/undo/"),),
    "list-export": (
        get("/lists/templates/export.csv?owner={user}", 200),
        # A file without a row: what is named is not there.
        get("/lists/contacts/export.csv?account={account}&all=1", 200),
        get("/lists/activities/export.csv?regarding={contact}", 200),
        get(f"/lists/activities/export.csv?q={MARK}", 200),
        get(f"/lists/leads/export.csv?q={MARK}&owner={{user}}", 200),
        get("/lists/activities/export.csv?view=tasks&owner={user}", 200),
    ),
    "list-filters": (
        get("/lists/activities/filters/?regarding={contact}&owner={user}", 200),
        get("/lists/contacts/filters/?account={account}", 200),
        get("/lists/templates/filters/?owner={user}", 200),
        get("/lists/activities/filters/?template={template}", 200),
    ),
    "activities-rows": (get("/activities/rows?ids={message}"), get("/activities/rows?ids={draft},{message}")),
    "activities-live": (get("/activities/live?ids={message}"), get("/activities/live?ids={draft},{message}")),
}

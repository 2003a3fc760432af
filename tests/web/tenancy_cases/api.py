"""What programs ask: the API, and mail that is handed in."""

from __future__ import annotations

from tests.web.tenancy import Case, Free, get, post

CASES: dict[str, tuple[Case, ...] | Free] = {
    "hand-in": (post("/api/inbound/{user}/", 401),),  # whose it is, a signature decides: tests/api/test_inbound.py
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
}

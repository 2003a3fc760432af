"""Records: their pages, what becomes of leads and opportunities, imports."""

from __future__ import annotations

from tests.web.tenancy import MARK, MARK_ADDRESS, Case, Free, get, post

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
        f"{kind}-working": (post(f"{page}working/", address=MARK_ADDRESS),),
        f"{kind}-delete": (get(f"{page}delete/"), post(f"{page}delete/")),
    }


CASES: dict[str, tuple[Case, ...] | Free] = {
    **record_cases("account", "accounts"),
    **record_cases("contact", "contacts"),
    **record_cases("lead", "leads"),
    **record_cases("opportunity", "opportunities"),
    "record-options": Free(
        "finds only one's own", (f"/records/search?q={MARK}", "/records/search?q=skrivno&kind=contact&go=1")
    ),
    "record-duplicates": (get(f"/records/duplicates?address={MARK_ADDRESS}&record={{contact}}"),),
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
    "imports": Free("the asker's own organisation", ("/imports/",)),
    "import-new": Free("makes what is the asker's own", ("/imports/new/?kind=lead",)),
    "import": (get("/imports/{import}/"), get("/imports/{import_done}/"), get("/imports/{contact}/")),
    "import-now": (get("/imports/{import}/now/"),),
    "import-columns": (
        post("/imports/{import}/columns/", do="check", column="name"),
        post("/imports/{import}/columns/", do="read", encoding="cp1250", separator=";"),
    ),
    "import-decide": (
        post("/imports/{import}/decide/", do="go", duplicates="create"),
        post("/imports/{import}/decide/", do="stop"),
    ),
    "import-rejected": (get("/imports/{import_done}/rejected.csv"),),
    "import-undo": (post("/imports/{import_done}/undo/"),),
}

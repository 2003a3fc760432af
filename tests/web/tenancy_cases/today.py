"""What everybody meets first: the first visit, the day, the team, the assistant's cards."""

from __future__ import annotations

from tests.web.tenancy import Case, Free, post

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
    "first-visit": Free("gone as soon as an organisation exists", ("/welcome/",)),
    "first-visit-create": Free("gone as soon as an organisation exists", ("/welcome/create/",)),
    "first-visit-sample": Free("gone as soon as an organisation exists"),
    "first-visit-progress": Free("gone; the visitor's session knows the run", ("/welcome/sample/progress/",)),
    "first-visit-enter": Free("gone; the visitor's session knows the run"),
    "language": Free("the asker's own"),
    "style": Free("for developers; without data", ("/style/",)),
}

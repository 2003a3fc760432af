"""Messages: their pages, composing, attachments, templates, the test mailbox."""

from __future__ import annotations

from tests.web.tenancy import MARK, MARK_ADDRESS, Case, Free, get, post

CASES: dict[str, tuple[Case, ...] | Free] = {
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
    "message-away": (
        post("/messages/{message}/away/", choice="accept", day="2030-05-04"),
        post("/messages/{message}/away/", choice="refuse", day="2030-05-04"),
    ),
    "message-delete": (post("/messages/{message}/delete/"), post("/messages/{draft}/delete/")),
    "message-uncertain": (post("/messages/{message}/uncertain/", choice="sent"),),
    "message": (get("/messages/{message}/"), get("/messages/{draft}/"), get("/messages/{delivery}/")),
    "message-answer": (
        *(post("/messages/{message}/answer/", 404, kind=kind) for kind in ("reply", "all", "forward")),
        post("/messages/{draft}/answer/", 404, kind="reply"),
    ),
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
    "compose-templates": (
        get("/compose/templates/?language=*&regarding={contact}"),
        get("/compose/templates/?language=*&mailbox={mailbox}"),
        get("/compose/templates/?language=*&q=zvito", 200),
        get(f"/compose/templates/?language=*&to={MARK_ADDRESS}", 200),
    ),
    "compose-template": (get("/compose/templates/{template}/"), get("/compose/templates/{version}/")),
    "compose-insert": (
        post("/compose/{draft}/insert/", template="{template}"),
        post("/compose/{message}/insert/", template="{template}"),
    ),
    "compose-insert-undo": (post("/compose/{draft}/insert/undo/", file="{draft_attachment}", before="{version}"),),
    "compose-pasted": Free("gives back what it was given; images only of the own organisation's mail"),
    "compose-signature": (post("/compose/signature/", html="<p>Brest</p>", mailbox="{mailbox}"),),
    "compose-save": (
        post("/compose/{draft}/save/", subject="Brest"),
        post("/compose/{message}/save/", subject="Brest", version="1"),
    ),
    "compose-marked": (
        post("/compose/{draft}/files/marked/", act="remove", file="{attachment}"),
        post("/compose/{message}/files/marked/", act="follow", file="{attachment}"),
    ),
    "compose-files-back": (post("/compose/{draft}/files/back/", removed="x"),),
    "compose-versions": (
        post("/compose/{draft}/versions/", subject="Brest"),
        post("/compose/{message}/versions/", html="<p>Brest</p>"),
    ),
    "compose-send": (post("/compose/{draft}/send/", confirmed="1"), post("/compose/{message}/send/")),
    "compose-forget": (post("/compose/{draft}/forget/"), post("/compose/{message}/forget/")),
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
    "test-mailbox": Free("lists the asker's own organisation", ("/test-mailbox/",)),
    "test-mailbox-list": (get("/test-mailbox/list/?seen=x&chosen={testmail}"),),
    "test-mailbox-empty": Free("only the asker's own organisation"),
    "test-mail": (get("/test-mailbox/{testmail}/"), get("/test-mailbox/{message}/"), get("/test-mailbox/{delivery}/")),
    "test-mail-frame": (get("/test-mailbox/{testmail}/frame/"), get("/test-mailbox/{testmail}/frame/?images=1")),
    "test-mail-part": (get("/test-mailbox/{testmail}/parts/0/"),),
    "test-mail-source": (get("/test-mailbox/{testmail}/message.eml"),),
}

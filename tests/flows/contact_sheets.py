"""Every page of the product on a few sheets, to be looked at: both widths, both languages, light and dark.

`bin/pictures sheets FOLDER` makes them. Pages come from `urls.py`, so a new one is on the sheets by itself; dialogs,
menus and errors come from MOMENTS. The first organisation is the sample; the pages of the second, a new one, are empty.
"""

from __future__ import annotations

import html
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tests.environment  # noqa: F401  # first: a data folder of its own for this process too

os.environ["DJANGO_SETTINGS_MODULE"] = "odziv.settings"

import django
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, Error, Page

from tests.flows.desk import Desk
from tests.flows.pictures import look_around
from tests.support.browser import Visitor, Words, started
from tests.support.served import Served

TALLEST = {1440: 1800, 390: 2000}  # of what is shown of a page
PER_SHEET = {1440: 4, 390: 5}
LOOKS = ((1440, "light", "en"), (390, "dark", "sl"), (1440, "dark", "sl"), (390, "light", "en"))
EMPTY = ("today", "activities", "accounts", "contacts", "leads", "opportunities", "templates", "team", "imports",
         "test-mailbox", "settings", "users", "mailboxes", "tokens", "search", "health", "cards")  # fmt: skip
OUTSIDE = ("account_login", "account_reset_password")
# In the sample organisation of the visitor: what the sample does not make, and the identifiers of everything.
PREPARE = """
from datetime import timedelta
from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing
from odziv.measure.companies import place_of
from odziv.models import *
from odziv.models.habits import Tally
from odziv.records.importing.asking import begin
from tests.support.templates import template
user = User.objects.get(email=%r)
org = user.organisation
now = clock.now()
invitation = Invitation(organisation=org, email="nova@lipa.example", invited_by=user)
invitation.renew(now); invitation.save()
rows = "Name,E-mail,Note\\nMaja,maja@x.example,a\\n,broken,b\\n"
waiting = begin(user, RecordKind.CONTACT, "stiki.csv", [rows.encode()])
done = Import.objects.create(organisation=org, user=user, kind="contact", file_name="leads.csv", state=ImportState.DONE,
    rows=2, created=1, rejected=1, written_at=now)
ImportFault.objects.create(organisation=org, of=done, line=2, reasons=[["email", "email", "broken"]])
contact = Record.objects.filter(organisation=org, kind="contact").first()
run = BulkRun.objects.create(organisation=org, user=user, action="record-deny", place="contacts", view="all", total=1,
    state="done")
BulkStep.objects.create(organisation=org, run=run, number=1, keys=[contact.pk.hex], size=1, done=True,
    refused={"same": [1, [[str(contact.pk), contact.name, ""]]]})
token, _ = ApiToken.objects.issue(user, "CRM")
SavedView.objects.create(organisation=org, owner=user, place="activities", name="Moja priložnost", query="view=all")
mailbox = Mailbox.objects.create(organisation=org, user=user, kind="smtp", name=user.name, address="ana@lipa.example",
    smtp_host="smtp.lipa.example", smtp_port=587)
for kind in ("call", "task"):
    Activity.objects.get_or_create(organisation=org, owner=user, kind=kind, subject="Ring about the offer",
        defaults={"regarding": contact, "due_at": now, "at": now})
DomainHabit.objects.move([(org.pk, place_of(contact.emails.first().address), Tally(30, 20, 3, 40))])
def one(model, **narrowed):
    found = model.objects.filter(organisation=org, **narrowed).order_by("-pk").first()
    return str(found.pk) if found else None
sent = Message.objects.filter(organisation=org, owner=user, state="sent", follow_state="on", direction="out")
followed = sent.filter(opens__gt=0).order_by("-opens", "-pk").first()
away = sent.filter(replies=0, opens__gt=0).exclude(pk=followed.pk).order_by("-pk").first()
Reminder.objects.filter(message=away).delete()
Reminder.objects.create(organisation=org, user=user, message=away, title="Ring about the samples", condition="anyway",
    at=now + timedelta(days=1), look_at=now + timedelta(days=1), zone="Europe/Ljubljana", wall="2026-01-01T08:00")
Arrival.objects.create(organisation=org, message=away, delivery=away.deliveries.first(), key="1", kind="auto-reply",
    at=now, matched_by="message-id", from_name=away.recipients,
    away_until=(now + timedelta(days=9)).date())
edge = EdgeAddresses(ENV.edge_url, KeyRing.load(ENV.seal_keys), org.pk, followed.deliveries.first().pk)
answer = {
    **{kind: one(Record, kind=kind) for kind in ("account", "contact", "lead", "opportunity")},
    "message": str(followed.pk), "away": str(away.pk), "habitual": str(contact.pk),
    "preference_en": edge.preference("en", org.name), "preference_sl": edge.preference("sl", org.name),
    "scheduled": one(Message, state="scheduled"), "draft": one(Message, state="draft"),
    "failed": one(Message, state="failed"),
    "unfollowed": one(Message, state="sent", follow_state="off", direction="out"),
    "received": one(Message, direction="in"),
    "call": one(Activity, kind="call"), "task": one(Activity, kind="task"),
    "testmail": one(TestMail), "invitation": str(invitation.pk), "import": str(waiting.pk), "import_done": str(done.pk),
    "bulk": str(run.pk), "mailbox": str(mailbox.pk), "test_mailbox": one(Mailbox, kind="test"), "token": str(token.pk),
    "template": one(Template), "version": one(TemplateVersion), "user": str(user.pk),
    "other": str(User.objects.filter(organisation=org).exclude(pk=user.pk).first().pk),
}
answer = {name: key for name, key in answer.items() if key}
"""

# Before each look: its language, and nothing of what the look before it began to write.
RENEW = """
from odziv.compose import drafts
from odziv.models import Message, User
for draft in Message.objects.filter(state="draft", subject=""):
    drafts.discard(draft)
answer = User.objects.update(language=%r)
"""


@dataclass(frozen=True)
class Moment:
    """Something that one sees only after doing something on a page."""

    name: str
    url: str  # {noun} becomes an identifier
    do: Callable[[Desk], object]


def clicked(english: str) -> Callable[[Desk], object]:
    return lambda desk: desk.page.get_by_role("button", name=desk.words(english)).first.click()


def composing(do: Callable[[Desk], object]) -> Callable[[Desk], object]:
    def moment(desk: Desk) -> None:
        desk.page.locator("#composer[data-ready]").wait_for()
        do(desk)

    return moment


def pressed(key: str) -> Callable[[Desk], object]:
    return lambda desk: desk.page.keyboard.press(key)


def weighed(desk: Desk) -> None:
    """What another weight would change in past figures, found out by the worker."""
    desk.page.evaluate("for (const one of document.querySelectorAll('table.weighing input')) one.value = one.min")
    desk.page.locator("#main button.primary").last.click()
    desk.button("Apply these weights").wait_for()


def handed_in(desk: Desk) -> None:
    desk.page.locator("form[action$='/handed/renew/']").evaluate("form => form.submit()")
    desk.page.locator("#secret").wait_for()


def submitted(desk: Desk) -> None:
    """The form as it is, without the browser's own checks: what the server says."""
    desk.page.evaluate("for (const form of document.querySelectorAll('#main form')) form.noValidate = true")
    desk.page.locator("#main form[method=post] button.primary, #main form[method=post] [type=submit]").last.click()


DRAFT = "/compose/?regarding={contact}"
MOMENTS = (
    Moment("composer-blank", "/compose/", composing(lambda desk: None)),
    Moment("composer-regarding", DRAFT, composing(lambda desk: None)),
    Moment("composer-send-later", DRAFT, composing(clicked("Send later"))),
    Moment("composer-reminder", DRAFT, composing(clicked("Set reminder"))),
    Moment("composer-recipients", DRAFT, composing(clicked("Recipient settings"))),
    Moment("composer-template", DRAFT, composing(clicked("Insert template"))),
    Moment("composer-preview", DRAFT, composing(clicked("Preview"))),
    Moment("composer-send-check", DRAFT, composing(clicked("Send"))),
    Moment("composer-discard", DRAFT, composing(clicked("Discard"))),
    Moment(
        "composer-habit",
        "/compose/?regarding={habitual}",
        composing(lambda desk: desk.page.locator("summary", has_text="%").click()),
    ),
    Moment("weights-preview", "/settings/evidence/", weighed),
    Moment("signing-key", "/settings/signing/new/?domain=lipa.example", submitted),
    Moment("handed-secret", "/settings/handed/", handed_in),
    Moment("preference", "{preference}", lambda desk: None),
    Moment("command-menu", "/today/", pressed("Control+k")),
    Moment("keys", "/today/", pressed("?")),
    Moment("bell", "/contacts/", lambda desk: desk.page.locator("#bell, [aria-controls=assistant]").first.click()),
    Moment("new-menu", "/today/", lambda desk: desk.page.locator("[popovertarget=new-menu]").first.click()),
    Moment("user-menu", "/today/", lambda desk: desk.page.locator("[popovertarget=user-menu]").first.click()),
    Moment("list-ticked", "/contacts/", lambda desk: desk.page.locator("tbody input[type=checkbox]").first.check()),
    Moment("contact-form-wrong", "/contacts/new/", submitted),
    Moment("opportunity-form-wrong", "/opportunities/new/", submitted),
    Moment("template-form-wrong", "/templates/new/", submitted),
    Moment("invite-wrong", "/settings/users/invite/", submitted),
    Moment("nothing-found", "/contacts/?q=zzzz", lambda desk: None),
    Moment("search-nothing", "/search/?q=zzzz", lambda desk: None),
    Moment("not-found", "/contacts/00000000-0000-7000-8000-000000000000/", lambda desk: None),
)
# Further rows for pages whose look depends on the row.
FURTHER = (
    ("message", "scheduled"), ("message", "failed"), ("message", "unfollowed"), ("message", "received"),
    ("message", "away"), ("activity", "call"),
    ("activity", "task"), ("import", "import_done"), ("mailbox", "test_mailbox"), ("user", "other"),
    ("compose", "draft"),
)  # fmt: skip


def main(folder: Path, only: str = "") -> None:
    """Make the sheets; with `only`, of pages whose name contains it."""
    django.setup()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, started() as chromium:
        served = Served(Path(data) / "data")
        try:
            desk = Desk.of(Visitor(chromium, served.url, "en", reduced_motion="reduce"))
            look_around(desk)
            newcomer = Desk.of(Visitor(chromium, served.url, "en", reduced_motion="reduce"))
            newcomer.found_organisation(engagement=False)
            take_all(served, chromium, (desk, newcomer), folder, only)
        finally:
            served.end()


def take_all(served: Served, chromium: Browser, desks: tuple[Desk, Desk], folder: Path, only: str) -> None:
    desk = desks[0]
    ids = served.ask(PREPARE % address(desk))
    urls = [(name, noun) for name, noun in found(desk.page, ids) if only in name]
    for width, scheme, language in LOOKS:
        place = folder / f"{width}-{scheme}-{language}"
        place.mkdir(exist_ok=True)
        served.ask(RENEW % language)
        ids["preference"] = ids[f"preference_{language}"]
        seen: list[Desk] = []
        for one in desks:
            look(one.page, width, scheme)
            seen.append(Desk(replace_words(one.visitor, language), one.page))
        shots = [shot(seen[0], f"{name}-{noun}".strip("-"), path_of(name, noun, ids), place) for name, noun in urls]
        for moment in MOMENTS:
            if only in moment.name:
                shots.append(shot(seen[0], moment.name, moment.url.format_map(ids), place, moment.do))
        shots += [shot(seen[1], f"empty-{name}", reverse(name), place) for name in EMPTY if only in name]
        stranger = Desk.of(Visitor(chromium, served.url, language))
        look(stranger.page, width, scheme)
        shots += [shot(stranger, name, reverse(name), place) for name in OUTSIDE if only in name]
        stranger.visitor.close()
        sheets(chromium, shots, width, place)


def replace_words(visitor: Visitor, language: str) -> Visitor:
    visitor.words = Words(language)
    return visitor


def address(desk: Desk) -> str:
    """The e-mail address of whoever is signed in."""
    desk.page.goto("/settings/profile/")
    return desk.page.locator(".page-head p").inner_text().partition(" ")[0]


def look(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900 if width > 1000 else 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]


def found(page: Page, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(name of URL, noun of the identifier that it takes) of every page."""
    from tests.web.tenancy import patterns

    seen: set[str] = set()
    for name, route in patterns():
        if name in seen or ":" in name or "live" in name or "logout" in name or "<" in route.replace("<uuid:id>", ""):
            continue
        for noun in ("", *ids):
            try:
                url = path_of(name, noun, ids)
            except NoReverseMatch:
                continue
            answer = page.request.get(url, max_redirects=0)
            if answer.status == 200 and "html" in answer.headers["content-type"] and 'id="main"' in answer.text():
                seen.add(name)
                yield name, noun
                break
    yield from (further for further in FURTHER if further[1] in ids)


def path_of(name: str, noun: str, ids: dict[str, str]) -> str:
    return reverse(name, args=[ids[noun]] if noun else [])


def shot(desk: Desk, name: str, url: str, place: Path, do: Callable[[Desk], Any] | None = None) -> tuple[str, Path]:
    page = desk.page
    page.context.set_default_timeout(60_000)
    answer = page.goto(url, wait_until="load")
    title = f"{name}: ANSWERED {answer.status}" if answer is not None and answer.status >= 500 else name
    if do is not None:
        page.context.set_default_timeout(8_000)
        try:
            do(desk)
        except Error as error:  # shown on the sheet, so that nobody takes it for the moment itself
            title = f"{name}: NOT REACHED, {str(error).splitlines()[0]}"
    page.wait_for_timeout(350)
    width = page.viewport_size["width"] if page.viewport_size else 1440
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        title = f"{title}: {wide} PIXELS WIDE"
    tall = page.evaluate("document.documentElement.scrollHeight")
    path = place / f"{name}.png"
    whole = do is None
    page.screenshot(
        path=path,
        full_page=whole,
        clip={"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST[width])} if whole else None,
    )
    return title, path


def sheets(chromium: Browser, shots: list[tuple[str, Path]], width: int, place: Path) -> None:
    """Several on one picture: those of a computer at half their size, those of a phone as they are."""
    count = PER_SHEET[width]
    page = chromium.new_page(viewport={"width": 1560 if width > 1000 else 2000, "height": 900})
    for start in range(0, len(shots), count):
        some = shots[start : start + count]
        cells = "".join(
            f"<figure><figcaption>{html.escape(title)}</figcaption><img src='{path.resolve().as_uri()}'></figure>"
            for title, path in some
        )
        source = place / "sheet.html"
        source.write_text(
            "<meta charset=utf-8><style>body{margin:0;background:#888;display:flex;flex-wrap:wrap;gap:8px;"
            "align-items:start;font:bold 14px sans-serif}figure{margin:0}img{display:block;"
            f"width:{770 if width > 1000 else 390}px}}</style>{cells}"
        )
        page.goto(source.resolve().as_uri())
        target = place.parent / f"{place.name}-{start // count:02}.png"
        page.screenshot(path=target, full_page=True)
        print(target, ", ".join(title for title, _ in some), flush=True)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

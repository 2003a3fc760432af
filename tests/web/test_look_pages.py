"""The frame and the pages without it, in both languages (U1, O2)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import lucide
import polib
import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from odziv.models import Role
from odziv.web import navigation
from odziv.web.texts import texts
from tests.support.cast import PASSWORD, Cast

PAGES = Path("odziv/web/pages")
STATIC = Path("odziv/web/static/odziv")
HANDLERS = r"click|change|input|submit|load|error|focus|blur|toggle|key\w+|mouse\w+|pointer\w+"


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "Log in"), ("sl", "Prijava")])
def test_the_log_in_page_speaks_the_browsers_language(client: Client, language: str, words: str) -> None:
    page = client.get(reverse("account_login"), headers={"accept-language": language}).content.decode()
    assert f'<html lang="{language}">' in page
    assert f"<h1>{words}</h1>" in page


def test_somebody_logs_in_and_out(client: Client, cast: Cast) -> None:
    answer = client.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert "Log out?" in client.get(reverse("account_logout")).content.decode()
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_says_so_and_keeps_the_address(client: Client, cast: Cast) -> None:
    page = client.post(reverse("account_login"), {"login": cast.ana.email, "password": "wrong"}).content.decode()
    assert 'role="alert"' in page
    assert f'value="{cast.ana.email}"' in page


def test_ones_password_is_changed_within_the_frame(client: Client, cast: Cast) -> None:
    client.force_login(cast.ana)
    page = client.get(reverse("account_change_password")).content.decode()
    assert 'class="nav"' in page
    assert 'class="button primary"' in page


def test_the_choice_of_language_is_kept_with_the_user(client: Client, cast: Cast) -> None:
    client.force_login(cast.ana)
    answer = client.post(reverse("language"), {"language": "sl", "next": "/account/logout/"})
    assert answer.headers["Location"] == "/account/logout/"
    cast.ana.refresh_from_db()
    assert cast.ana.language == "sl"
    assert "Odjava" in client.get(reverse("account_logout")).content.decode()


@pytest.mark.django_db
def test_the_choice_of_language_holds_before_the_log_in(client: Client) -> None:
    client.post(reverse("language"), {"language": "sl", "next": "/"})
    assert "Prijava" in client.get(reverse("account_login")).content.decode()


@pytest.mark.django_db
def test_the_choice_of_language_leads_nowhere_else(client: Client) -> None:
    answer = client.post(reverse("language"), {"language": "en", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert client.post(reverse("language"), {"language": "xx"}).status_code == 400
    assert client.get(reverse("language")).status_code == 405


def test_every_place_has_its_page(cast: Cast) -> None:
    for place in (*navigation.PLACES, *navigation.NEW):
        assert place.url.startswith("/"), place


def test_the_page_where_one_is_is_marked(cast: Cast) -> None:
    request = RequestFactory().get(reverse("contacts") + "x/")
    request.user = cast.ana
    assert [p.place.name for p in navigation.shown(navigation.PLACES, request) if p.current] == ["contacts"]


def test_a_place_for_administrators_is_theirs_alone(cast: Cast) -> None:
    places = (navigation.Place("account_login", "x", "x", "x", roles=frozenset({Role.ADMINISTRATOR})),)
    request = RequestFactory().get("/")
    request.user = cast.ana
    assert not navigation.shown(places, request)
    request.user = cast.dora
    assert navigation.shown(places, request)


@pytest.mark.django_db
def test_part_of_a_page_is_never_replaced_by_the_log_in(client: Client) -> None:
    assert client.get(reverse("contacts")).status_code == 302
    assert client.get(reverse("contacts"), headers={"HX-Request": "true"}).status_code == 401


@pytest.mark.django_db
def test_an_address_that_is_not_there_has_a_page(client: Client) -> None:
    answer = client.get("/nothing-here/")
    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


def test_the_page_for_our_own_faults_needs_nothing() -> None:
    assert "drafts and records are safe" in render_to_string("500.html")


def test_the_style_page_is_for_developers(client: Client, cast: Cast, settings: Any) -> None:
    client.force_login(cast.ana)
    assert client.get(reverse("style")).status_code == 404
    settings.DEBUG = True
    assert client.get(reverse("style")).status_code == 200


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.html")), ids=str)
def test_pages_hold_no_script_and_no_style_of_their_own(page: Path) -> None:
    """The content security policy would refuse them."""
    source = page.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
    assert not re.search(rf"\son({HANDLERS})=", source)
    assert "<style" not in source
    assert not re.search(r"\sstyle=\"", source)


def test_every_class_that_a_page_gives_is_one_of_ours() -> None:
    """A misspelt one hides nothing, folds nothing, and nobody notices."""
    ours = "\n".join(path.read_text() for kind in ("css", "js") for path in STATIC.rglob(f"*.{kind}"))
    known = set(re.findall(r"[\w-]+", ours))
    for page in PAGES.rglob("*.html"):
        plain = re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*|\{%.*?%\}", " ", page.read_text(), flags=re.DOTALL)
        given = {name for names in re.findall(r'class="([^"]*)"', plain) for name in names.split()}
        assert given <= known, page


def test_what_scripts_say_is_translated() -> None:
    parts = Path("odziv/locale/parts/sl").glob("*.po")
    known = {entry.msgid for part in parts for entry in polib.pofile(str(part)) if entry.msgstr}
    with translation.override("en"):
        assert set(texts().values()) <= known


def test_scripts_ask_only_for_texts_that_are_there() -> None:
    asked = set()
    for module in Path("odziv/web/static/odziv/js").glob("*.js"):
        asked |= set(re.findall(r'\bt\("(\w+)"', module.read_text()))
    assert asked == set(texts())


def test_each_stylesheet_is_in_use() -> None:
    folder = Path("odziv/web/static/odziv/css")
    named = set(re.findall(r'url\("([\w.-]+)"\)', (folder / "odziv.css").read_text()))
    users = [*PAGES.rglob("*.html"), *Path("odziv/web").rglob("*.py"), *Path("odziv/web/static/odziv/js").glob("*.js")]
    linked = {name for user in users for name in re.findall(r"odziv/css/([\w.-]+\.css)", user.read_text())}
    assert {sheet.name for sheet in folder.glob("*.css")} <= named | linked


def test_each_icon_is_one_of_lucide() -> None:
    """A name that does not exist would break the page that shows it."""
    named = {name for page in PAGES.rglob("*.html") for name in re.findall(r'{% icon "([\w-]+)"', page.read_text())}
    named |= {name for page in PAGES.rglob("*.html") for name in re.findall(r'\bicon="([\w-]+)"', page.read_text())}
    with ZipFile(Path(lucide.__file__).parent / "lucide.zip") as icons:
        assert named <= {name.removesuffix(".svg") for name in icons.namelist()}

"""A file of people becomes records, its bad rows come back, and all of it can be undone; a list becomes a file (R5)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from odziv.models import Contact, Import, User
from odziv.records.importing.run import work_on_imports
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}
FILE = (
    "Ime;Priimek;E-poštni naslov;GSM;Podjetje;Država;Geslo\n"
    "Maja;Novak;maja@hrib.example;+386 41 234 567;Hrib d.o.o.;Slovenija;x\n"
    "Črt;Žagar;crt na hrib;;Hrib d.o.o.;Slovenija;\n"
    "Iva;Kos;iva@kos.example;;;Narnija;\n"
    "Jan;Kos;jan@kos.example;;;;\n"
)


def faults(page: Page) -> list[object]:
    found = Axe().run(page, options=RULES).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found] + ["wide"] * wide


def saved(page: Page, name: str) -> list[list[str]]:
    """The rows of the file that a link downloads."""
    with page.expect_download() as waiting:
        page.get_by_text(name).click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.split("\n")[0] else ","))


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("sl", 390)])
def test_people_come_out_of_a_file_and_go_into_one(
    site: Site, cast: Cast, tmp_path: Path, language: str, width: int
) -> None:
    User.objects.update(language=language)
    words = Words(language)
    file = tmp_path / "stranke.csv"
    file.write_bytes(FILE.encode("cp1250"))
    page = site.open(cast.ana, reverse("contacts"), viewport={"width": width, "height": 900}, accept_downloads=True)
    page.get_by_role("link", name=words("Import from a file")).click()
    assert faults(page) == []
    page.get_by_label(words("File"), exact=True).set_input_files(file)
    page.get_by_role("button", name=words("Read the file")).click()

    preview = page.locator("#preview")
    expect(preview).to_contain_text("Črt Žagar")
    expect(preview).to_contain_text(words("No country is called “%(value)s”.", value="Narnija"))
    page.get_by_label("Država", exact=True).select_option("")
    expect(preview).not_to_contain_text("Narnija")
    page.get_by_label("Država", exact=True).select_option("country_1")
    expect(preview).to_contain_text("Narnija")
    assert faults(page) == []
    page.get_by_role("button", name=words("Check the whole file")).click()
    expect(page.locator("#progress")).to_contain_text(words("Waiting for the worker to begin"))
    assert faults(page) == []
    work_on_imports()

    expect(page.get_by_role("heading", name=words("What would come of the file"))).to_be_visible()
    rows = saved(page, words("Download them (CSV)"))
    assert [row[1] for row in rows[1:]] == ["Žagar", "Kos"] and rows[1][-2] == "3"
    assert faults(page) == [] and not Contact.objects.exists()
    page.get_by_role("button", name=words("Import the good ones")).click()
    expect(page.locator("#progress")).to_be_visible()
    work_on_imports()
    expect(page.get_by_role("heading", name=words("What came of the file"))).to_be_visible()
    assert faults(page) == []
    assert set(Contact.objects.values_list("name", flat=True)) == {"Maja Novak", "Jan Kos"}

    page.goto(f"{site.url}{reverse('contacts')}?q=novak")
    page.locator("#list-head").get_by_role("button", name=words("More")).click()
    assert faults(page) == []
    exported = saved(page, words("Export this list (CSV)"))
    assert [row[0] for row in exported[1:]] == ["Maja Novak"]

    page.goto(f"{site.url}{Import.objects.get().get_absolute_url()}")
    page.get_by_role("button", name=words("Undo the import")).click()
    page.get_by_role("dialog").get_by_role("button", name=words("Undo"), exact=True).click()
    expect(page.locator("#progress")).to_be_visible()
    work_on_imports()
    expect(page.get_by_role("heading", name=words("The import was undone"))).to_be_visible()
    assert not Contact.objects.exists()

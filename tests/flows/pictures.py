"""The pictures of the documentation, taken of the running product with its sample data (`bin/pictures`)."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import tests.environment  # noqa: F401  # first: a data folder of its own for this process too

os.environ["DJANGO_SETTINGS_MODULE"] = "odziv.settings"

import django

from tests.flows.desk import Composer, Desk
from tests.flows.palette import shrink
from tests.support.browser import Visitor, started
from tests.support.served import Served

LARGEST = 250_000  # bytes; they stand in a repository


@dataclass(frozen=True)
class Written:
    """What is typed into the composer: subject, text and the words of it in bold; a link; a file."""

    text: tuple[str, str, str]
    link: str
    file: str


WRITTEN = {
    "en": Written(
        ("Shelves for the new shop", "Good morning, here are the drawings that we talked about, with ", "prices"),
        "All drawings",
        "Offer.pdf",
    ),
    "sl": Written(
        ("Police za novo trgovino", "Dobro jutro, tu so načrti, o katerih sva govorila, s ", "cenami"),
        "Vsi načrti",
        "Ponudba.pdf",
    ),
}
MADE_WITHIN = 900_000.0  # ms


def main(folder: Path) -> None:
    """Take all of them into the folder, those in Slovenian into its folder `sl`.

    Raises AssertionError when one became too large.
    """
    django.setup()
    with tempfile.TemporaryDirectory() as data, started() as chromium:
        served = Served(Path(data) / "data")
        try:
            for language, place in (("en", folder), ("sl", folder / "sl")):
                place.mkdir(parents=True, exist_ok=True)
                desk = Desk.of(Visitor(chromium, served.url, language, color_scheme="light", reduced_motion="reduce"))
                look_around(desk)
                take_all(desk, place, Path(data))
        finally:
            served.end()


def look_around(desk: Desk) -> None:
    """Let the sample company be made, and enter it."""
    desk.page.goto("/")
    desk.button("Look around").click()
    desk.page.wait_for_selector("#progress button[autofocus]", timeout=MADE_WITHIN)
    desk.button("Look around").click()
    desk.page.wait_for_selector("#user-menu", state="attached")


def take_all(desk: Desk, folder: Path, disk: Path) -> None:
    from odziv.sample.pdf import one_page  # Django is set up by now

    page = desk.page
    page.goto("/today/")
    take(desk, folder / "today.png")
    page.goto("/activities/?view=followed")
    take(desk, folder / "activities.png")
    page.goto("/activities/?view=followed&sort=-opens")
    page.locator("#rows a").first.click()
    page.wait_for_selector("[data-live-state=on]")
    take(desk, folder / "message.png")
    page.goto("/contacts/")
    page.locator("tbody a").first.click()
    record = page.url
    take(desk, folder / "record.png")
    written = WRITTEN[desk.visitor.words.language]
    composer = desk.begin_message(record)
    composer.write(*written.text)
    composer.add_link("https://example.com/drawings", written.link)
    offer = disk / written.file
    offer.write_bytes(one_page(offer.stem))
    composer.attach(offer)
    composer.follow_file(offer)
    take(composer, folder / "composer.png")
    composer.send()
    arrived = page.locator(".inbox a").filter(has_text=written.text[0])
    for _second in range(60):  # it can be taken back for a while before it leaves
        page.goto("/test-mailbox/")
        if arrived.count():
            break
        page.wait_for_timeout(1000)
    arrived.first.click()
    desk.link("Load images").click()
    page.frame_locator("iframe").get_by_role("link", name=written.link).wait_for()
    take(desk, folder / "test-mailbox.png")


def take(desk: Desk | Composer, path: Path) -> None:
    desk.page.wait_for_timeout(1000)  # live pages are never done loading
    desk.page.screenshot(path=path)
    shrink(path)
    size = path.stat().st_size
    print(f"{path}: {size / 1000:.0f} kB")
    assert size < LARGEST, f"{path} is too large"


if __name__ == "__main__":
    main(Path(sys.argv[1]))

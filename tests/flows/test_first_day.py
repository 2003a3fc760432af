"""The main job, as its user does it: real processes, real Chromium, nothing configured.

From the first visit to the figures of the first message (O7, R1 to R3, C1, F1 to F4, I1 to I5, E1, J3, V2, V3, U1).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, FrameLocator, Locator, Page, expect

from odziv.demo.material import FILES, IMAGES
from tests.flows.desk import Composer, Desk
from tests.flows.place import Place
from tests.support.browser import Visitor
from tests.support.served import Serve, Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MAJA, BLAZ = "maja.novak@hrast.example", "blaz.kos@smreka.example"
OPENS, VIEWS, CLICKS = "Opens", "Attachment views", "Link clicks"
FOLLOWED, UNFOLLOWED = (file.content for file, _ in FILES)


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve()


@pytest.fixture(params=["en", "sl"])
def desk(request: pytest.FixtureRequest, chromium: Browser, served: Served) -> Iterator[Desk]:
    visitor = Visitor(chromium, served.url, request.param)
    yield Desk.of(visitor)
    visitor.close()
    assert not visitor.complaints


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """On the salesperson's disk: a picture, a file to be followed, one that is not."""
    folder = tmp_path / "disk"
    folder.mkdir()
    contents = [(IMAGES[0].name, IMAGES[0].content), *((file.name, file.content) for file, _ in FILES)]
    for name, content in contents:
        (folder / name).write_bytes(content)
    image, followed, unfollowed = (folder / name for name, _ in contents)
    return image, followed, unfollowed


@pytest.fixture
def place() -> Iterator[Place]:
    with Place() as standing:
        yield standing


def figure(page: Page, label: str) -> Locator:
    """The number of people in a figure on top of a message's page."""
    return page.locator(".kpi").filter(has=page.locator(".kpi-label", has_text=label)).locator(".kpi-value")


def written(composer: Composer, files: tuple[Path, Path, Path], address: str) -> None:
    """Formatted text, a link, a picture, two files."""
    image, followed, unfollowed = files
    composer.write("Ponudba št. 7", "Pozdravljeni, tu je ", "nova ponudba")
    composer.add_link(address, "Cenik")
    composer.add_image(image)
    composer.attach(followed, unfollowed)


def test_a_message_is_written_sent_read_and_its_figures_change_before_the_writers_eyes(
    served: Served, desk: Desk, files: tuple[Path, Path, Path], place: Place
) -> None:
    desk.found_organisation()
    maja = desk.make_contact("Maja Novak", MAJA)
    composer = desk.begin_message(maja)
    expect(composer.follow_state).to_have_attribute("data-state", "on")
    written(composer, files, f"{place.url}/cenik?stranka=7&jezik=sl#vrh")
    composer.follow_file(files[1])
    composer.send()

    message = desk.page
    stays(message)
    expect(message.get_by_text(desk.words("Accepted by the mail server"))).to_be_visible()
    for label in (OPENS, VIEWS, CLICKS):
        expect(figure(message, desk.words(label))).to_have_text("0")
    list_says_not_yet_opened(desk, maja)

    recipient = desk.beside()
    mail = recipient.read_copy_for(MAJA)
    expect(mail.get_by_text("nova ponudba")).to_have_css("font-weight", "700")
    nothing_is_counted(served, message, desk.words(OPENS))
    pictures_load(recipient, mail)
    expect(figure(message, desk.words(OPENS))).to_have_text("1")
    expect(message.locator("ol.timeline .event.human")).to_have_count(1)

    link_leads_to(recipient, mail, place)
    expect(figure(message, desk.words(CLICKS))).to_have_text("1")
    assert downloaded(recipient, mail, files[1]) == FOLLOWED
    expect(figure(message, desk.words(VIEWS))).to_have_text("1")
    lines = message.locator("ol.timeline .event.human")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text(files[1].name)
    expect(lines.nth(1)).to_contain_text(f"{place.url.removeprefix('http://')}/cenik")
    stayed(message)

    attached_as_it_was(recipient, files)
    followed_list_shows(desk, [1, 1, 1])
    assert served.command("rebuild", "--check").returncode == 0


def stays(page: Page) -> None:
    """From here on the page must change without being loaded again."""
    page.evaluate("window.stays = true")


def stayed(page: Page) -> None:
    assert page.evaluate("window.stays") is True


def list_says_not_yet_opened(desk: Desk, record: str) -> None:
    beside = desk.beside()
    beside.page.goto(record)
    tile = beside.page.locator(".tile").filter(has_text="Ponudba št. 7")
    expect(tile).to_contain_text(desk.words("Not yet opened"))
    beside.page.close()


def nothing_is_counted(served: Served, message: Page, opens: str) -> None:
    """Reading the mail without its pictures tells nobody: nothing was recorded, so nothing can come later."""
    hits = "from odziv.models import Interaction\nanswer = Interaction.objects.count()"
    message.wait_for_timeout(1500)
    assert served.ask(hits) == 0
    expect(figure(message, opens)).to_have_text("0")
    assert message.locator("ol.timeline .event.human").count() == 0


def pictures_load(recipient: Desk, mail: FrameLocator) -> None:
    recipient.link("Load images").click()
    expect(mail.locator("img[src*='/i/']")).to_have_js_property("naturalWidth", 64)


def link_leads_to(recipient: Desk, mail: FrameLocator, place: Place) -> None:
    with recipient.page.context.expect_page() as opened:
        mail.get_by_role("link", name="Cenik").click()
    opened.value.wait_for_url(f"{place.url}/cenik?stranka=7&jezik=sl#vrh")
    assert opened.value.title() == "The place"
    assert place.asked == ["/cenik?stranka=7&jezik=sl"]
    opened.value.close()


def downloaded(recipient: Desk, mail: FrameLocator, file: Path) -> bytes:
    """Click a followed attachment in the mail; what came, once its name is what was attached."""
    came: list[Download] = []

    def watch(page: Page) -> None:
        # Playwright keeps a mark on each handler, which a built-in method cannot carry.
        page.on("download", lambda download: came.append(download))  # noqa: PLW0108

    watch(recipient.page)
    recipient.page.context.on("page", watch)
    mail.get_by_role("link", name=file.name).first.click()
    until = time.monotonic() + 30
    while not came:
        assert time.monotonic() < until, "nothing was downloaded"
        recipient.page.wait_for_timeout(50)
    assert came[0].suggested_filename == file.name
    return Path(came[0].path()).read_bytes()


def attached_as_it_was(recipient: Desk, files: tuple[Path, Path, Path]) -> None:
    """The unfollowed file came with the mail itself, and only that one."""
    attached = recipient.page.locator(".attachments .file")
    expect(attached).to_have_count(1)
    with recipient.page.expect_download() as download:
        attached.get_by_role("link").click()
    assert download.value.suggested_filename == files[2].name
    assert Path(download.value.path()).read_bytes() == UNFOLLOWED


def followed_list_shows(desk: Desk, figures: list[int]) -> None:
    """The list of followed e-mails, reached from the navigation."""
    desk.page.goto("/activities/?view=followed")
    row = desk.page.locator("#rows tr").filter(has_text="Ponudba št. 7")
    for label, value in zip((OPENS, VIEWS, CLICKS), figures, strict=True):
        expect(row.locator(f"td[data-label='{desk.words(label)}']")).to_have_text(str(value))


def test_a_message_that_is_not_to_be_followed_is_not(
    served: Served, desk: Desk, files: tuple[Path, Path, Path], place: Place
) -> None:
    """Don't follow, and a contact with Do not allow: no beacon, no address of ours, the picture in the mail (F4)."""
    desk.found_organisation()
    refusing = desk.make_contact("Blaž Kos", BLAZ, may_be_followed=False)
    composer = desk.begin_message(refusing)
    expect(composer.follow_state).to_have_attribute("data-state", "blocked")
    composer.button("Show settings").click()
    dialog = composer.page.locator("#recipient-settings")
    expect(dialog.get_by_role("row").filter(has_text=BLAZ)).to_contain_text(desk.words("Do not allow"))
    dialog.get_by_role("button", name=desk.words("Close")).last.click()
    written(composer, files, f"{place.url}/cenik")
    expect(composer.row_of(files[1]).get_by_role("switch")).to_be_disabled()
    composer.button("Send").click()
    composer.button("Send anyway").click()
    composer.page.wait_for_url("**/messages/*/")
    expect(composer.page.get_by_text(desk.words("This e-mail is not followed"))).to_be_visible()
    leaves_no_trace(served, desk.beside(), BLAZ, place)

    maja = desk.make_contact("Maja Novak", MAJA)
    composer = desk.begin_message(maja)
    written(composer, files, f"{place.url}/cenik")
    composer.follow_file(files[1])
    composer.button("Don't follow").click()
    expect(composer.follow_state).to_have_attribute("data-state", "off")
    expect(composer.row_of(files[1]).get_by_role("switch")).not_to_be_checked()
    composer.send()
    leaves_no_trace(served, desk.beside(), MAJA, place)


def leaves_no_trace(served: Served, recipient: Desk, address: str, place: Place) -> None:
    """What arrived holds everything itself, and nothing of ours."""
    mail = recipient.read_copy_for(address)
    raw = recipient.source_of_copy()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    parts = [part.get_content() for part in parsed.walk() if not part.is_multipart()]
    texts = [part for part in parts if isinstance(part, str)]
    contents = [part for part in parts if isinstance(part, bytes)]
    for host in (served.edge, served.web):
        assert host.encode() not in raw and not any(host in text for text in texts)
    assert sorted(contents) == sorted([IMAGES[0].content, FOLLOWED, UNFOLLOWED])
    assert any(f'href="{place.url}/cenik"' in text for text in texts)
    recipient.link("Load images").click()
    expect(mail.locator("img")).to_have_js_property("naturalWidth", 64)
    assert mail.locator("img").count() == 1
    assert served.ask("from odziv.models import Interaction\nanswer = Interaction.objects.count()") == 0
    recipient.page.close()

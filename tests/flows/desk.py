"""What a salesperson does at the pages, step by step, as a person does it: by labels, buttons and keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.support.browser import Visitor

ORGANISATION, ANA, ANAS_ADDRESS, PASSWORD = "Lipa d.o.o.", "Ana Kovač", "ana@lipa.example", "dolga-pot-do-doma-7"


@dataclass(frozen=True)
class Desk:
    """One tab of a visitor."""

    visitor: Visitor
    page: Page

    @classmethod
    def of(cls, visitor: Visitor) -> Desk:
        return cls(visitor, visitor.page)

    def beside(self) -> Desk:
        """A further tab."""
        return Desk(self.visitor, self.visitor.tab())

    def words(self, english: str, context: str = "", /) -> str:
        return self.visitor.words(english, context)

    def field(self, english: str) -> Locator:
        """The input with this label; labels of fields that may stay empty say so at their end."""
        return self.page.get_by_label(self.words(english)).first

    def button(self, english: str) -> Locator:
        return self.page.get_by_role("button", name=self.words(english), exact=True)

    def link(self, english: str) -> Locator:
        return self.page.get_by_role("link", name=self.words(english))

    def found_organisation(self, *, engagement: bool = True) -> None:
        """From the first visit to the settings page, with Email engagement and the assistant switched on there.

        E-mails leave at once: undo send has tests of its own (tests/browser/test_compose_undo.py).
        """
        self.page.goto("/")
        self.link("Create organisation").click()
        self.field("Organisation").fill(ORGANISATION)
        self.field("Your name").fill(ANA)
        self.field("Your e-mail address").fill(ANAS_ADDRESS)
        self.field("Password").fill(PASSWORD)
        self.button("Create organisation").click()
        self.page.wait_for_url("**/settings/")
        if engagement:
            switch = self.page.locator("#engagement")
            # By the keyboard: what is above it is still being looked up, and moves it.
            switch.get_by_role("button", name=self.words("Turn on")).press("Enter")
            self.button("Turn both on").click()
            expect(switch.get_by_role("button", name=self.words("Turn off"))).to_be_visible()
        self.page.goto("/settings/profile/")
        self.page.locator("[name=undo_seconds]").select_option("0")
        self.button("Save").click()
        expect(self.page.locator("#toasts")).to_contain_text(self.words("Saved."))

    def make_contact(self, name: str, address: str, *, may_be_followed: bool = True) -> str:
        """A new contact; returns the address of its page."""
        self.page.goto("/contacts/")
        self.link("New contact").first.click()
        self.field("First and last name").fill(name)
        self.page.get_by_label(self.words("E-mail address"), exact=True).fill(address)
        if not may_be_followed:
            self.page.get_by_label(self.words("Do not allow")).check()
        self.button("Create").click()
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        return self.page.url

    def begin_message(self, record: str) -> Composer:
        """Press the button for an e-mail on the page of a record."""
        self.page.goto(record)
        self.link("Write an e-mail").first.click()
        self.page.locator("#composer[data-ready]").wait_for()
        return Composer(self.visitor, self.page)

    def read_copy_for(self, address: str) -> FrameLocator:
        """Open the newest message to this address in the test mailbox; gives the frame that shows it."""
        self.page.goto("/test-mailbox/")
        # Without mail the page turns into the list by itself as soon as some arrives.
        self.page.get_by_role("link", name=address).first.click()
        return self.page.frame_locator("iframe")

    def source_of_copy(self) -> bytes:
        """The message that is open in the test mailbox, as the mail server took it."""
        with self.page.expect_download() as download:
            self.link("Download the message").click()
        return Path(download.value.path()).read_bytes()


class Composer(Desk):
    """The open composer."""

    @property
    def text(self) -> FrameLocator:
        return self.page.frame_locator(".tox-edit-area iframe")

    @property
    def follow_state(self) -> Locator:
        return self.page.locator("#follow")

    def write(self, subject: str, first: str, strong: str) -> None:
        """Subject and text, `strong` of it in bold by Ctrl+B."""
        self.field("Subject").fill(subject)
        self.text.locator("body").click()
        keyboard = self.page.keyboard
        keyboard.type(first)
        keyboard.press("Control+b")
        keyboard.type(strong)
        keyboard.press("Control+b")
        keyboard.press("Enter")

    def add_link(self, address: str, label: str) -> None:
        self.page.locator("[data-mce-name=link]").click()
        dialog = self.page.locator(".tox-dialog")
        dialog.locator("input").nth(0).fill(address)
        dialog.locator("input").nth(1).fill(label)
        dialog.locator(".tox-dialog__footer button").last.click()
        expect(self.text.get_by_role("link", name=label)).to_be_visible()
        self.text.locator("body").press("Control+End")

    def add_image(self, image: Path) -> None:
        """Through the dialog of the editor; done when it shows and is stored."""
        self.page.locator("[data-mce-name=image]").click()
        dialog = self.page.locator(".tox-dialog")
        dialog.get_by_role("tab").last.click()
        dialog.locator("input[type=file]").set_input_files(image)
        # Once it is stored, the dialog shows the address that it got.
        expect(dialog.locator("input[type=url]")).to_have_value(re.compile("^/attachments/"))
        dialog.locator(".tox-dialog__footer button").last.click()
        expect(self.text.locator("img")).to_have_js_property("complete", True)
        self.text.locator("body").press("Control+End")

    def attach(self, *files: Path) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.button("Attach").click()
        chooser.value.set_files(files)
        for file in files:
            expect(self.row_of(file)).to_be_visible()

    def row_of(self, file: Path) -> Locator:
        return self.page.locator("#attachments tbody tr").filter(has_text=file.name)

    def follow_file(self, file: Path) -> None:
        self.row_of(file).locator("label.switch").click()
        expect(self.row_of(file).get_by_role("switch")).to_be_checked()

    def send(self) -> None:
        """Press Send; done on the page of the message."""
        self.button("Send").click()
        self.page.wait_for_url("**/messages/*/")

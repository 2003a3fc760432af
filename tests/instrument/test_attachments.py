"""Followed attachments show as links with name, size and type, in HTML and in plain text (I5)."""

import pytest

from odziv.instrument import FollowedFile, Rules, plan_html, plan_text
from odziv.instrument.attachments import WORDS, html_block, human_size, kind_of, label_of, shown_name
from odziv.lib.html import Scanner, attributes, value_of
from odziv.lib.seal import FileRef
from tests.instrument.support import EDGE, READABLE, RULES


def file(name: str = "Ponudba.pdf", size: int = 1_234_567, content_type: str = "application/pdf") -> FollowedFile:
    return FollowedFile(0, FileRef("0" * 32 + "/aa/" + "a" * 64, content_type, name, size))


def test_they_stand_before_the_beacon_at_the_end_of_the_body() -> None:
    copy = plan_html("<body><p>a</p></body>", rules=RULES, files=[file()]).render(READABLE)
    assert copy.startswith("<body><p>a</p><table ") and copy.endswith("</body>")
    assert copy.index("</table>") < copy.index(f"{EDGE}/o/BEACON.gif")
    assert f'<a href="{EDGE}/a/0/aaa.pdf">Ponudba.pdf</a>' in copy
    assert ">PDF</td>" in copy and "(1.2 MB)" in copy and ">Attachments</td>" in copy


def test_they_speak_the_language_of_the_message() -> None:
    copy = plan_html("", rules=RULES, files=[file()], language="sl").render(READABLE)
    assert "(1,2 MB)" in copy and ">Priloge</td>" in copy
    assert "Attachments" in plan_html("", rules=RULES, files=[file()], language="fr").render(READABLE)


def test_the_links_of_attachments_are_not_links_of_the_message() -> None:
    assert plan_html("", rules=RULES, files=[file()]).links == ()


@pytest.mark.parametrize(
    "name", ['"><script>alert(1)</script>.pdf', "a&amp;b.pdf", "č'ž\".pdf", "{address}{0}.pdf", "a\r\nb\0.pdf"]
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    block = html_block([file(name)], WORDS["en"], READABLE)
    assert block.isascii()
    tags = list(Scanner(block, frozenset({"a", "script", "table"})).tags())
    assert [tag.name for tag in tags] == ["table", "a", "a", "table"]
    href = attributes(block, tags[1].inside, tags[1].end)["href"]
    assert block[value_of(href).start : value_of(href).end] == f"{EDGE}/a/0/aaa.pdf"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ponudba št. 7.pdf", "Ponudba št. 7.pdf"),
        (" a\r\nBcc:\tx.pdf ", "a Bcc: x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\0", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 89 + "…" + "x" * 26 + ".pdf"),
    ],
)
def test_names_are_shown_on_one_line(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (25_000_000, "25 MB"),
        (3_000_000_000_000_000, "3000 TB"),
    ],
)
def test_sizes_are_for_people(size: int, shown: str) -> None:
    assert human_size(size, WORDS["en"]) == shown


@pytest.mark.parametrize(
    ("name", "content_type", "label", "like"),
    [
        ("a.PDF", "application/octet-stream", "PDF", "application/pdf"),
        ("a.docx", "application/octet-stream", "DOCX", "application/msword"),
        ("a", "image/png", "FILE", "image/png"),
        ("a.unknown", "video/mp4", "FILE", "video/mp4"),
        ("a.xyz", "text/plain", "XYZ", "text/plain"),
    ],
)
def test_the_badge_tells_the_type(name: str, content_type: str, label: str, like: str) -> None:
    ref = file(name, content_type=content_type).ref
    assert label_of(ref) == label
    assert kind_of(ref) == kind_of(file("a", content_type=like).ref)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_plain_text_lists_them_at_the_end(line_end: str) -> None:
    text = f"Pozdrav{line_end}Ana"
    lines = ["", "Priloge:", "- Ponudba.pdf (1,2 MB)", f"  {EDGE}/a/0/aaa.pdf", ""]
    plan = plan_text(text, rules=RULES, files=[file()], language="sl")
    assert plan.render(READABLE) == text + line_end + line_end.join(lines)


def test_files_are_shown_without_a_beacon_too() -> None:
    copy = plan_html("<p>a", rules=Rules(EDGE, beacon=False), files=[file()]).render(READABLE)
    assert copy.startswith("<p>a<table") and copy.endswith("</table>")

"""I5, C2 and Bad input: files of a draft."""

from pathlib import Path

import pytest

from odziv.compose import attachments, drafts, send
from odziv.compose.cleaning import file_name
from odziv.compose.drafts import DraftFields
from odziv.compose.limits import MAX_FILE
from odziv.compose.problems import DraftRefused, StaleDraft
from odziv.lib.files import DirectoryStore
from odziv.models import StoredFile
from tests.compose.support import PNG, draft, now
from tests.support.cast import Cast


def test_a_file_is_stored_once_for_an_organisation(cast: Cast) -> None:
    one, two = draft(cast.ana), draft(cast.bor)
    first = attachments.attach(one, "a.pdf", "application/pdf", [b"12", b"3"])
    second = attachments.attach(two, "b.pdf", "", [b"123"], followed=True)
    assert first.file == second.file
    assert (second.content_type, second.followed, second.file.size) == ("application/pdf", True, 3)
    with attachments.file_store().open(first.file.key) as stream:
        assert stream.read() == b"123"


def test_files_and_images_are_counted_apart(cast: Cast) -> None:
    message = draft(cast.ana)
    rows = [attachments.attach(message, f"{n}", "image/png", [PNG], inline=n % 2 == 1) for n in range(4)]
    assert [row.ordinal for row in rows] == [0, 0, 1, 1]
    assert all(row.content_id for row in rows if row.inline)


def test_a_file_beyond_the_limit_is_refused_with_its_name(cast: Cast) -> None:
    chunks = (b"x" * 1_000_000 for _ in range(MAX_FILE // 1_000_000 + 2))
    with pytest.raises(DraftRefused, match=r"“big\.zip” is larger than 25 MB"):
        attachments.attach(draft(cast.ana), "big.zip", "", chunks)
    assert not StoredFile.objects.exists()


def test_a_file_store_that_is_out_of_order_is_said_and_nothing_is_lost(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    message = draft(cast.ana)
    monkeypatch.setattr(attachments, "file_store", lambda: DirectoryStore(tmp_path / "file" / "store"))
    with pytest.raises(DraftRefused, match="file store is out of order"):
        attachments.attach(message, "a.pdf", "", [b"x"])
    assert not message.attachments.exists()


def test_what_is_no_image_does_not_stand_in_the_text(cast: Cast) -> None:
    with pytest.raises(DraftRefused, match="not an image"):
        attachments.attach(draft(cast.ana), "a.html", "text/html", [b"<script>"], inline=True)


def test_attachments_of_an_unfollowed_message_are_not_followed(cast: Cast) -> None:
    message = drafts.save(draft(cast.ana), DraftFields(wants_following=False))
    row = attachments.attach(message, "a.pdf", "", [b"x"])
    with pytest.raises(DraftRefused, match="not followed"):
        attachments.set_followed(row, True)


def test_a_sent_message_keeps_its_files(cast: Cast) -> None:
    message = draft(cast.ana)
    row = attachments.attach(message, "a.pdf", "", [b"x"])
    send.submit(message, cast.ana, now())
    for change in (lambda: attachments.remove(row), lambda: attachments.attach(message, "b", "", [b"x"])):
        with pytest.raises(StaleDraft):
            change()


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\ponudba.pdf", "ponudba.pdf"),
        ("a\r\nContent-Type: text/html\0.pdf", "html.pdf"),
        ("ponudba\u202efdp.exe", "ponudba fdp.exe"),
        ("say \"hi\" 'there'; x.pdf", "say \"hi\" 'there'; x.pdf"),
        ("..", "file"),
        ("", "file"),
        ("   ", "file"),
        ("Ponudba št. 7.pdf", "Ponudba št. 7.pdf"),
        ("half \ud800.txt", "half \ufffd.txt"),
    ],
)
def test_hostile_names(hostile: str, kept: str) -> None:
    assert file_name(hostile) == kept


def test_a_long_name_keeps_its_suffix() -> None:
    name = file_name("č" * 300 + ".pdf")
    assert name.endswith("….pdf")
    assert len(name.encode()) <= 180

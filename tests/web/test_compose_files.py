"""Attachments over HTTP: uploaded, followed, removed, and given out so that nothing in them runs (C2, I5, O1)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from odziv.compose import attachments, send
from odziv.compose.limits import MAX_FILE
from odziv.lib import clock
from odziv.models import Message
from tests.compose.support import PNG, draft
from tests.support.cast import Cast


@pytest.fixture
def ana(cast: Cast, client: Client) -> Any:
    client.force_login(cast.ana)
    return client


def upload(
    client: Client, message: Message, name: str, content: Any = b"x", kind: str = "application/pdf", to: str = "files"
) -> Any:
    file = SimpleUploadedFile("placeholder", content, kind)
    object.__setattr__(file, "_name", name)  # Django itself would clean it
    return client.post(f"/compose/{message.pk}/{to}/", {"file": file})


def test_an_upload_answers_the_grid(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    page = upload(ana, message, "Ponudba.pdf", b"x" * 15_000).content.decode().replace("\xa0", " ")
    assert "Ponudba.pdf" in page and "15 kB" in page and ">Followed<" in page


def test_a_hostile_name_is_shown_as_text(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    page = upload(ana, message, '"><script>alert(1)</script>\u202efdp.exe').content.decode()
    assert "<script>" not in page and "\u202e" not in page
    row = message.attachments.get()
    answer = ana.get(f"/attachments/{row.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "\n" not in answer.headers["Content-Disposition"]


def test_a_file_beyond_the_limit_is_a_sentence(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    answer = upload(ana, message, "big.zip", b"\0" * (MAX_FILE + 1))
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith("“big.zip” is larger than 25 MB.")
    assert not message.attachments.exists()


def test_no_file_at_all(ana: Client, cast: Cast) -> None:
    assert ana.post(f"/compose/{draft(cast.ana).pk}/files/").status_code == 422


def test_following_and_removing(ana: Client, cast: Cast) -> None:
    row = attachments.attach(draft(cast.ana), "a.pdf", "", [b"x"])
    assert " checked" in ana.post(f"/attachments/{row.pk}/follow/", {"followed": "1"}).content.decode()
    assert " checked" not in ana.post(f"/attachments/{row.pk}/follow/", {"followed": "0"}).content.decode()
    assert "Drag files here" in ana.post(f"/attachments/{row.pk}/remove/").content.decode()


def test_an_image_for_the_text_gives_its_address(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    said = upload(ana, message, "slika.png", PNG, "image/png", to="images").json()
    row = message.attachments.get()
    assert (said["location"], row.inline) == (f"/attachments/{row.pk}/", True)
    answer = ana.get(said["location"])
    assert (answer.headers["Content-Type"], answer.content) == ("image/png", PNG)
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "text/xml", "application/javascript"])
def test_nothing_that_could_run_is_shown_in_place(ana: Client, cast: Cast, kind: str) -> None:
    row = attachments.attach(draft(cast.ana), "a.html", kind, [b"<script>alert(1)</script>"])
    answer = ana.get(f"/attachments/{row.pk}/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_teammate_reads_the_files_of_what_was_sent_but_not_of_a_draft(client: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    row = attachments.attach(message, "a.pdf", "", [b"x"])
    client.force_login(cast.bor)
    assert client.get(f"/attachments/{row.pk}/").status_code == 404
    send.submit(message, cast.ana, clock.now())
    assert client.get(f"/attachments/{row.pk}/").content == b"x"
    assert client.post(f"/attachments/{row.pk}/remove/").status_code == 404
    client.force_login(cast.eva)
    assert client.get(f"/attachments/{row.pk}/").status_code == 404


def test_the_preview_frame_can_run_nothing(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana, html="<p>a</p><script>alert(1)</script>")
    policy = ana.get(f"/compose/{message.pk}/preview/body/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script" not in policy
    assert "allow-scripts" not in policy and "sandbox " in policy
    assert "Plain text" in ana.get(f"/compose/{message.pk}/preview/").content.decode()

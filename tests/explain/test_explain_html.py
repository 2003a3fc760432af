"""`odziv explain html`: one line of JSON a file, on any file, without any configuration."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from odziv.cli import main
from tests.support import corpora


@pytest.fixture
def explain(capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    def run(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        status = main(["explain", "html", "--json", *arguments])
        out, err = capfdbinary.readouterr()
        return status, [json.loads(line) for line in out.splitlines()], err.decode()

    return run


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_each_link_is_told_in_document_order(tmp_path: Path, explain: Any) -> None:
    name = written(
        tmp_path,
        "a.html",
        "<body><!--[if mso]><v:rect href='https://x.example/1'><![endif]--><a href='https://x.example/?a=1&amp;b=2'>"
        "<a href='mailto:a@x.example'><img src='https://x.example/i.png'></body>",
    )
    status, (line,), _ = explain(name, "--edge-url", "https://t.example")
    assert status == 0
    assert list(line) == ["file", "beacon", "links", "images"]
    assert (line["file"], line["beacon"]) == (name, True)
    assert [list(link) for link in line["links"]] == [["address", "followed", "reason", "redirect"]] * 3
    first, second, third = line["links"]
    assert (first["address"], first["followed"], first["reason"]) == ("https://x.example/1", True, "")
    assert second["address"] == "https://x.example/?a=1&b=2"
    assert second["redirect"].startswith("https://t.example/c/")
    assert third == {"address": "mailto:a@x.example", "followed": False, "reason": "mailto", "redirect": None}
    assert line["images"] == [{"source": "https://x.example/i.png", "served": False, "reason": "remote"}]


def test_every_mail_of_the_corpora_is_explained(explain: Any) -> None:
    cases = corpora.html_cases()
    status, lines, _ = explain(*(str(corpora.path(f"html/{case['file']}")) for case in cases))
    assert status == 0
    for case, line in zip(cases, lines, strict=True):
        expected = [(link["decoded"], link["expect"] == "rewrite") for link in case["links"]]
        assert [(link["address"], link["followed"]) for link in line["links"]] == expected


def test_a_missing_file_is_one_line_and_the_others_are_explained(tmp_path: Path, explain: Any) -> None:
    name = written(tmp_path, "a.html", "<a href=https://x.example>")
    status, lines, err = explain(str(tmp_path / "none.html"), name, str(tmp_path))
    assert status == 2
    assert [line["file"] for line in lines] == [name]
    assert len(err.splitlines()) == 2
    assert "none.html cannot be read: No such file or directory." in err


def test_a_message_tells_html_and_text(tmp_path: Path, explain: Any) -> None:
    message = (
        b"Subject: a\r\nList-Unsubscribe: <https://x.example/leave>\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText: https://x.example/text\r\n"
        b"--b\r\nContent-Type: text/html; charset=iso-8859-2\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"<a href=3D'https://x.example/=E8'><a href=3D'https://x.example/leave'><img src=3D'cid:a@b'>\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
        b"--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment\r\n\r\n<a href='https://y.example/'>\r\n"
        b"--b--\r\n"
    )
    _, (line,), _ = explain(written(tmp_path, "a.eml", message))
    assert [(link["part"], link["address"], link["reason"]) for link in line["links"]] == [
        ("html", "https://x.example/č", ""),
        ("html", "https://x.example/leave", "listed"),
        ("text", "https://x.example/text", ""),
    ]
    assert line["images"] == [{"source": "cid:a@b", "served": True, "reason": ""}]


@pytest.mark.parametrize(
    ("content", "address"),
    [
        (b"<meta charset=iso-8859-2><a href='https://x/\xe8'>", "https://x/č"),
        (
            b"<META http-equiv=Content-Type content='text/html; charset=windows-1250'><a href=https://x/\x9e>",
            "https://x/ž",
        ),
        ("<meta charset=utf-16><a href='https://x/č'>".encode(), "https://x/č"),
        ("\ufeff<meta charset=latin1><a href='https://x/č'>".encode(), "https://x/č"),
        ("\ufeff<a href='https://x/č'>".encode("utf-16-le"), "https://x/č"),
        ("<meta charset=shift_jis><a href='https://x/日本'>".encode("cp932"), "https://x/日本"),
        ("<a href='https://x/č'>".encode(), "https://x/č"),
        (b"<a href='https://x/\xe9'>", "https://x/é"),
        (b"<meta charset=nonsense><a href='https://x/\xe9'>", "https://x/é"),
    ],
)
def test_the_character_set_is_what_a_browser_takes(tmp_path: Path, explain: Any, content: bytes, address: str) -> None:
    _, (line,), _ = explain(written(tmp_path, "a.html", content))
    assert [link["address"] for link in line["links"]] == [address]


def test_bytes_that_are_no_text_leave_their_link_alone(tmp_path: Path, explain: Any) -> None:
    _, (line,), _ = explain(written(tmp_path, "a.html", b"<meta charset=utf-8><a href='https://x/\xff'>"))
    assert [link["reason"] for link in line["links"]] == ["control"]


def test_plain_text_is_read_as_such(tmp_path: Path, explain: Any) -> None:
    _, (line,), _ = explain(written(tmp_path, "a.txt", "See https://x.example/a. <a href='https://x.example/b'>"))
    assert [link["address"] for link in line["links"]] == ["https://x.example/a", "https://x.example/b"]
    assert line["beacon"] is False


@pytest.mark.parametrize(
    ("options", "reasons", "beacon"),
    [
        ([], ["", ""], True),
        (["--no-beacon"], ["", ""], False),
        (["--no-links"], ["off", "off"], True),
        (["--leave-alone", "https://x.example/1"], ["listed", ""], True),
        (["--edge-url", "https://y.example"], ["", "own"], True),
    ],
)
def test_options(tmp_path: Path, explain: Any, options: list[str], reasons: list[str], beacon: bool) -> None:
    name = written(tmp_path, "a.html", "<a href=https://x.example/1><a href=https://y.example/2>")
    _, (line,), _ = explain(name, *options)
    assert ([link["reason"] for link in line["links"]], line["beacon"]) == (reasons, beacon)


def test_people_read_sentences(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    name = written(tmp_path, "a.html", b"<a href='https://x/'><a href='{{u}}\x1b[31m'><img src='http://x/\xff'>")
    assert main(["explain", "html", name]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert "1 of 2 links followed" in out
    assert "A placeholder is left in this address." in out
    assert "Redirects lead to http" in out
    assert "\x1b" not in out


def test_standard_input_is_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "odziv.cli", "explain", "html", "--json", "-"]
    done = subprocess.run(command, input=b"Subject: a\n\nhttps://x.example", capture_output=True, check=True)
    line = json.loads(done.stdout)
    assert (line["file"], line["links"][0]["address"]) == ("-", "https://x.example")


@pytest.mark.slow
def test_it_needs_no_django_and_makes_no_data_folder(tmp_path: Path) -> None:
    script = "import sys; sys.modules['django'] = None; from odziv.cli import main; sys.exit(main())"
    name = written(tmp_path, "a.html", "<a href=https://x.example>")
    environ = {"ODZIV_DATA": str(tmp_path / "data"), "PATH": "/usr/bin"}
    for command in (["explain", "html", name], ["instrument", name]):
        subprocess.run([sys.executable, "-c", script, *command], env=environ, check=True, capture_output=True)
    assert not (tmp_path / "data").exists()


def test_nothing_but_html_can_be_explained() -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["explain", "nothing"])


def test_redirects_are_the_same_each_time(tmp_path: Path, explain: Any) -> None:
    name = written(tmp_path, "a.html", "<a href=https://x.example>")
    assert explain(name)[1] == explain(name)[1]

"""Every text that people see has a Slovenian one, with all plural forms, and none is left over (U1)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent / "odziv"
PARTS = ROOT / "locale" / "parts" / "sl"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CALL = re.compile(r"""\b(?:n?p?gettext|_)\((?:u?(?P<q>["'])(?:\\.|(?!(?P=q)).)*(?P=q),?\s*)+[^()]*\)""", re.DOTALL)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd.0-9f]|%[sd]|\{(\w+)\}")


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Each translatable text of the code and the pages, with the file in which it stands."""
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    for path in [*ROOT.rglob("*.py"), *(ROOT / "web" / "pages").rglob("*.html")]:
        source = path.read_text()
        if path.suffix == ".html":
            # What is no call is filler there, at any indentation.
            source = "\n".join(found[0] for found in CALL.finditer(templatize(source, origin=str(path))))
        lines = io.BytesIO(source.encode())
        for _line, found, _comments, _context in extract("python", lines, KEYWORDS, options={"encoding": "utf-8"}):
            text = found if isinstance(found, str) else next(part for part in found if part)
            if text:
                yield text, str(path.relative_to(ROOT))


@cache
def sources() -> str:
    """All our code, with texts that go over several lines put together."""
    return re.sub(r'"\s*\n\s*"', "", "\n".join(path.read_text() for path in ROOT.rglob("*.py")))


@cache
def entries() -> list[polib.POEntry]:
    return [entry for part in sorted(PARTS.glob("*.po")) for entry in polib.pofile(str(part)) if not entry.obsolete]


def test_every_text_has_a_slovenian_one() -> None:
    known = {entry.msgid for entry in entries() if entry.msgstr or all(entry.msgstr_plural.values())}
    missing = sorted({(where, text) for text, where in texts() if text not in known})
    assert not missing, f"{len(missing)} texts lack their Slovenian: {missing[:20]}"


def test_plurals_have_the_four_slovenian_forms() -> None:
    wrong = [entry.msgid for entry in entries() if entry.msgid_plural and sorted(entry.msgstr_plural) != [0, 1, 2, 3]]
    assert not wrong


def test_translations_keep_the_placeholders() -> None:
    for entry in entries():
        wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
        for text in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            # A singular may leave the number out: "ena povezava".
            assert set(PLACEHOLDER.findall(text)) <= wanted, entry.msgid
            if not entry.msgid_plural:
                assert set(PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_a_text_has_one_translation() -> None:
    seen: dict[tuple[str, str | None], str] = {}
    for entry in entries():
        text = entry.msgstr or "|".join(entry.msgstr_plural.values())
        assert seen.setdefault((entry.msgid, entry.msgctxt), text) == text, f"two translations of {entry.msgid!r}"


# django.po mends Django's own catalogue, whose texts stand in Django.
OURS = [part for part in sorted(PARTS.glob("*.po")) if part.stem != "django"]


@pytest.mark.slow
@pytest.mark.parametrize("part", OURS, ids=lambda part: part.stem)
def test_no_translation_is_left_over(part: Path) -> None:
    used = {text for text, _where in texts()}
    # The sentences of pure modules are data there, translated by the door that shows them.
    flat = sources()
    unused = [one.msgid for one in polib.pofile(str(part)) if one.msgid not in used and one.msgid not in flat]
    assert not unused

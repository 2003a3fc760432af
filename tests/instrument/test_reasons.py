"""Every code has a sentence, in English and in Slovenian."""

import re
from pathlib import Path

import polib
import pytest

import odziv.instrument
from odziv.environment import ROOT
from odziv.instrument import reasons, sentence

FOLDER = Path(odziv.instrument.__file__).parent
SENTENCES = sorted({*reasons.LINKS.values(), *reasons.IMAGES.values(), *reasons.PROBLEMS.values()})


def test_every_code_that_planning_gives_has_a_sentence() -> None:
    source = "".join(path.read_text() for path in FOLDER.glob("*.py") if path.name != "reasons.py")
    returned = set(re.findall(r'return "([a-z]+)"', source)) | set(re.findall(r'else "([a-z]+)"\n', source))
    assert {"unsubscribe", "relative", "missing"} < returned
    assert returned <= {*reasons.LINKS, *reasons.IMAGES}


def test_a_reason_is_told_in_words() -> None:
    assert sentence("mailto") == "This link starts an e-mail."
    assert sentence("data", of="image") == "This image is within the message itself."


@pytest.mark.parametrize("english", SENTENCES)
def test_every_sentence_is_there_in_slovenian(english: str) -> None:
    catalogue = polib.pofile(str(ROOT / "odziv" / "locale" / "parts" / "sl" / "instrument.po"))
    entry = catalogue.find(english)
    assert entry is not None and entry.msgstr
    assert set(re.findall(r"%\(\w+\)s", english)) == set(re.findall(r"%\(\w+\)s", entry.msgstr))

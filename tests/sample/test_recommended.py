"""The sample's history earns one template of each language a recommendation, by the rules for anybody's (T2, O7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest

from odziv.lib.seal import Kind
from odziv.measure.rates import Candidate, Counts, standings
from odziv.sample.behaviour import SCANNER, Copy, hits
from odziv.sample.mail import MESSAGES
from odziv.sample.material import LETTERS, Letter
from odziv.sample.replies import Sent, comes_back

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HISTORIES = 24


def reacted(letter: Letter, at: datetime, chance: Random) -> tuple[bool, bool]:
    """Whether a person opens a letter of then, and whether one answers it."""
    copy = Copy(uuid4(), uuid4(), at, "SI", len(letter.links), int(bool(letter.file)), letter.appeal, False, False)
    opened = any(hit.kind == Kind.OPEN and hit.agent != SCANNER for hit in hits(copy, chance, NOW))
    sent = Sent("<m@x.example>", letter.subject, "ana@x.example", "Maja", "maja@x.example", "en", at, letter.appeal)
    mail = comes_back(sent, chance)
    return opened, mail is not None and b"\nSubject: Re: " in mail.raw and mail.at < NOW


def recommended(language: str, seed: int) -> set[str]:
    """The templates that are, after a history in which half of the letters are in this language."""
    chance, letters = Random(seed), LETTERS[language]
    counts = {letter: [0, 0, 0] for letter in letters if letter.title}
    for _ in range(MESSAGES // 2):
        letter = chance.choice(letters)
        reaction = reacted(letter, NOW - timedelta(days=chance.uniform(0, 90)), chance)
        if letter.title:
            counts[letter] = [a + b for a, b in zip(counts[letter], (1, *reaction), strict=True)]
    found = standings(Candidate(letter.title, Counts(*many), language, "") for letter, many in counts.items())
    return {str(title) for title, standing in found.items() if standing.recommended}


@pytest.mark.parametrize("language", list(LETTERS))
def test_the_most_appealing_template_is_recommended(language: str) -> None:
    best = max(LETTERS[language], key=lambda letter: letter.appeal).title
    found = [recommended(language, seed) for seed in range(HISTORIES)]
    assert sum(best in titles for titles in found) >= 0.9 * HISTORIES
    assert sum(titles <= {best} for titles in found) >= 0.9 * HISTORIES

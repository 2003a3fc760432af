"""The product recognises what comes back in the sample as what it is meant to be (O7, P2)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pytest

from odziv.assist.away import offer_of
from odziv.assist.run import assist
from odziv.lib import clock
from odziv.models import Arrival, ArrivalKind, Card, CardKind, Message, Reminder
from odziv.replies.kinds.judge import judge_bytes
from odziv.sample import make_next, start
from odziv.sample.replies import Sent, absence, answer, bounce, comes_back
from tests.support.testmail import mail_server, use

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def sent(language: str = "sl", appeal: float = 1.0) -> Sent:
    return Sent(
        "<a@lipa.example>", "Ponudba", "ana@lipa.example", "Maja Žagar", "maja@hrast.example", language, NOW, appeal
    )


@pytest.mark.parametrize("language", ["en", "sl", "de"])
def test_each_kind_is_recognised(language: str) -> None:
    chance = Random(1)
    assert judge_bytes(answer(sent(language), chance).raw).kind == "human"
    away = judge_bytes(absence(sent(language), NOW, date(2026, 5, 15), chance).raw, today=NOW.date())
    assert (away.kind, away.away_until) == ("auto-reply", date(2026, 5, 15))
    back = judge_bytes(bounce(sent(language), chance).raw)
    assert (back.kind, back.severity, list(back.failed)) == ("bounce", "hard", ["maja@hrast.example"])


def test_most_letters_get_no_answer_and_some_of_each_kind() -> None:
    chance = Random(20)
    kinds = Counter(judge_bytes(mail.raw).kind for _ in range(300) if (mail := comes_back(sent(), chance)))
    assert 20 < kinds["human"] < 90 and kinds["auto-reply"] >= 3 and kinds["bounce"] >= 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_figures_cards_and_a_reminder_come_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small, but through the real stages: the mail server takes it, the replies are matched by what they name."""
    monkeypatch.setattr("odziv.sample.mail.MESSAGES", 50)
    run = start("sl")
    with mail_server() as (address, _server):
        use(address, monkeypatch)
        assert make_next() == 1
    run.refresh_from_db()
    assert run.error == "" and run.visitor is not None
    kinds = Counter(Arrival.objects.values_list("kind", flat=True))
    assert kinds[ArrivalKind.HUMAN] >= 3 and kinds[ArrivalKind.AUTO_REPLY] >= 1
    assert sum(Message.objects.values_list("replies", flat=True)) == Arrival.objects.counted().count() > 0
    assist()
    assert Card.objects.filter(kind=CardKind.REPLIED).exists()
    reminder = Reminder.objects.get()
    offer = offer_of(reminder, clock.now())
    assert reminder.user == run.visitor and offer is not None and offer.at > reminder.at

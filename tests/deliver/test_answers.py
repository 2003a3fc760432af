"""What went wrong is said so that a person can act on it (D4)."""

from __future__ import annotations

import pytest
from django.utils import translation

from odziv.deliver.answers import explain, what_happened, what_next
from odziv.deliver.claim import DELAYS
from odziv.deliver.trouble import Reason
from odziv.models import Delivery


@pytest.mark.parametrize("language", ["en", "sl"])
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentences(reason: Reason, language: str) -> None:
    english = what_happened(reason), what_next(reason)
    with translation.override(language):
        said = what_happened(reason), what_next(reason)
    assert all(text.endswith(".") for text in said)
    assert (said == english) == (language == "en")


def told(**fields: object) -> tuple[str, str, str]:
    found = explain(Delivery(**fields))
    return found.what, found.safe, found.words


def test_a_copy_that_waits_says_that_nothing_is_lost() -> None:
    assert told(state="waiting", reason="recipient", attempts=1, answer="4.2.0 Greylisted", answer_code=450) == (
        "The mail server does not take mail for this recipient.",
        "Nothing is lost: it is tried again by itself.",
        "450 4.2.0 Greylisted",
    )


def test_a_copy_that_came_back_is_not_said_to_be_tried_again() -> None:
    assert told(state="bounced", reason="bounced", attempts=1, answer="5.1.1 User unknown") == (
        "The mail came back: a server further on could not deliver it.",
        "It is not sent again by itself; the copies of the others are not affected.",
        "5.1.1 User unknown",
    )


def test_advice_is_given_where_there_is_something_to_do() -> None:
    assert explain(Delivery(state="waiting", reason="recipient", attempts=1)).next == ""
    assert "password" in explain(Delivery(state="waiting", reason="login", attempts=1)).next
    assert explain(Delivery(state="refused", reason="recipient", attempts=1)).next == "Check the address."


def test_refused_at_once_and_given_up_are_told_apart() -> None:
    assert "copies of the others" in told(state="refused", reason="recipient", attempts=1)[1]
    assert "two days" in told(state="refused", reason="recipient", attempts=len(DELAYS) + 1)[1]


def test_uncertain_says_why_it_is_not_sent_again() -> None:
    assert "nobody gets it twice" in told(state="uncertain", reason="unanswered", attempts=1)[1]


def test_what_was_never_tried_says_nothing() -> None:
    assert told(state="waiting") == ("", "", "")

"""F1, F2, F5 and R2: the follow state and who says no."""

from collections.abc import Callable
from typing import Any

import pytest

from odziv.compose.addresses import Mailbox
from odziv.compose.follow import evaluate, nobody_refuses
from odziv.models import FollowState, Party, Refusal
from tests.compose.support import account, contact
from tests.deliver.letters import NOW, waiting_message
from tests.support.cast import Cast

MAJA = Mailbox("Maja", "Maja@hrast.example")


def test_everybody_allows(cast: Cast) -> None:
    contact(cast.ana, "Maja Novak", "maja@hrast.example")
    found = evaluate(cast.lipa, [MAJA, Mailbox("", "unknown@x.si")])
    assert found.state == FollowState.ON
    assert [check.name for check in found.recipients] == ["Maja", ""]


def test_one_refusal_blocks_whatever_the_case_of_the_address(cast: Cast) -> None:
    row = contact(cast.ana, "Maja Novak", "MAJA@hrast.example", allow=False)
    found = evaluate(cast.lipa, [Mailbox("", "jan@x.si"), MAJA])
    assert found.state == FollowState.BLOCKED
    assert [(check.refused_by, check.why) for check in found.refusing] == [(row, "record")]


def test_an_account_refuses_for_its_contacts(cast: Cast) -> None:
    company = account(cast.ana, "Hrast", allow=False)
    contact(cast.ana, "Maja Novak", "maja@hrast.example", account=company)
    (check,) = evaluate(cast.lipa, [MAJA]).refusing
    assert (check.why, check.refused_by, check.record.name) == ("account", company, "Maja Novak")


def test_any_record_with_the_address_can_refuse(cast: Cast) -> None:
    contact(cast.ana, "Maja Novak", "maja@hrast.example")
    account(cast.ana, "Hrast", "maja@hrast.example", allow=False)
    assert evaluate(cast.lipa, [MAJA]).state == FollowState.BLOCKED


def test_not_to_follow_is_a_choice_even_when_somebody_refuses(cast: Cast) -> None:
    contact(cast.ana, "Maja Novak", "maja@hrast.example", allow=False)
    assert evaluate(cast.lipa, [MAJA], wants=False).state == FollowState.OFF


def test_unknown_people_can_be_left_out(cast: Cast) -> None:
    cast.lipa.follow_unknown = False
    found = evaluate(cast.lipa, [MAJA])
    assert (found.state, found.refusing[0].why) == (FollowState.BLOCKED, "unknown")


def test_nothing_is_followed_before_an_administrator_turns_it_on(cast: Cast) -> None:
    cast.lipa.engagement = False
    assert evaluate(cast.lipa, [MAJA]).state == FollowState.OFF


def test_another_organisations_preference_says_nothing_here(cast: Cast) -> None:
    contact(cast.eva, "Maja Novak", "maja@hrast.example", allow=False)
    found = evaluate(cast.lipa, [MAJA])
    assert (found.state, found.recipients[0].record) == (FollowState.ON, None)


def test_five_hundred_recipients_in_no_record_take_two_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        evaluate(cast.lipa, [Mailbox("", f"p{n}@x.si") for n in range(500)])


@pytest.mark.django_db
def test_nobody_yet_is_on(cast: Cast) -> None:
    assert evaluate(cast.lipa, []).state == FollowState.ON


SITUATIONS: dict[str, Callable[[Cast], object]] = {
    "nobody is known": lambda cast: None,
    "a contact allows": lambda cast: contact(cast.ana, "Maja", MAJA.address),
    "a contact refuses": lambda cast: contact(cast.ana, "Maja", MAJA.address, allow=False),
    "its account refuses": lambda cast: contact(
        cast.ana, "Maja", MAJA.address, account=account(cast.ana, "Hrast", allow=False)
    ),
    "an account with the address refuses": lambda cast: account(cast.ana, "Hrast", MAJA.address, allow=False),
    "a stranger said no": lambda cast: Refusal.objects.create(organisation=cast.lipa, key=MAJA.address.lower(), at=NOW),
    "somebody of another organisation refuses": lambda cast: contact(cast.eva, "Maja", MAJA.address, allow=False),
}


@pytest.mark.parametrize("known_only", [False, True])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_quick_look_never_says_more_than_the_whole_one(cast: Cast, situation: str, known_only: bool) -> None:
    cast.lipa.follow_unknown = not known_only
    message = waiting_message(None, cast.ana, to=[MAJA.address])
    SITUATIONS[situation](cast)
    recipients = Party.objects.recipients_of(message.pk)
    followed = evaluate(cast.lipa, recipients).state == FollowState.ON
    assert nobody_refuses(recipients, follow_unknown=not known_only) == followed

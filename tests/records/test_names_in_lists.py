"""Lists sort records by the names of owner and account as they are now, whatever becomes of these (R1)."""

from __future__ import annotations

import pytest

from odziv.lib import clock
from odziv.lib.text import sort_key
from odziv.models import Account, Contact, Record, User
from odziv.organisations.leaving import leave
from odziv.organisations.people import change_user
from odziv.records import saving
from tests.records.importing.files import imported
from tests.support.cast import Cast
from tests.web.test_records_lists import add

NOW = clock.now()
pytestmark = pytest.mark.django_db


def true_names() -> bool:
    """Whether what lists sort by is what the rows say, of every record."""
    return all(
        (row.owner_key, row.account_key) == (sort_key(row.owner.name), row.account.name_key if row.account else "")
        for row in Record.objects.select_related("owner", "account")
    )


def renamed(account: Record, name: str) -> None:
    stored = Record.objects.get(pk=account.pk)
    stored.name = name
    saving.save(stored, user=stored.owner, now=NOW)


def test_it_follows_the_owner(cast: Cast) -> None:
    contact = add(cast.ana, Contact(name="Maja"))
    assert contact.owner_key == sort_key("Ana") != ""
    change_user(cast.ana, {"name": "Žana"}, by=cast.dora, now=NOW)
    assert true_names()
    Record.objects.for_(cast.bor).give([contact.pk], cast.bor, NOW)
    assert true_names()
    leave(cast.bor, by=cast.dora, now=NOW, heir=User.objects.get(pk=cast.ana.pk))
    assert Record.objects.get().owner_key == sort_key("Žana")
    assert true_names()


def test_it_follows_the_account(cast: Cast) -> None:
    hrib = add(cast.ana, Account(name="Hrib"))
    add(cast.ana, Contact(name="Maja", account=hrib))
    renamed(hrib, "Žaga")
    assert true_names()
    kept = saving.remove_all([Record.objects.get(pk=hrib.pk)], cast.ana, NOW)
    assert true_names()
    saving.restore_all(kept)
    assert Record.objects.get(name="Maja").account_key == sort_key("Žaga")
    assert true_names()


def test_it_is_right_after_people_were_renamed_while_a_record_was_away(cast: Cast) -> None:
    hrib = add(cast.ana, Account(name="Hrib"))
    maja = add(cast.ana, Contact(name="Maja", account=hrib))
    kept = saving.remove_all([Record.objects.get(pk=maja.pk)], cast.ana, NOW)
    change_user(cast.ana, {"name": "Žana"}, by=cast.dora, now=NOW)
    renamed(hrib, "Žaga")
    saving.restore_all(kept)
    assert true_names()


def test_an_import_knows_both(cast: Cast) -> None:
    imported(cast.ana, "Name,E-mail,Company\nMaja,maja@hrib.example,Hrib\nLuka,luka@hrib.example,Hrib\n")
    assert Record.objects.count() == 3
    assert true_names()
    assert Record.objects.for_(cast.ana).matching("luka hrib").count() == 1

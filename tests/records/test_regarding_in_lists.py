"""Lists sort e-mails by the name of their regarding as it is now, whatever becomes of the record (V2)."""

from __future__ import annotations

import pytest

from odziv.compose.drafts import DraftFields, new_draft, save
from odziv.lib import clock
from odziv.models import Contact, Message, Record
from odziv.records import saving
from tests.support.cast import Cast
from tests.web.test_records_lists import add

pytestmark = pytest.mark.django_db


def keys() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("regarding_key", flat=True))


def test_it_follows_the_record(cast: Cast) -> None:
    maja = add(cast.ana, Contact(name="Maja Novak"), "maja@hrib.example")
    draft = new_draft(cast.ana, maja)
    assert keys() == [maja.name_key] != [""]
    maja = Record.objects.get(pk=maja.pk)
    maja.name = "Žana Novak"
    saving.save(maja, user=cast.ana, now=clock.now())
    assert keys() == [Record.objects.get().name_key]
    kept = saving.remove_all([Record.objects.get()], cast.ana, clock.now())
    assert keys() == [""]
    saving.restore_all(kept)
    assert keys() == [Record.objects.get().name_key]
    save(draft, DraftFields(regarding=None))
    assert keys() == [""]
    save(draft, DraftFields(regarding=Record.objects.get()))
    saving.remove(Record.objects.get())
    assert keys() == [""]

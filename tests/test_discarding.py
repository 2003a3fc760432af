"""Deleting so that it can be undone: everything is back as it was, or nothing is (C1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import ProtectedError

from odziv import discarding
from odziv.compose.drafts import new_draft
from odziv.lib import clock
from odziv.models import Account, Activity, Attachment, Discarded, ListChoice, Message, Party, SavedView, StoredFile
from tests.support.cast import Cast
from tests.web.tenancy import stored

pytestmark = pytest.mark.django_db
NOW = clock.now()


def draft(cast: Cast) -> Message:
    """A draft with a recipient, an attachment and a regarding."""
    company = Account.objects.create(organisation=cast.lipa, owner=cast.ana, name="Hrib")
    message = new_draft(cast.ana, company, to="maja@hrib.example, jan@hrib.example")
    file = StoredFile.objects.create(organisation=cast.lipa, sha256="0" * 64, size=3, key="k")
    Attachment.objects.create(organisation=cast.lipa, message=message, file=file, ordinal=0, name="Offer.pdf")
    return message


def test_a_draft_comes_back_as_it_was(cast: Cast) -> None:
    message = draft(cast)
    before = stored()
    kept = discarding.discard([message.activity], cast.ana, NOW)
    assert not Message.objects.exists() and not Party.objects.exists() and not Attachment.objects.exists()
    assert discarding.restore(kept) == 1
    assert stored() == before


def test_links_that_were_cut_are_tied_again(cast: Cast) -> None:
    view = SavedView.objects.create(organisation=cast.lipa, owner=cast.ana, place="contacts", name="Mine", query="")
    ListChoice.objects.start_with(cast.ana, "contacts", "", view)
    before = stored()
    discarding.restore(discarding.discard([view], cast.ana, NOW))
    assert stored() == before


def test_what_it_named_and_is_gone_is_left_empty(cast: Cast) -> None:
    message = draft(cast)
    kept = discarding.discard([message.activity], cast.ana, NOW)
    Account.objects.get().delete()
    discarding.restore(kept)
    assert Activity.objects.get().regarding is None


def test_nothing_comes_back_by_halves(cast: Cast) -> None:
    kept = discarding.discard([draft(cast).activity], cast.ana, NOW)
    StoredFile.objects.all().delete()
    with pytest.raises(discarding.NotRestorable):
        discarding.restore(kept)
    assert not Message.objects.exists() and Discarded.objects.exists()


def test_it_comes_back_once(cast: Cast) -> None:
    kept = discarding.discard([draft(cast).activity], cast.ana, NOW)
    discarding.restore(kept)
    with pytest.raises(discarding.NotRestorable):
        discarding.restore(kept)


def test_what_is_protected_stays(cast: Cast) -> None:
    draft(cast)
    with pytest.raises(ProtectedError):
        discarding.discard([StoredFile.objects.get()], cast.ana, NOW)
    assert StoredFile.objects.exists() and not Discarded.objects.exists()


def test_after_a_day_it_is_let_go(cast: Cast) -> None:
    discarding.discard([draft(cast).activity], cast.ana, NOW)
    assert discarding.forget(NOW + timedelta(hours=23)) == 0
    assert discarding.forget(NOW + timedelta(hours=25)) == 1
    assert not Discarded.objects.exists()

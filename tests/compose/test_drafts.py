"""C1, C3: a draft is kept as it was written, by one writer at a time."""

import pytest

from odziv import discarding
from odziv.compose import attachments, drafts
from odziv.compose.drafts import DraftFields
from odziv.compose.problems import DraftRefused, StaleDraft
from odziv.models import Activity, Mailbox, Message, Opportunity
from tests.compose.support import contact, draft
from tests.support.cast import Cast


def test_a_draft_about_a_record_goes_to_its_address(cast: Cast) -> None:
    maja = contact(cast.ana, "Novak, Maja", "maja@hrast.example")
    message = drafts.new_draft(cast.ana, maja)
    assert message.to_line == '"Novak, Maja" <maja@hrast.example>'
    assert message.activity.regarding == maja
    assert [party.record for party in message.parties.all()] == [maja]


def test_a_draft_about_an_opportunity_goes_to_its_primary_contact(cast: Cast) -> None:
    maja = contact(cast.ana, "Maja", "maja@hrast.example")
    deal = Opportunity.objects.create(organisation=cast.lipa, owner=cast.ana, name="Deal", primary_contact=maja)
    assert drafts.new_draft(cast.ana, deal).to_line == "Maja <maja@hrast.example>"


def test_a_foreign_record_is_refused(cast: Cast) -> None:
    with pytest.raises(DraftRefused):
        drafts.new_draft(cast.ana, contact(cast.eva, "Eve's", "x@y.si"))
    assert not Message.objects.exists()


def test_only_what_is_named_changes(cast: Cast) -> None:
    message = draft(cast.ana, html="<p>a</p>\r\n", text="b")
    saved = drafts.save(message, DraftFields(subject="Nov"))
    assert (saved.subject, saved.html, saved.text, saved.activity.subject) == ("Nov", "<p>a</p>\r\n", "b", "Nov")


def test_lines_that_cannot_be_read_are_kept_as_typed(cast: Cast) -> None:
    saved = draft(cast.ana, to="maja@hrast.example, jan@", cc="Bor <bor@x.si>")
    assert saved.to_line == "maja@hrast.example, jan@"
    assert [party.address for party in saved.parties.all()] == ["maja@hrast.example", "bor@x.si"]
    assert saved.recipients == "maja@hrast.example, Bor"


def test_two_thousand_recipients_are_kept(cast: Cast) -> None:
    line = ", ".join(f"p{n}@x.si" for n in range(2000))
    saved = draft(cast.ana, to=line)
    assert saved.to_line == line
    assert saved.parties.count() == 500
    assert saved.recipients == "p0@x.si, p1@x.si, p2@x.si +1997"


def test_the_later_of_two_writers_is_told_and_nothing_is_overwritten(cast: Cast) -> None:
    message = draft(cast.ana)
    drafts.save(message, DraftFields(subject="first"), message.version)
    with pytest.raises(StaleDraft) as caught:
        drafts.save(message, DraftFields(subject="second"), message.version)
    message.refresh_from_db()
    assert (message.subject, caught.value.version) == ("first", message.version)


def test_a_save_that_changes_nothing_is_no_new_version(cast: Cast) -> None:
    message = draft(cast.ana)
    assert drafts.save(message, DraftFields(subject="Ponudba"), message.version).version == message.version


def test_a_body_beyond_the_limit_is_refused_and_the_draft_stays(cast: Cast) -> None:
    message = draft(cast.ana, html="<p>kept</p>")
    with pytest.raises(DraftRefused) as caught:
        drafts.save(message, DraftFields(html="č" * 13_200_000, subject="lost?"))
    assert "25 MB" in caught.value.problems[0].text
    message.refresh_from_db()
    assert (message.html, message.subject) == ("<p>kept</p>", "Ponudba")


def test_a_subject_is_one_line(cast: Cast) -> None:
    assert draft(cast.ana, subject="Ponudba\r\nBcc: eve@y.si\0\u2028!").subject == "Ponudba Bcc: eve@y.si !"


def test_half_characters_and_nul_are_stored_as_what_can_be_read(cast: Cast) -> None:
    assert draft(cast.ana, html="<p>a\0b\ud800</p>").html == "<p>ab\ufffd</p>"


def test_no_longer_following_turns_followed_attachments_into_files(cast: Cast) -> None:
    message = draft(cast.ana)
    attachments.attach(message, "a.pdf", "application/pdf", [b"x"], followed=True)
    drafts.save(message, DraftFields(wants_following=False))
    assert not message.attachments.get().followed


def test_somebody_elses_mailbox_is_refused(cast: Cast) -> None:
    with pytest.raises(DraftRefused):
        drafts.save(draft(cast.ana), DraftFields(mailbox=Mailbox.objects.get(user=cast.bor)))


def test_discarding_leaves_nothing_but_what_brings_it_back(cast: Cast) -> None:
    message = draft(cast.ana)
    attachments.attach(message, "a.pdf", "application/pdf", [b"x"])
    kept = drafts.discard(message)
    assert not Message.objects.exists()
    assert not Activity.objects.exists()
    with pytest.raises(StaleDraft):
        drafts.save(message, DraftFields(subject="too late"))
    discarding.restore(kept)
    assert Message.objects.get().attachments.get().name == "a.pdf"

"""From a file to records: what is new, known, repeated and rejected, what is written and what is not (R5, L1, L3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odziv.lib import clock
from odziv.models import (
    Account,
    Activity,
    ConsentEntry,
    ConsentSource,
    Contact,
    Duplicates,
    FollowEmail,
    Import,
    ImportFault,
    ImportState,
    KnownColumn,
    Lead,
    Message,
    Party,
    Record,
    RecordKind,
)
from odziv.privacy import consent
from odziv.records.importing import asking
from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.reading import sample_of
from odziv.records.importing.report import rejected
from odziv.records.importing.run import work_on_imports
from odziv.records.saving import Postal, Reach, reach_of, save
from tests.records.importing.files import HEAD, checked, fresh, imported
from tests.support.cast import Cast

FILE = (
    HEAD
    + "Maja,Novak,maja@hrib.example,+386 41 1,Hrib d.o.o.,Buyer,Kranj,Slovenia,\n"
    + "Črt,Žagar,crt at hrib,,Hrib d.o.o.,,,,\n"
    + "Iva,Kos,iva@hrib.example,,hrib d.o.o.,,,,ne\n"
    + "Maja,Novak,MAJA@hrib.example,,,,,,\n"
)


def test_a_check_writes_nothing_and_says_all(cast: Cast) -> None:
    of = checked(cast.ana, FILE)
    assert of.state == ImportState.CHECKED and not Record.objects.exists()
    assert (of.rows, of.new, of.known, of.repeated, of.rejected, of.accounts) == (4, 2, 0, 1, 1, 1)
    faults = [(fault.line, fault.reasons[0][0]) for fault in ImportFault.objects.all()]
    assert faults == [(3, "email"), (5, "repeated")]


def test_the_good_ones_become_records_with_all_that_hangs_on_them(cast: Cast) -> None:
    of = imported(cast.ana, FILE)
    assert of.state == ImportState.DONE and (of.created, of.accounts, of.rejected, of.repeated) == (2, 1, 1, 1)
    maja = Contact.objects.get(name="Maja Novak")
    assert maja.owner == cast.ana and maja.account == Account.objects.get() and maja.account.name == "Hrib d.o.o."
    assert reach_of(maja) == Reach(
        ["maja@hrib.example"], [("mobile", "+386 41 1")], [Postal(city="Kranj", country="SI")]
    )
    assert list(Contact.objects.for_(cast.bor).matching("novak kup buyer".replace(" kup", ""))) == [maja]


def test_a_refusal_is_kept_with_its_source(cast: Cast) -> None:
    imported(cast.ana, FILE)
    iva = Contact.objects.get(name="Iva Kos")
    [entry] = ConsentEntry.objects.filter(record=iva)
    assert iva.follow_email == FollowEmail.DO_NOT_ALLOW == entry.follow_email
    assert (entry.source, entry.user) == (ConsentSource.IMPORT, cast.ana)
    assert not ConsentEntry.objects.exclude(record=iva).exists()


def test_an_import_never_lifts_a_refusal(cast: Cast) -> None:
    imported(cast.ana, FILE)
    iva = Contact.objects.get(name="Iva Kos")
    of = imported(cast.ana, "E-mail,Follow email\niva@hrib.example,Allow\n", Duplicates.UPDATE)
    iva.refresh_from_db()
    assert iva.follow_email == FollowEmail.DO_NOT_ALLOW and of.updated == 0


def test_a_refusal_of_a_contact_holds_for_the_lead_that_it_was(cast: Cast) -> None:
    imported(cast.ana, FILE)
    maja = Contact.objects.get(name="Maja Novak")
    lead = Lead.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja", qualified_into=maja)
    imported(cast.ana, "E-mail,Opt out\nmaja@hrib.example,yes\n", Duplicates.UPDATE)
    lead.refresh_from_db()
    assert lead.follow_email == FollowEmail.DO_NOT_ALLOW
    assert set(ConsentEntry.objects.filter(record__in=[maja, lead]).values_list("source", flat=True)) == {"import"}


AGAIN = "E-mail,Last name,Job title,Phone\nmaja@hrib.example,Novak,Director,041 2\nnew@hrib.example,New,,\n"


@pytest.mark.parametrize(
    ("duplicates", "created", "updated", "title", "people"),
    [
        (Duplicates.SKIP, 1, 0, "Buyer", 3),
        (Duplicates.UPDATE, 1, 1, "Director", 3),
        (Duplicates.CREATE, 2, 0, "Buyer", 4),
    ],
)
def test_what_is_there_already_becomes_what_the_user_decides(
    cast: Cast, duplicates: Duplicates, created: int, updated: int, title: str, people: int
) -> None:
    imported(cast.ana, FILE)
    of = imported(cast.ana, AGAIN.replace("041 2", "041 222"), duplicates)
    maja = Contact.objects.filter(emails__key="maja@hrib.example").order_by("pk")[0]
    assert (of.known, of.created, of.updated) == (1, created, updated)
    assert maja.job_title == title and Contact.objects.count() == people
    assert maja.phones.count() == (2 if updated else 1)


def test_a_file_never_takes_anything_from_a_record(cast: Cast) -> None:
    imported(cast.ana, FILE)
    before = Contact.objects.get(name="Maja Novak")
    of = imported(cast.ana, FILE, Duplicates.UPDATE)
    after = Contact.objects.get(pk=before.pk)
    assert of.updated == 0 and (after.version, after.updated_at) == (before.version, before.updated_at)
    assert reach_of(after) == reach_of(before)


def test_mail_that_was_written_before_shows_on_the_new_record(cast: Cast) -> None:
    activity = Activity.objects.create(organisation=cast.lipa, owner=cast.ana, kind="email", subject="Offer")
    message = Message.objects.create(activity=activity, organisation=cast.lipa, owner=cast.ana, state="sent")
    party = Party.objects.create(message=message, organisation=cast.lipa, role="to", address="Maja@hrib.example")
    imported(cast.ana, FILE)
    party.refresh_from_db()
    assert party.record is not None and party.record.name == "Maja Novak" and party.account == Account.objects.get()


def test_records_of_another_organisation_are_not_there(cast: Cast) -> None:
    imported(cast.eva, FILE)
    foreign = Record.objects.of(cast.hrast.pk).get(name="Maja Novak")
    of = checked(cast.ana, f"Odziv ID,Name,E-mail\n{foreign.pk},Maja,maja@hrib.example\n")
    assert (of.new, of.known) == (1, 0)


def test_what_somebody_changed_between_reading_and_writing_is_not_overwritten(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(cast.ana, FILE)
    of = checked(cast.ana, AGAIN)
    asking.go_on(of, Duplicates.UPDATE)
    maja = Contact.objects.get(name="Maja Novak")

    def meanwhile(spool: object, *_rest: object) -> None:
        maja.job_title = "Owner"
        save(maja, user=cast.bor, now=clock.now())

    monkeypatch.setattr("odziv.records.importing.run.write", _after(meanwhile))
    work_on_imports()
    of = fresh(of)
    assert (of.state, of.trouble) == (ImportState.FAILED, FileTrouble.CHANGED)
    assert Contact.objects.get(pk=maja.pk).job_title == "Owner" and not Contact.objects.filter(name="New").exists()


def _after(what: object) -> object:
    from odziv.records.importing.write import write

    def both(*given: object) -> None:
        what(*given)  # type: ignore[operator]
        write(*given)  # type: ignore[arg-type]

    return both


def test_an_undo_removes_what_nobody_touched(cast: Cast) -> None:
    of = imported(cast.ana, FILE + "Tilen,Zore,tilen@zore.example,,Zore,,,,\n")
    tilen = Contact.objects.get(name="Tilen Zore")
    tilen.job_title = "Owner"
    save(tilen, user=cast.ana, now=clock.now())
    assert asking.start_undo(of) and work_on_imports() == 1
    of = fresh(of)
    assert (of.state, of.removed, of.kept) == (ImportState.UNDONE, 3, 2)
    assert set(Record.objects.values_list("name", flat=True)) == {"Tilen Zore", "Zore"}


def test_an_undo_keeps_whom_somebody_wrote_to_or_who_refused(cast: Cast) -> None:
    of = imported(cast.ana, FILE)
    maja, iva = Contact.objects.get(name="Maja Novak"), Contact.objects.get(name="Iva Kos")
    Activity.objects.create(organisation=cast.lipa, owner=cast.ana, kind="task", subject="Call", regarding=maja)
    consent.change(iva, FollowEmail.ALLOW, source=ConsentSource.RECORD, user=cast.ana, now=clock.now())
    asking.start_undo(of)
    work_on_imports()
    assert fresh(of).removed == 0 and Record.objects.count() == 3


def test_rejected_rows_come_back_with_their_cells(cast: Cast) -> None:
    of = imported(cast.ana, FILE)
    first, second = rejected(of)
    assert (first.line, first.cells[2]) == (3, "crt at hrib") and "crt at hrib" in first.reasons[0]
    assert second.reasons == ["The same as line 2."]


def test_columns_are_remembered_for_the_organisation(cast: Cast) -> None:
    of = asking.begin(cast.ana, RecordKind.CONTACT, "a.csv", [b"Naslovnik,Rolle\nMaja,Buyer\n"])
    assert of.columns == ["", ""]
    asking.set_columns(of, ["name", "job_title"], make_accounts=True)
    asking.start_check(of)
    again = asking.begin(cast.bor, RecordKind.CONTACT, "b.csv", [b"Rolle,Naslovnik\nBuyer,Maja\n"])
    foreign = asking.begin(cast.eva, RecordKind.CONTACT, "b.csv", [b"Rolle,Naslovnik\nBuyer,Maja\n"])
    assert again.columns == ["job_title", "name"] and foreign.columns == ["", ""]
    assert KnownColumn.objects.count() == 2


def test_an_owner_is_somebody_of_the_organisation(cast: Cast) -> None:
    text = "Name,Owner\nMaja,Bor\nČrt,eva@hrast.example\nIva,\n"
    of = imported(cast.cene, text)
    assert (of.created, of.rejected) == (2, 1)
    assert Contact.objects.get(name="Maja").owner == cast.bor and Contact.objects.get(name="Iva").owner == cast.cene
    imported(cast.ana, "Name,Owner\nLea,Bor\n")
    assert Contact.objects.get(name="Lea").owner == cast.ana


def test_leads_and_accounts_and_cards_too(cast: Cast) -> None:
    imported(cast.ana, "Ime;Priimek;Podjetje;Stanje\nMaja;Novak;Hrib;Zavrnjena\n", kind=RecordKind.LEAD)
    lead = Lead.objects.get()
    assert (lead.name, lead.company, lead.status) == ("Maja Novak", "Hrib", "disqualified") and lead.closed_at
    imported(cast.ana, "Firma;Ort;Webseite\nHrib GmbH;Graz;hrib.example\n", kind=RecordKind.ACCOUNT)
    assert Account.objects.get().website == "https://hrib.example"
    card = "BEGIN:VCARD\nFN:Jan Kos\nORG:Kos\nEMAIL:jan@kos.example\nPHOTO:data:,x\nEND:VCARD\n"
    of = imported(cast.ana, card)
    assert of.pictures == 1 and Contact.objects.get().account == Account.objects.get(name="Kos")


def test_a_lead_that_is_qualified_elsewhere_is_rejected_when_it_is_new(cast: Cast) -> None:
    of = checked(cast.ana, "Name,Status\nMaja,Qualified\n", RecordKind.LEAD)
    assert of.rejected == 1


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", FileTrouble.EMPTY), (b"Name,E-mail\n", FileTrouble.NO_ROWS), (b"PK\x03\x04xl/", FileTrouble.XLSX),
        (",".join(f"c{n}" for n in range(400)).encode() + b"\nx\n", FileTrouble.COLUMNS),
        (b'Name\n"Maja\n', FileTrouble.QUOTE),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_at_once_and_not_kept(cast: Cast, content: bytes, trouble: FileTrouble) -> None:
    with pytest.raises(Unreadable) as refused:
        asking.begin(cast.ana, RecordKind.CONTACT, "x.csv", [content] if content else [])
    assert refused.value.trouble == trouble and not Import.objects.exists()


def test_a_file_that_breaks_further_down_imports_nothing(cast: Cast) -> None:
    good = "".join(f"M{n},m{n}@hrib.example\n" for n in range(20_000))
    of = checked(cast.ana, f'Name,E-mail\n{good}"never closed,x@y.example\n')
    assert (of.state, of.trouble, of.trouble_at) == (ImportState.FAILED, FileTrouble.QUOTE, "20002")
    assert not Record.objects.exists()


def test_bytes_that_are_no_text_reject_their_row_alone(cast: Cast) -> None:
    of = asking.begin(cast.ana, RecordKind.CONTACT, "a.csv", ["Name\nŽiga\n".encode("cp1250"), b"Bad \x83\x81 byte\n"])
    asking.start_check(of)
    work_on_imports()
    of = fresh(of)
    assert (of.encoding, of.new, of.rejected) == ("cp1250", 1, 1)


def test_it_is_stopped_before_anything_is_written_and_its_file_forgotten(cast: Cast) -> None:
    of = checked(cast.ana, FILE)
    assert asking.stop(of) and not asking.go_on(of, Duplicates.SKIP)
    assert fresh(of).key == "" and work_on_imports() == 0 and not Record.objects.exists()


def test_a_file_that_is_gone_is_said_and_not_stumbled_over(cast: Cast) -> None:
    of = asking.begin(cast.ana, RecordKind.LEAD, "a.csv", [b"Name\nMaja\n"])
    asking.forget_file(of)
    asking.start_check(of)
    work_on_imports()
    assert (fresh(of).state, fresh(of).trouble) == (ImportState.FAILED, FileTrouble.GONE)


def test_after_a_month_the_file_and_its_faults_are_forgotten(cast: Cast) -> None:
    of = imported(cast.ana, FILE)
    kept = asking.begin(cast.ana, RecordKind.LEAD, "b.csv", [FILE.encode()])  # the same content
    Import.objects.filter(pk=of.pk).update(created_at=clock.now() - timedelta(days=31))
    work_on_imports()
    assert fresh(of).key == "" and not ImportFault.objects.exists() and fresh(of).created == 2
    assert sample_of(kept, 1)[1], "the content is another's too"
    assert [row.cells for row in rejected(of)] == []

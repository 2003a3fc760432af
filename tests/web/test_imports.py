"""The pages of an import: file, columns, decision, report; what goes wrong stands where it can be mended (R5)."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.models import Contact, Import, ImportState, User
from odziv.records.importing import asking
from odziv.records.importing.run import work_on_imports
from tests.records.importing.files import imported
from tests.support.cast import Cast
from tests.web.test_records_lists import HOSTILE

FILE = "Ime,Priimek,E-naslov\nMaja,Novak,maja@hrib.example\nČrt,Žagar,crt at hrib\n=1+1,Kos,x\n"

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def upload(client: Client, content: str | bytes, name: str = "people.csv", kind: str = "contact") -> Import | None:
    data = content.encode() if isinstance(content, str) else content
    client.post(reverse("import-new"), {"kind": kind, "file": SimpleUploadedFile(name, data)})
    return Import.objects.order_by("-created_at").first()


def test_a_file_is_imported_step_by_step(cast: Cast, ana: Client) -> None:
    of = upload(ana, FILE)
    assert of is not None and of.columns == ["first_name", "last_name", "email"]
    page = ana.get(of.get_absolute_url()).content.decode()
    assert "Maja Novak" in page and "“crt at hrib” is not an e-mail address." in page
    columns = {"column": ["first_name", "last_name", "email"], "do": "check"}
    ana.post(reverse("import-columns", args=[of.pk]), columns)
    assert "Waiting for the worker" in ana.get(reverse("import-now", args=[of.pk])).content.decode()
    work_on_imports()
    assert ana.get(reverse("import-now", args=[of.pk])).headers["HX-Refresh"] == "true"
    assert "Import the good ones" in ana.get(of.get_absolute_url()).content.decode()
    assert not Contact.objects.exists()
    ana.post(reverse("import-decide", args=[of.pk]), {"do": "go", "duplicates": "skip"})
    work_on_imports()
    assert "Undo the import" in ana.get(of.get_absolute_url()).content.decode()
    assert Contact.objects.get().name == "Maja Novak"


def test_a_file_of_three_hundred_columns_is_matched_on_one_page(
    cast: Cast, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    heads = ["Name", "E-mail", *(f"Extra {number}" for number in range(298))]
    of = upload(ana, f"{','.join(heads)}\nMaja,maja@hrib.example{',x' * 298}\n")
    assert of is not None and of.columns[:3] == ["name", "email", ""]
    with django_assert_max_num_queries(25):
        page = ana.get(of.get_absolute_url()).content.decode()
    assert page.count('name="column"') == 300 and "Extra 297" in page


def test_rejected_rows_are_a_file_that_can_be_mended_and_imported_again(cast: Cast, ana: Client) -> None:
    of = imported(cast.ana, FILE)
    answer = ana.get(reverse("import-rejected", args=[of.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="people-rejected.csv"'
    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["Ime", "Priimek", "E-naslov", "Line", "Reason"]
    assert rows[1] == ["Črt", "Žagar", "crt at hrib", "3", "“crt at hrib” is not an e-mail address."]
    assert rows[2][0] == "'=1+1"
    again = upload(ana, text.replace("crt at hrib", "crt@hrib.example").replace(",x,", ",,"))
    assert again is not None and again.columns == ["first_name", "last_name", "email", "", ""]
    asking.start_check(again)
    work_on_imports()
    again.refresh_from_db()
    assert (again.new, again.rejected) == (2, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."), (b"PK\x03\x04xl/workbook", "This is a workbook of Excel."),
        (b"%PDF-1.4", "something else: PDF"), (b"Name\n", "There is nothing below the head"),
        (b"x," * 400 + b"x\n1\n", "has 401 columns"), (b'Name\n"Maja', "opens in line 2 is never closed"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_beside_the_field(cast: Cast, ana: Client, content: bytes, said: str) -> None:
    file = SimpleUploadedFile("x.csv", content)
    answer = ana.post(reverse("import-new"), {"kind": "lead", "file": file})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and 'value="lead" checked' in page
    assert not Import.objects.exists()


def test_no_file_and_one_that_is_too_large(cast: Cast, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Choose a file." in ana.post(reverse("import-new"), {"kind": "contact"}).content.decode()
    monkeypatch.setattr(asking, "MAX_FILE", 100_000)
    file = SimpleUploadedFile("x.csv", b"Name\n" + b"Maja\n" * 50_000)
    answer = ana.post(reverse("import-new"), {"kind": "contact", "file": file})
    assert answer.status_code == 422 and "The file is larger than" in answer.content.decode()


def test_names_and_cells_are_shown_as_text(cast: Cast, ana: Client) -> None:
    of = upload(
        ana, f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",Name\n{HOSTILE.replace(chr(34), "")},Maja\n', "<b>.csv"
    )
    assert of is not None
    for url in (of.get_absolute_url(), reverse("imports")):
        page = ana.get(url).content.decode()
        assert "<img src=x" not in page and "<b>.csv" not in page


def test_it_is_read_in_another_way_when_the_letters_are_wrong(cast: Cast, ana: Client) -> None:
    of = upload(ana, "Name|Town\nFrank Peče|Mežica\n".encode("cp1250"))
    assert of is not None
    ana.post(reverse("import-columns", args=[of.pk]), {"do": "read", "encoding": "cp1252", "separator": "|"})
    of.refresh_from_db()
    assert (of.encoding, of.has_head, of.columns) == ("cp1252", False, ["", ""])
    assert "Peèe" in ana.get(of.get_absolute_url()).content.decode()
    ana.post(
        reverse("import-columns", args=[of.pk]),
        {"do": "read", "encoding": "cp1250", "separator": "|", "has_head": "1"},
    )
    assert "Peče" in ana.get(of.get_absolute_url()).content.decode()


def test_a_preview_follows_the_columns(cast: Cast, ana: Client) -> None:
    of = upload(ana, FILE)
    assert of is not None
    columns = {"column": ["name", "", "email"], "do": "preview"}
    part = ana.post(reverse("import-columns", args=[of.pk]), columns, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "Maja Novak" not in part and "Maja" in part


def test_columns_that_say_nothing_are_asked_for_again(cast: Cast, ana: Client) -> None:
    of = upload(ana, FILE)
    assert of is not None
    answer = ana.post(reverse("import-columns", args=[of.pk]), {"column": ["", "nonsense"], "do": "check"}, follow=True)
    of.refresh_from_db()
    assert of.state == ImportState.MATCHING and "Say of at least one column" in answer.content.decode()


@pytest.mark.parametrize("what", ["columns", "decide", "undo"])
def test_what_comes_too_late_does_nothing(cast: Cast, ana: Client, what: str) -> None:
    of = imported(cast.ana, FILE)
    asking.start_undo(of)
    before = Import.objects.values().get()
    ana.post(reverse(f"import-{what}", args=[of.pk]), {"do": "go", "duplicates": "create", "column": "email"})
    assert Import.objects.values().get() == before


def test_colleagues_do_not_see_it_an_administrator_does(cast: Cast, client: Client) -> None:
    of = imported(cast.ana, FILE)
    for user, status in ((cast.bor, 404), (cast.cene, 404), (cast.dora, 200)):
        client.force_login(user)
        assert client.get(of.get_absolute_url()).status_code == status
        assert (of.file_name in client.get(reverse("imports")).content.decode()) is (status == 200)


def test_the_list_costs_the_same_however_many(
    cast: Cast, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Import.objects.bulk_create(
        Import(organisation=cast.lipa, user=cast.ana, kind="lead", file_name=f"{n}.csv", state="done")
        for n in range(60)
    )
    with django_assert_max_num_queries(9):
        page = ana.get(reverse("imports"))
    assert len(page.context["page"].rows) == 50 and page.context["page"].older


def test_everything_is_there_in_slovenian(cast: Cast, ana: Client) -> None:
    User.objects.update(language="sl")
    of = upload(ana, FILE)
    assert of is not None and "ni e-poštni naslov" in ana.get(of.get_absolute_url()).content.decode()


@pytest.mark.parametrize("url", ["/today/", "/accounts/", "/contacts/", "/leads/", "/settings/"])
def test_a_newcomer_is_led_there(cast: Cast, ana: Client, url: str) -> None:
    page = ana.get(url).content.decode()
    assert reverse("imports" if url == "/settings/" else "import-new") in page

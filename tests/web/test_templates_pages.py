"""The pages of templates: the list, one template, its versions; put away, copied, deleted (T1, T3, V4, O2, O3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.models import Template, TemplateVersion
from odziv.web.template_words import readable
from tests.compose.support import contact
from tests.support.cast import Cast
from tests.support.templates import add_version, counted, opened, sent_from, template

pytestmark = pytest.mark.django_db

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/templates/?{query}")
    assert answer.status_code == 200
    return [row.title for row in answer.context["page"].rows]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_empty_list_leads_to_the_first_template(ana: Client) -> None:
    page = text_of(ana.get("/templates/"))
    assert 'href="/templates/new/"' in page and "No template yet" in page


def test_each_sees_their_own_and_the_organisations(cast: Cast, ana: Client) -> None:
    template(cast.bor, "Common")
    template(cast.bor, "His own", shared=False)
    template(cast.ana, "Hers", shared=False)
    assert titles(ana) == ["Common", "Hers"]
    assert titles(ana, "view=mine") == ["Hers"]
    assert titles(ana, "whose=all") == ["Common"]
    ana.force_login(cast.dora)
    assert titles(ana, "whose=one") == ["Hers", "His own"]


def test_it_is_searched_and_narrowed(cast: Cast, ana: Client) -> None:
    template(cast.ana, "Žetev", language="sl", category="Ponudbe")
    template(cast.ana, "Visit", language="en", category="ponudbe", subject="A short visit")
    template(cast.ana, "Thanks", language="en")
    assert titles(ana, "q=zetev") == ["Žetev"]
    assert titles(ana, "q=short+visit") == ["Visit"]
    assert titles(ana, "language=en") == ["Thanks", "Visit"]
    assert titles(ana, "category=PONUDBE") == ["Visit", "Žetev"]
    fields = text_of(ana.get("/lists/templates/filters/"))
    assert fields.count('value="ponudbe"') + fields.count('value="Ponudbe"') == 1 and 'value="sl"' in fields


@pytest.mark.parametrize("sort", ["title", "sent", "opened", "replied", "purchases", "recommended", "owner", "changed"])
def test_every_column_sorts(cast: Cast, ana: Client, sort: str) -> None:
    for n, rate in enumerate((0.5, None, 0.25)):
        template(cast.ana, f"T{n}", sent=n, open_rate=rate, recommended=n == 2)
    assert sorted(titles(ana, f"sort={sort}")) == sorted(titles(ana, f"sort=-{sort}")) == ["T0", "T1", "T2"]
    if sort == "opened":
        assert titles(ana, "sort=-opened") == ["T0", "T2", "T1"]  # what nobody knows is last
    if sort == "recommended":
        assert titles(ana, "sort=-recommended")[0] == "T2"


def test_a_list_costs_the_same_however_long(
    cast: Cast, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(60):
        template(cast.bor if n % 2 else cast.ana, f"T{n:02}")
    with django_assert_max_num_queries(9):
        page = ana.get("/templates/")
    assert len(page.context["page"].rows) == 50
    assert len(titles(ana, f"cursor={page.context['page'].older}")) == 10


def test_rates_show_with_what_they_rest_on(cast: Cast, ana: Client) -> None:
    good, plain = template(cast.ana, "Good"), template(cast.ana, "Plain")
    opened(*[sent_from(good, cast.ana) for _ in range(12)])
    for _ in range(12):
        sent_from(plain, cast.ana)
    counted()
    page = text_of(ana.get("/templates/"))
    assert "12 of 12. Likely between" in page and "0 of 12. Likely between" in page
    assert page.count("Better than usual in 12 followed e-mails") == 1
    ana.cookies.clear()
    cast.ana.language = "sl"
    cast.ana.save()
    ana.force_login(cast.ana)
    slovenian = text_of(ana.get("/templates/"))
    assert "12 od 12" in slovenian and "," not in slovenian.partition('class="likely" x="')[2][:12]


def test_with_engagement_off_the_columns_are_empty(cast: Cast, ana: Client) -> None:
    opened(*[sent_from(template(cast.ana), cast.ana) for _ in range(2)])
    cast.lipa.engagement = False
    cast.lipa.save()
    page = text_of(ana.get("/templates/"))
    for column in ("E-mails sent", "Open rate", "Reply rate", "Recommended"):
        assert column in page
    assert "rate-cell" not in page and "Email engagement is off" in page
    assert titles(ana, "recommended=yes") == []


def test_a_little_data_is_neither_praised_nor_buried(cast: Cast, ana: Client) -> None:
    row = template(cast.ana)
    assert "Nothing is known of it yet" in text_of(ana.get(row.get_absolute_url()))
    opened(sent_from(row, cast.ana))
    page = text_of(ana.get(row.get_absolute_url()))
    assert "1 followed e-mail so far; from 10 on it can be recommended" in page


def test_it_shows_what_a_record_would_get(cast: Cast, ana: Client) -> None:
    maja = contact(cast.ana, "Maja <b>Novak", "maja@hrast.example")
    row = template(cast.ana, subject="For {{ recipient.first_name }}", html="<p>Call {{ recipient.phone }}</p>")
    page = text_of(ana.get(f"{row.get_absolute_url()}?record={maja.pk}"))
    assert "For Maja" in page and "Recipient: phone number" in page
    assert row.current is not None
    body = ana.get(f"/templates/versions/{row.current.pk}/body/?record={maja.pk}")
    assert "Call {{ recipient.phone }}" in text_of(body)
    assert "sandbox" in body.headers["Content-Security-Policy"]


def test_nothing_of_its_words_is_markup(cast: Cast, ana: Client) -> None:
    row = template(cast.ana, HOSTILE, subject=HOSTILE, category=HOSTILE, html=f"<p>{HOSTILE}</p>")
    for url in ("/templates/", row.get_absolute_url(), f"{row.get_absolute_url()}edit/"):
        assert "<img src=x" not in text_of(ana.get(url)), url


def test_a_version_is_seen_and_restored_and_that_is_undone(cast: Cast, ana: Client) -> None:
    row = template(cast.ana, subject="Old", html="<p>Old words</p>")
    first = row.current
    assert first is not None
    add_version(row, subject="New", html="<p>New words</p>")
    page = text_of(ana.get(f"/templates/versions/{first.pk}/"))
    assert "This is version 1" in page and "Restore this version" in page
    answer = ana.post(f"/templates/versions/{first.pk}/restore/", follow=True)
    row.refresh_from_db()
    assert row.current is not None and (row.current.number, row.current.html) == (3, "<p>Old words</p>")
    undo = text_of(answer).partition('data-undo="')[2].partition('"')[0]
    ana.post(undo)
    row.refresh_from_db()
    assert row.current is not None and row.current.html == "<p>New words</p>"


def test_putting_away_is_undone_and_keeps_the_figures(cast: Cast, ana: Client) -> None:
    row = template(cast.ana)
    opened(sent_from(row, cast.ana))
    answer = ana.post(f"{row.get_absolute_url()}archive/", follow=True)
    assert titles(ana) == [] and titles(ana, "view=archived") == [row.title]
    ana.post(text_of(answer).partition('data-undo="')[2].partition('"')[0])
    assert titles(ana) == [row.title]
    row.refresh_from_db()
    assert (row.sent, row.opened) == (1, 1)


def test_deleting_takes_the_versions_leaves_the_mail_and_is_undone(cast: Cast, ana: Client) -> None:
    row = template(cast.ana)
    message = sent_from(row, cast.ana)
    answer = ana.post(f"{row.get_absolute_url()}delete/", follow=True)
    assert not Template.objects.exists() and not TemplateVersion.objects.exists()
    message.refresh_from_db()
    assert message.template_version is None
    assert ana.post(text_of(answer).partition('data-undo="')[2].partition('"')[0]).status_code == 204
    message.refresh_from_db()
    counted()
    assert (Template.objects.get().sent, message.template_version) == (1, row.current)


def test_a_copy_is_ones_own(cast: Cast, ana: Client) -> None:
    row = template(cast.bor, "Common", html="<p>Words</p>")
    answer = ana.post(f"{row.get_absolute_url()}copy/")
    made = Template.objects.get(owner=cast.ana)
    assert answer.headers["Location"] == f"/templates/{made.pk}/edit/"
    assert made.current is not None and made.current.html == "<p>Words</p>" and not made.shared


def test_others_look_at_the_organisations_and_change_nothing(cast: Cast, ana: Client) -> None:
    row = template(cast.bor, "Common")
    assert "Make my own copy" in text_of(ana.get(row.get_absolute_url()))
    assert row.current is not None
    assert ana.get(f"{row.get_absolute_url()}edit/").status_code == 404
    for address in ("archive/", "delete/", "edit/"):
        assert ana.post(f"{row.get_absolute_url()}{address}").status_code == 404
    assert ana.post(f"/templates/versions/{row.current.pk}/restore/").status_code == 404
    assert Template.objects.filter(archived_at=None).count() == 1


def test_the_list_of_emails_is_narrowed_to_a_template(cast: Cast, ana: Client) -> None:
    row = template(cast.ana)
    sent_from(row, cast.ana, subject="From it")
    sent_from(template(cast.ana, "Other"), cast.ana, subject="From another")
    page = text_of(ana.get(f"/activities/?template={row.pk}"))
    assert "From it" in page and "From another" not in page


def test_lists_show_the_values_of_a_subject_in_words() -> None:
    assert readable('Our offer for {{ recipient.company | default: "you" }} {{x}}') == "Our offer for [company] {{x}}"
    assert (
        readable("{% if recipient.city %}{{ no.such }}{% endif %}") == "{% if recipient.city %}{{ no.such }}{% endif %}"
    )

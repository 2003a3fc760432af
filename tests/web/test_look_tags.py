"""The tags draw what their stylesheets describe, and nothing of a user's text becomes HTML."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.template import engines
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

EVIL = "<script>alert(1)</script>"


def draw(source: str, path: str = "/", **context: Any) -> str:
    request = RequestFactory().get(path)
    return engines["django"].from_string(source).render(context, request)


def test_an_icon_alone_has_a_name_and_a_tooltip() -> None:
    drawn = draw('{% icon "mail" label=words %}', words='Opens & "more"')
    assert 'role="img" aria-label="Opens &amp; &quot;more&quot;" title="Opens &amp;' in drawn
    assert 'aria-hidden="true"' in draw('{% icon "mail" %}')


def test_a_near_time_can_grow_older_and_a_far_one_cannot() -> None:
    near = draw("{% when at %}", at=timezone.now() - timedelta(minutes=3))
    far = draw("{% when at %}", at=timezone.now() - timedelta(days=3))
    assert "3 min. ago</time>" in near
    assert "data-near=" in near
    assert "data-near" not in far
    assert "title=" in far
    assert draw("{% when nothing %}", nothing=None) == "–"


def test_a_time_of_day_can_be_asked_for_when_far() -> None:
    at = timezone.now() - timedelta(days=40)
    day = date_format(timezone.localtime(at), "j M")
    clock = date_format(timezone.localtime(at), "H:i")
    assert f">{day}" in draw("{% when at %}", at=at)
    assert f" {clock}</time>" in draw("{% when at clock=True %}", at=at)
    assert f" {clock}</time>" in draw("{% when at exact=True %}", at=at)
    assert "min. ago" in draw("{% when at clock=True %}", at=timezone.now() - timedelta(minutes=3))
    assert "min. ago<" not in draw("{% when at exact=True %}", at=timezone.now() - timedelta(minutes=3))


def test_a_figure_tells_people_from_machines() -> None:
    assert "<b>3</b>" in draw("{% count 3 2 %}")
    with translation.override("sl"):
        assert "2 samodejni" in draw("{% count 3 2 %}")
        assert "5 samodejnih" in draw("{% count 0 5 %}")
    assert draw("{% count 0 0 %}") == '<span class="zero">0</span>'


def test_names_stay_text() -> None:
    drawn = draw("{% badge evil %}{% avatar evil %}{{ evil|page_title }}", evil=EVIL)
    assert "<script" not in drawn


class Sample(forms.Form):
    name = forms.CharField(help_text="As on the card")
    keep = forms.BooleanField(required=False)


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    drawn = draw("{% field form.name %}", form=Sample({"name": ""}))
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert "optional" not in drawn


def test_a_check_box_stands_before_its_words() -> None:
    drawn = draw("{% field form.keep %}", form=Sample())
    assert drawn.index("<input") < drawn.index("Keep")


def test_a_head_turns_the_order_and_forgets_the_place() -> None:
    plain = draw('{% sort_head "opens" "Opens" num=True first="down" %}', "/x/?q=a&cursor=9")
    assert 'href="?q=a&amp;sort=-opens"' in plain
    assert "aria-sort" not in plain
    turned = draw('{% sort_head "opens" "Opens" first="down" %}', "/x/", sort="-opens")
    assert 'aria-sort="descending"' in turned
    assert 'href="?sort=opens"' in turned


def test_pages_lead_on_only_where_there_is_more() -> None:
    drawn = draw('{% pager newer="" older="abc" %}', "/x/?q=a")
    assert 'href="?q=a&amp;cursor=abc"' in drawn
    assert 'rel="prev"' not in drawn
    assert "<nav" not in draw("{% pager %}")


def test_a_filter_keeps_the_rest_of_the_query() -> None:
    assert draw('{% query view="mine" cursor=None %}', "/x/?q=a&cursor=4") == "?q=a&amp;view=mine"


def test_bars_are_measured_by_the_largest() -> None:
    drawn = draw(
        '{% include "parts/kpi.html" with icon="mail" label="Opens" value=4 bars=rows %}', rows=[("M", 3), ("J", 1)]
    )
    assert '<meter class="bar" min="0" max="3" value="1"' in drawn


def test_the_page_of_a_row_is_where_django_says() -> None:
    pk = uuid4()
    for name in ("message", "compose", "activity", "account", "contact", "lead", "opportunity"):
        assert draw("{% url_of name pk %}", name=name, pk=pk) == reverse(name, args=[pk])

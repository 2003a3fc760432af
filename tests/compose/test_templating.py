"""Dynamic values: what a template says with them, and what it leaves when one is missing (T1)."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.compose.templating import TemplateFaulty, check, render
from odziv.compose.templating.names import known
from odziv.compose.templating.render import _read, _with_missing

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ sender.name }}</style>"
MAJA = {"recipient": {"first_name": "Maja", "name": "Maja Novak", "job_title": " "}, "account": {"name": "R&D d.o.o."}}


def said(source: str, html: bool = True) -> str:
    return render(source, MAJA, html=html).text


class Reader(HTMLParser):
    """What a browser makes of HTML: its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.elements: list[str] = []  # without the values of their attributes
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.tags += [tag, *(value or "" for _name, value in attrs)]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_values_are_put_in() -> None:
    assert said("<p>Dear {{ recipient.first_name }} of {{account.name}}</p>") == "<p>Dear Maja of R&amp;D d.o.o.</p>"
    assert said("{{ account.name }}: offer", html=False) == "R&D d.o.o.: offer"


def test_a_missing_value_gives_way_to_its_fallback() -> None:
    assert said('Dear {{ recipient.last_name | default: "colleague" | upcase }}') == "Dear COLLEAGUE"
    assert said("{{ recipient.phone | default: recipient.name }}") == "Maja Novak"


def test_what_is_missing_without_fallback_stays_and_is_reported() -> None:
    source = '{{ recipient.phone | upcase }} {{ recipient.job_title }} {{ recipient.phone | append: "&amp;" }}'
    found = render(source, MAJA, html=True)
    assert found.text == source
    assert found.missing == ("recipient.phone", "recipient.job_title")


def test_conditions_ask_whether_a_value_is_known() -> None:
    source = "{% if recipient.phone %}call{% elsif recipient.first_name == 'Maja' %}write{% else %}wait{% endif %}"
    found = render(source, MAJA, html=True)
    assert (found.text, found.missing) == ("write", ())


def test_a_part_can_be_named_repeated_and_commented() -> None:
    assert said("{% assign who = recipient.first_name %}{% for n in (1..3) %}{{ who }}{{ n }} {% endfor %}") == (
        "Maja1 Maja2 Maja3 "
    )
    assert said("{% capture x %}<b>{{ account.name }}</b>{% endcapture %}{{ x }}{% comment %}note{% endcomment %}") == (
        "<b>R&amp;D d.o.o.</b>"
    )


def test_the_editor_may_write_entities_between_the_braces() -> None:
    source = "{{&nbsp;recipient.city | default: &quot;R&amp;D &lt;i&gt;&quot; }}{% if 1 &lt; 2 %}!{% endif %}"
    assert said(source) == "R&amp;D &lt;i&gt;!"


@pytest.mark.parametrize("path", known())
def test_every_value_that_exists_can_be_named(path: str) -> None:
    assert check(f"{{{{ {path} }}}}", html=True) == []
    assert render(f"{{{{ {path} }}}}", {}, html=True).missing == (path,)


@given(st.text() | st.just(HOSTILE))
def test_hostile_names_are_words_and_nothing_else(name: str) -> None:
    source = '<p>Dear {{ recipient.name }}</p><a href="https://a.example/?n={{ recipient.name | url_encode }}">x</a>'
    found = render(source + '<i title="{{ recipient.name }}">', {"recipient": {"name": name}}, html=True)
    read = Reader(found.text)
    assert read.tags[0] == "p"
    assert read.elements == ["p", "a", "i"]
    if name.strip() and "\r" not in name and "\0" not in name:
        assert read.words == f"Dear {name.strip()}x"


def test_a_subject_is_plain_text() -> None:
    assert render("{{ recipient.name }}", {"recipient": {"name": HOSTILE}}, html=False).text == HOSTILE


def test_values_hold_no_templates() -> None:
    found = render("{{ recipient.name }}", {"recipient": {"name": "{{ account.name }}"}, **{}}, html=True)
    assert (found.text, found.missing) == ("{{ account.name }}", ())


def test_both_ways_of_rendering_agree() -> None:
    for source in ("{% for n in (1..3) %}{{ n }}{{ recipient.name }}{% endfor %}{{ 'a' | append: recipient.name }}",):
        template = _read(source, html=True).template
        assert asyncio.run(template.render_async(_with_missing(MAJA))) == said(source)


def test_what_is_checked_renders_with_whatever_values() -> None:
    source = "{% if recipient.name > 3 %}x{% endif %}"
    assert [fault.code for fault in check(source, html=True)] == ["compare"]
    with pytest.raises(TemplateFaulty, match="line 1: These two cannot be compared"):
        said(source)

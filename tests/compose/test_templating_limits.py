"""A template can run nothing: whatever it says, it ends soon, in little memory, with line and cause (T4)."""

from __future__ import annotations

import asyncio
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid.exceptions import LiquidError

from odziv.compose.templating import TemplateFaulty, check, render
from odziv.compose.templating.faults import SENTENCES
from odziv.compose.templating.render import _read, _with_missing

LONG = 'append: "aaaaaaaaaa" '
HOSTILE = {
    "endless loop": ("{% for n in (1..30000000) %}x{% endfor %}", "range"),
    "range made elsewhere": ("{% assign r = (1..30000000) %}{{ r }}", "range"),
    "range without a loop": ("{{ (1..30000000) }}", "range"),
    "range with a value": ("{% for n in (1..recipient.name) %}x{% endfor %}", "range"),
    "loop over text": ("{% for n in recipient.name %}x{% endfor %}", "range"),
    "loops in loops": ("{% for a in (1..100) %}" * 4 + "x" + "{% endfor %}" * 4, "steps"),
    "loops side by side": ("{% for a in (1..100) %}{{ a }}{% endfor %}" * 150, "steps"),
    "limit of a loop": ("{% for a in (1..99999999) limit: 1 %}x{% endfor %}", "range"),
    "a value that doubles": (
        '{% assign s = "aaaaaaaa" %}{% for n in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}', "value",
    ),
    "replacing each letter": ('{{ "aaaaaaaaaa" ' + '| replace: "a", "aaaaaaaaaa" ' * 12 + "}}", "value"),
    "capturing oneself": (
        "{% assign c = 'a' %}" + "{% capture c %}{{ c }}{{ c }}{{ c }}{{ c }}{% endcapture %}" * 60, "value",
    ),
    "more than may come out": ("{% for n in (1..100) %}" + "é" * 400_000 + "{% endfor %}", "output"),
    "too long": ("x" * 500_001, "too-long"),
    "too many": ("{{ recipient.name }}" * 501, "too-many"),
    "too deep": ("{% if true %}" * 200 + "{% endif %}" * 200, "deep"),
    "a deep expression": ("{% if " + "1==" * 155 + "1 %}x{% endif %}", None),
    "a deep path": ("{{ " + "a[" * 120 + "b" + "]" * 120 + " }}", "unknown"),
    "openings without end": ("{{" * 200_000, "unclosed"),
    "tags without end": ("{% if " * 80_000, "unclosed"),
    "spaces without end": ("{{" + " " * 499_000 + "}}", "long-braces"),
    "spaces again and again": (("{{" + " " * 480 + "x }}") * 499, "unknown"),
    "raw again and again": ("{% raw %}" * 400, "tag"),
    "comments in comments": ("{% comment %}" * 400, "unended"),
    "an attribute of Python": ("{{ recipient.__class__ }}", "unknown-near"),
    "a class by brackets": ('{{ recipient["__class__"]["__mro__"] }}', "unknown-near"),
    "a method of text": ("{{ recipient.name.format }}", "unknown-near"),
    "built-in names": ("{{ __builtins__ }}{{ self }}{{ now }}", "unknown"),
    "include": ('{% include "x" %}', "tag"),
    "render": ("{% render 'x' %}", "tag"),
    "import": ("{% import 'os' %}", "tag"),
    "extends": ("{% extends 'x' %}", "tag"),
    "liquid": ("{% liquid\n echo 1 %}", "tag"),
    "tablerow": ("{% tablerow n in (1..9) %}x{% endtablerow %}", "tag"),
    "lists": ('{{ "a" | split: "" | join: "b" }}', "filter"),
    "huge numbers": ("{{ 1 | times: 99999999999999999999 }}", "filter"),
    "a huge length": ("{{ recipient.name | truncate: " + "9" * 400 + " }}", None),
    "a huge number": ("{{ " + "9" * 490 + " }}", None),
    "tags hidden in entities": ("{{ &#125;&#125;{% include x %} }}", "braces"),
    "a value in a script": ("<script>f('{{ recipient.name }}')</script>", "in-script"),
    "a value in a style": ("<style>p{ {{ recipient.name }} }</style>", "in-script"),
    "a value as an attribute": ("<a {{ recipient.name }}>x</a>", "in-tag"),
    "a value without quotes": ("<a title={{ recipient.name }}>x</a>", "in-tag"),
    "a value in a handler": ("<a onclick=\"f('{{ recipient.name }}')\">x</a>", "event"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "code"), HOSTILE.values(), ids=HOSTILE)
def test_it_ends_soon_in_little_memory(source: str, code: str | None) -> None:
    began = time.process_time()
    faults = check(source, html=True)
    assert time.process_time() - began < 1
    assert [fault.code for fault in faults][:1] == ([code] if code else [])
    tracemalloc.start()
    try:
        check(source, html=True)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["a value that doubles", "more than may come out"])
def test_the_other_way_of_rendering_has_the_same_limits(name: str) -> None:
    template = _read(HOSTILE[name][0], html=True).template
    with pytest.raises(LiquidError):
        asyncio.run(template.render_async(_with_missing({})))


def test_a_fault_names_its_line_what_stands_there_and_the_cause() -> None:
    source = "<p>Dear\n{{ recipient.name }},</p>\n<p>for {{ recipient.fist_name }}</p>\n{% if account.name %}"
    with pytest.raises(TemplateFaulty) as refused:
        render(source, {}, html=True)
    (fault,) = refused.value.faults
    assert (fault.line, fault.excerpt) == (4, "{% if account.name %}")
    assert fault.sentence == "“if” is never ended; put {% endif %} where it ends."
    (fault,) = check(source + "{% endif %}", html=True)
    assert (fault.line, fault.excerpt) == (3, "<p>for {{ recipient.fist_name }}</p>")
    assert fault.sentence == "There is no value recipient.fist_name. Is recipient.first_name meant?"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ recipient.<b>name</b> }}", "cut"), ("{{ }}", "syntax"), ('{{ "a }}', "syntax"), ("{% %}", "syntax"),
        ("{% else %}", "unbegun"), ("{% if 1 %}{% endfor %}", "unbegun"),
        ("{{ recipient.name | upcse }}", "filter-near"),
        ("{{ recipient.name | upcase: 3 }}", "arguments"), ('{{ recipient.name | truncate: "x" }}', "arguments"),
        ("{{ recipient }}", "unknown-near"), ("{{ recipient.name", "unclosed"), ("{{ forloop.index }}", "unknown"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_cause(source: str, code: str) -> None:
    assert check(source, html=True)[0].code == code


PIECES = st.sampled_from(
    ["{{", "}}", "{%", "%}", " if ", "endif", " for ", "n in (1..9)", "endfor", "recipient.name", "|", "default:", '"',
     "'", "<p>", "</p>", "<a href=\"", "\">", "&nbsp;", "&#123;", "\n", "-", "(", ")", "..", "9", "[", "]", ",",
     "capture x", "endcapture", "{{ recipient.name }}", "{% if account.name %}", "{% endif %}", "\u2028", "é"]
)  # fmt: skip


@pytest.mark.slow
@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join), st.booleans())
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_is_refused_in_words_or_can_be_rendered(source: str, html: bool) -> None:
    faults = check(source, html=html)
    for fault in faults:
        assert fault.sentence and fault.code in SENTENCES and 1 <= fault.line <= source.count("\n") + 1
    if not faults:
        render(source, {"recipient": {"name": "<Maja>"}}, html=html)

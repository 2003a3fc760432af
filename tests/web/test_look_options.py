"""The options of a <select> are as Django draws them, in a fraction of the time."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.test.html import parse_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from odziv.web.forms.choices import Many, ManySelect

CHOICES = [
    ("", "–"),
    ("sl", 'Slovenian "é" & <b>'),
    (7, gettext_lazy("Cancel")),
    ("Near", [("AT", "Avstrija"), ('x"><script>', mark_safe("<i>safe</i>"))]),
    (None, "None"),
]


class _Marked(forms.Select):
    def create_option(self, *args: object, **kwargs: object) -> dict[str, object]:
        made = super().create_option(*args, **kwargs)  # type: ignore[arg-type]
        made["attrs"] |= {"data-one": 'a"b', "disabled": made["value"] == "AT"}
        return made


def test_they_are_as_django_draws_them() -> None:
    for widget in (forms.Select(choices=CHOICES), forms.SelectMultiple(choices=CHOICES), _Marked(choices=CHOICES)):
        for value in (None, "sl", 7, ["AT", "sl"]):
            ours = widget.render("one", value, {"id": "x"}, renderer=TemplatesSetting())
            django = widget.render("one", value, {"id": "x"}, renderer=DjangoTemplates())
            assert "data-one" not in ours or 'data-one="a&quot;b"' in ours
            assert parse_html(ours) == parse_html(django)


def test_a_long_list_is_drawn_the_same() -> None:
    pairs = [("", "–"), ("SI", "Slovenija"), ("AT", '"Avstrija" & <b>')]
    for value in (None, "", "AT", "XX"):
        long, plain = (
            kind(label="One", required=False, choices=given, widget=widget)
            for kind, given, widget in (
                (forms.ChoiceField, Many(lambda: pairs), ManySelect),
                (forms.ChoiceField, pairs, forms.Select),
            )
        )
        drawn = [field.widget.render("one", value, {"id": "x"}, renderer=TemplatesSetting()) for field in (long, plain)]
        assert drawn[0] == drawn[1]
        assert value == "XX" or long.clean(value) == plain.clean(value)
        with pytest.raises(forms.ValidationError):
            long.clean("XX")

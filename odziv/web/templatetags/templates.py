"""Tags of the pages of templates: a rate as a bar with its likely range, why one is recommended (V4, T3)."""

from __future__ import annotations

from typing import Literal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from odziv.models import Template
from odziv.web import template_words
from odziv.web.template_words import Rate, percent

register = template.Library()


@register.simple_tag
def rate_bar(rate: Rate | Literal[""]) -> SafeString | str:
    """The rate as a figure, and a bar from 0 to 100 %: the likely range, the rate in it, and what is usual."""
    if not rate:
        return ""
    low, high = percent(rate.low), percent(rate.high)
    # Numbers in SVG are no words: they never take the page's decimal comma.
    drawn = format_html(
        '<svg class="rate-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" y="3" width="100" height="4"/><rect class="likely" x="{}" y="3" width="{}" height="4"/>'
        '<rect class="usual" x="{}" width="1" height="10"/>'
        '<rect class="rate" x="{}" y="1" width="2.5" height="8"/></svg>',
        str(low),
        str(max(high - low, 1)),
        str(percent(rate.usual)),
        str(min(percent(rate.rate), 97)),
    )
    return format_html(
        '<span class="rate-cell" title="{0}"><b>{1} %</b>{2}<span class="visually-hidden">{0}</span></span>',
        rate.says,
        percent(rate.rate),
        drawn,
    )


@register.filter
def rates(shown: Template) -> dict[str, Rate]:
    """{{ template|rates }}: by opened, replied, purchases."""
    return template_words.rates_of(shown)


@register.filter
def reason(shown: Template) -> str:
    """Why it is recommended, or what is known of it."""
    return template_words.reason(shown)


@register.filter
def value_words(written: str) -> str:
    """recipient.first_name in words."""
    return template_words.value_words(written)


@register.filter
def readable(written: str) -> str:
    """A subject with its values in words, for lists: Our offer for [company]."""
    return template_words.readable(written)

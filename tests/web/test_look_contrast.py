"""Colours are far enough apart in both themes (WCAG 2.2, 1.4.3 for words, 1.4.11 for borders and symbols)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path("odziv/web/static/odziv/css/tokens.css").read_text()
COLOURS = dict(re.findall(r"--([\w-]+): (light-dark\(#\w{6}, #\w{6}\)|#\w{6});", TOKENS))
THEMES = ("light", "dark")
GROUNDS = ("ground", "surface", "sunken", "raised", "hover")
TONES = ("accent", "green", "blue", "amber", "red")


def colour(name: str, theme: str) -> str:
    found = re.findall(r"#(\w{6})", COLOURS[name])
    return found[-1] if theme == "dark" else found[0]


def luminance(rgb: str) -> float:
    """WCAG's relative luminance."""
    channels = (int(rgb[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, theme: str) -> float:
    bright, dim = sorted((luminance(colour(one, theme)), luminance(colour(other, theme))), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("words", ["text", "muted", *TONES])
def test_words_stand_out_from_every_ground(words: str, ground: str, theme: str) -> None:
    assert contrast(words, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tone", TONES)
def test_a_tone_and_plain_words_can_be_read_on_its_soft_form(tone: str, theme: str) -> None:
    assert contrast(tone, f"{tone}-soft", theme) >= 4.5
    assert contrast("text", f"{tone}-soft", theme) >= 4.5
    assert contrast("muted", f"{tone}-soft", theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_on_the_filled_accent(theme: str) -> None:
    assert contrast("on-accent", "accent-fill", theme) >= 4.5
    assert contrast("on-accent", "accent-fill-strong", theme) >= 4.5
    assert contrast("accent-strong", "accent-soft", theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_a_control_can_be_made_out(ground: str, theme: str) -> None:
    assert contrast("line-strong", ground, theme) >= 3

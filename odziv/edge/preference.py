"""The page on which a recipient says that they do not want to be followed, without signing in (L2, RFC 8058)."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from odziv.edge import answers
from odziv.edge.answers import Answer

_PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem;
color:#223;background:#fff;overflow-wrap:anywhere}}h1{{font-size:1.5rem;line-height:1.3}}button{{font:inherit;
font-weight:600;padding:.6rem 1.2rem;border:0;border-radius:.5rem;background:#7b2a62;color:#fff;cursor:pointer}}
button:focus-visible{{outline:3px solid #223;outline-offset:3px}}
@media(prefers-color-scheme:dark){{body{{color:#dde;background:#161a20}}button:focus-visible{{outline-color:#dde}}}}</style>
</head><body><main>{content}</main></body></html>
"""


class _Words(NamedTuple):
    title: str
    heading: str
    told: tuple[str, ...]
    button: str
    done_title: str
    done: tuple[str, ...]
    failed_title: str
    failed: str


_WORDS = {
    "en": _Words(
        "Following of e-mails",
        "E-mails of {name}",
        (
            "{name} sees whether and when you open its e-mails, which links you click and which attachments you view, "
            "with the kind of device and the country. Your network address is not kept.",
            "You can say no. Then its e-mails reach you as before, and nothing of that is recorded any more.",
        ),
        "Do not follow e-mails to me",
        "It is done",
        (
            "{name} does not follow e-mails to you any more. What you do with those that you have already got is not "
            "recorded any more either.",
            "Should you change your mind, tell the person who writes to you.",
        ),
        "It could not be kept just now",
        "Your answer was not recorded, for a fault on our side. Please try again in a few minutes.",
    ),
    "sl": _Words(
        "Spremljanje e-pošte",
        "E-pošta: {name}",
        (
            "{name} vidi, ali in kdaj odprete njihova e-sporočila, katere povezave kliknete in katere priloge si "
            "ogledate, z vrsto naprave in državo. Vaš omrežni naslov se ne hrani.",
            "Lahko rečete ne. Njihova e-sporočila boste prejemali kot doslej, nič od tega pa se ne bo več beležilo.",
        ),
        "Ne spremljajte e-pošte, poslane meni",
        "Urejeno",
        (
            "{name} odslej ne spremlja več e-pošte, poslane vam. Tudi tega, kar počnete s sporočili, ki ste jih že "
            "prejeli, ne beležijo več.",
            "Če si premislite, to povejte osebi, ki vam piše.",
        ),
        "Trenutno tega ni bilo mogoče shraniti",
        "Zaradi napake na naši strani vaš odgovor ni zabeležen. Prosimo, poskusite znova čez nekaj minut.",
    ),
}


def asks(language: str, name: str) -> Answer:
    """What is followed, and the button that says no. Looking at it changes nothing."""
    words = _words(language)
    button = f'<form method="post"><button>{escape(words.button)}</button></form>'
    return _answer("200 OK", language, words.title, words.heading, words.told, name, button)


def done(language: str, name: str) -> Answer:
    """The refusal is durable."""
    words = _words(language)
    return _answer("200 OK", language, words.done_title, words.done_title, words.done, name)


def failed(language: str, name: str) -> Answer:
    """The refusal could not be kept: the recipient has to know."""
    words = _words(language)
    button = f'<form method="post"><button>{escape(words.button)}</button></form>'
    return _answer(
        "503 Service Unavailable", language, words.failed_title, words.failed_title, (words.failed,), name, button
    )


def _words(language: str) -> _Words:
    return _WORDS.get(language, _WORDS["en"])


def _answer(
    status: str, language: str, title: str, heading: str, told: tuple[str, ...], name: str, more: str = ""
) -> Answer:
    lines = "".join(f"<p>{escape(line.format(name=name))}</p>" for line in told)
    content = f"<h1>{escape(heading.format(name=name))}</h1>{lines}{more}"
    lang = language if language in _WORDS else "en"
    document = _PAGE.format(lang=lang, title=escape(title), content=content)
    return answers.page(
        status, document, policy="form-action 'self'; frame-ancestors 'none'", referrer_policy="no-referrer"
    )

"""Quotations and signatures are folded away, and nothing is folded to nothing (P3)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odziv.replies.kinds import visible_text

QUOTATIONS = {
    "sl-gmail": "V V pon., 3. maj 2021 ob 10:12 je oseba Janez Novak <j@x.si> napisala:\n\n> Pozdravljeni",
    "sl-apple": "Dne 3. 5. 2021 ob 10:12 je Janez Novak napisal(a):\n> Pozdravljeni",
    "sl-outlook": "Od: Janez Novak <j@x.si>\nPoslano: 3. maj 2021 10:12\nZa: Ana\nZadeva: Ponudba\n\nPozdravljeni",
    "sl-original": "-----Izvirno sporočilo-----\nOd: Janez\n\nPozdravljeni",
    "sl-telephone": "Poslano iz mojega iPhona\n\nDne 3. maj 2021 ob 10:12 je Ana <a@x.si> napisala:\n\nPozdravljeni",
    "en": "On Mon, May 3, 2021 at 10:12 AM Janez <\nj@x.si> wrote:\n\n> Hello",
    "de": "Am 03.05.2021 um 10:12 schrieb Hans <h@x.de>:\n> Hallo",
    "de-outlook": "Von: Hans <h@x.de>\nGesendet: Montag, 3. Mai 2021 10:12\nAn: Ana\nBetreff: Angebot\n\nHallo",
    "fr": "Le lun. 3 mai 2021 à 10:12, Jean <j@x.fr>\na écrit :\n\nBonjour",
    "es": "El lun, 3 may 2021 a las 10:12, Juan (<j@x.es>) escribió:\n\n> Hola",
    "it": "Il giorno lun 3 mag 2021 alle ore 10:12 Gianni <g@x.it> ha scritto:\n\n> Ciao",
    "hr": "Dana 3. svibnja 2021. u 10:12 korisnik Ivan <i@x.hr> napisao je:\n\nBok",
    "nl": "Op ma 3 mei 2021 om 10:12 schreef Jan <j@x.nl>:\n\n> Hallo",
    "pt": "Em seg., 3 de mai. de 2021 às 10:12, João <j@x.pt> escreveu:\n\n> Olá",
    "pl": "pon., 3 maj 2021 o 10:12 Jan <j@x.pl> napisał(a):\n\n> Cześć",
    "cs": "po 3. 5. 2021 v 10:12 odesílatel Jan <j@x.cz> napsal:\n\n> Ahoj",
    "sv": "Den mån 3 maj 2021 kl 10:12 skrev Jan <j@x.se>:\n\n> Hej",
    "pl-apple": "Wiadomość napisana przez Jan <j@x.pl> w dniu 3 maj 2021, o godz. 10:12:\n\n> Cześć",
    "hu": "Jan <j@x.hu> ezt írta (időpont: 2021. máj. 3., H, 10:12):\n\n> Szia",
    "ro": "Pe 3 mai 2021, Jan <j@x.ro> a scris:\n> Salut",
    "fi": "ma 3. toukok. 2021 klo 10.12 Jan (j@x.fi) kirjoitti:\n\n> Hei",
    "zoho": "---- On Mon, 03 May 2021 10:12:00 +0200 Jan <j@x.si> wrote ----\n\nHello",
    "horde": "Quoting Jan <j@x.si>:\n\n> Hello",
    "ru": "пн, 3 мая 2021 г. в 10:12, Иван <i@x.ru>:\n\n> Привет",
}


@pytest.mark.parametrize("quotation", QUOTATIONS.values(), ids=QUOTATIONS.keys())
def test_what_is_answered_is_folded_away(quotation: str) -> None:
    assert visible_text(f"Velja, hvala.\n\nLp, Ana\n\n{quotation}\n") == "Velja, hvala.\n\nLp, Ana"


@pytest.mark.parametrize(
    "text",
    [
        "Poslali smo vam paket.\n\nPoslano po pošti včeraj.",
        "From: Ljubljana\nTo: Zagreb\n\nCan you carry it?",
        "As Peter wrote:\nplease call.",
        "Meet on 3 May at 10:12:\nthe agenda follows.",
        "> your question\n\nMy answer.",
        "Points:\n----\n\n1. one\n----\n\nDone.",
    ],
)
def test_what_only_looks_so_stays(text: str) -> None:
    assert visible_text(text) == text


def test_answers_between_quotations_stay() -> None:
    text = "On 3 May 2021, Bor <b@x.si> wrote:\n> When?\n\nOn Monday.\n\n> Where?\n\nAt ours.\n"
    assert visible_text(text) == "On Monday.\n\n> Where?\n\nAt ours."


def test_what_is_sent_on_is_shown() -> None:
    text = "FYI\n\n---------- Forwarded message ---------\nFrom: Bor <b@x.si>\nDate: 3 May\nSubject: X\nTo: Ana\n\nText"
    assert visible_text(text) == text


@pytest.mark.parametrize(
    "text", ["> all\n> quoted", "-- \nAna", "Sent from my iPhone", "On 3 May 2021, B <b@x.si> wrote:\n> x"]
)
def test_nothing_is_folded_to_nothing(text: str) -> None:
    assert visible_text(text).strip()


@pytest.mark.parametrize(
    "html",
    [
        '<div>Da</div><div class="gmail_quote"><div>On 3 May, B wrote:</div><blockquote>Hi</blockquote></div>',
        "<p>Da</p><blockquote type=cite>Hi</blockquote>",
        '<p>Da<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Od: B</div><div>Hi</div>',
        "<p>Da</p><!-- <p>hidden --><style>p {}</style><div style='display: none'>hidden</div>",
        '<p>Da</p><div class="gmail_signature">Ana Novak</div>',
        "<div>Da<br><hr><b>From:</b> b@x.si<br><b>Sent:</b> 3 May<br><b>Subject:</b> X<br><br>Hi</div>",
    ],
)
def test_html_is_folded_by_what_mail_programs_wrap_it_in(html: str) -> None:
    assert visible_text("", html) == "Da"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400))
def test_any_text_keeps_something(text: str) -> None:
    shown = visible_text(text, text)
    assert bool(shown) == bool(visible_text("", text) if not text.strip() else text.strip("\n").rstrip())


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["On 1 Jan 2020 a@b.c\n", "From: a@b\n", "> a\n", "--\n", "a@", "<div>", "<!--", "<", "a ", "\n"]
)
def test_the_work_is_linear(piece: str) -> None:
    text = "x\n" + piece * (100_000 // len(piece))
    begun = time.process_time()
    visible_text(text)
    visible_text("", text)
    assert time.process_time() - begun < 5  # a quadratic step takes minutes

"""A message is planned once and each copy costs next to nothing: shares of what a plain look at it costs."""

import time
from collections.abc import Callable
from html.parser import HTMLParser
from uuid import uuid4

import pytest

from odziv.instrument import plan_html, plan_text
from odziv.instrument.plan import Plan
from odziv.lib.addresses import EdgeAddresses
from tests.instrument.support import ANA, EDGE, KEYS, RULES
from tests.support import corpora


def message() -> str:
    """A newsletter with Outlook's conditionals, 60 kB, 40 followed links."""
    head, *rest = corpora.html("colorlib-08.html").split('href="#"')
    for number, piece in enumerate(rest):
        head += f'href="https://www.example.com/path/{number}?utm_source=mail&amp;utm_campaign=x"{piece}'
    more = "".join(
        f'<p class="b"><a href="https://x.example/{number}?a=b&amp;c=d" style="color:red">x</a></p>'
        for number in range(len(rest), 40)
    )
    text = "beseda " * ((60_000 - len(head) - len(more)) // 7)
    return head.replace("</body>", f"{more}<p>{text}</p></body>")


def render(plan: Plan) -> str:
    return plan.render(EdgeAddresses(EDGE, KEYS, ANA, uuid4()))


def quickest(do: Callable[[], object], runs: int = 5) -> float:
    """Seconds of processor time; the least of some runs, because others use this machine too."""
    times = []
    for _ in range(runs):
        started = time.process_time()
        do()
        times.append(time.process_time() - started)
    return min(times)


def share(do: Callable[[], object], html: str, runs: int) -> float:
    """What it costs beside a look at each tag of the same text by the standard library (5 ms), measured in turns."""

    def looked_at() -> None:
        parser = HTMLParser()
        parser.feed(html)
        parser.close()

    rounds = [(quickest(do, runs), quickest(looked_at, 3)) for _ in range(10)]
    return min(ours for ours, _ in rounds) / min(theirs for _, theirs in rounds)


@pytest.mark.slow
def test_a_message_is_planned_and_rendered_in_less_time_than_its_tags_are_looked_at() -> None:
    html = message()
    assert 59_500 < len(html) < 60_500
    assert sum(link.followed for link in plan_html(html, rules=RULES).links) == 40
    assert share(lambda: render(plan_html(html, rules=RULES)), html, 5) < 0.9


@pytest.mark.slow
def test_a_further_copy_costs_a_tenth() -> None:
    html = message()
    plan = plan_html(html, rules=RULES)
    assert share(lambda: render(plan), html, 20) < 0.1


def test_plain_text_costs_less_than_html() -> None:
    text = ("Pozdravljeni, poglejte https://x.example/pot?a=b&c=d (in še kaj).\n" + "beseda " * 200 + "\n") * 40
    assert share(lambda: render(plan_text(text, rules=RULES)), message(), 3) < 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    "<a href='https://x/'>|<p>besedilo |<img src=cid:a>|<p style='x:url(cid:a)'>|cid:|&amp;|<a href='{{|"
    "<a href='%7B%7B%20|<style>url( |background=|<a href='&#65;&#65;&#65;&#65;".split("|"),
)
def test_a_large_paste_is_planned_in_seconds(piece: str) -> None:
    html = piece * (2_000_000 // len(piece))
    assert quickest(lambda: render(plan_html(html, rules=RULES)), runs=1) < 20


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["http://a](", "https://a ", "http://a)", "http://a" + "]" * 5000, "https://a\n", "word "]
)
def test_a_large_text_is_planned_in_seconds(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert quickest(lambda: render(plan_text(text, rules=RULES)), runs=1) < 20


@pytest.mark.slow
def test_a_paste_of_25_megabytes_is_planned_in_seconds() -> None:
    html = message() * 400
    assert quickest(lambda: plan_html(html, rules=RULES), runs=1) < 10

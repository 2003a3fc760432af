"""Real HTML mails and known nasty links come out as their labels say."""

from typing import Any

import pytest

from odziv.instrument import Rules, plan_html, plan_text
from odziv.instrument.plan import Plan
from tests.instrument.support import EDGE, RULES, real, redirected, undone
from tests.support import corpora


@pytest.mark.parametrize("case", corpora.html_cases(), ids=lambda case: case["file"])
def test_a_whole_mail(case: dict[str, Any]) -> None:
    html = corpora.html(case["file"])
    plan = plan_html(html, rules=RULES)
    expected = [(link["decoded"], link["expect"] == "rewrite") for link in case["links"]]
    assert [(link.address, link.followed) for link in plan.links] == expected
    copy = plan.render(real())
    assert undone(plan, copy) == html
    again = [link for link in plan_html(copy, rules=RULES).links if link.reason == "own"]
    assert [redirected(link.address) for link in again] == [address for address, followed in expected if followed]
    assert bool(plan.problems) == any(link["kind"] == "placeholder" for link in case["links"])


def _plan(case: dict[str, Any]) -> Plan:
    options = case.get("options", {})
    rules = Rules(
        edge_url=f"https://{options.get('tracking_host', 't.example')}",
        leave_alone=frozenset(options.get("do_not_track", ())),
        links=options.get("clicks", True),
        beacon=options.get("opens", True),
    )
    if case["kind"] == "text":
        return plan_text(case["input"], rules=rules)
    return plan_html(case["input"], rules=rules)


CASES = [case for case in corpora.link_cases() if case["kind"] in ("html", "text")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_nasty_link(case: dict[str, Any]) -> None:
    plan = _plan(case)
    copy = plan.render(real())
    assert undone(plan, copy) == case["input"]
    followed = [link.address for link in plan.links if link.followed]
    unsure = set(case.get("policy", ())) | {link.address for link in plan.links} - set(case["must_rewrite"])
    assert [address for address in followed if address not in unsure] == case["must_rewrite"]
    assert not set(followed) & set(case["must_keep"])
    for kept in case["must_keep"]:
        assert kept in copy
    if "beacon" in case:
        assert (f"{EDGE}/o/" in copy) == case["beacon"]

"""The beacon stands where the page shows it, and is seen by nobody (I1)."""

import pytest

from odziv.instrument import Rules, plan_html
from tests.instrument.support import EDGE, READABLE, RULES


@pytest.mark.parametrize(
    "html",
    [
        "<p>a</p>@",
        "<html><body><p>a</p>@</body></html>",
        "<HTML><BODY>a@</BODY\n></HTML>",
        "<body>a</body>b@</body>c",
        "<p>a</p>@</html>",
        "<p>a</p><!-- </body> --><p>b</p>@",
        "<p>a</p>@</body><!-- </body> -->",
        "<style></body></style>a@",
        "<script>'</body>'</script>a@</body>",
        "<title></body></title>a@",
        "a<!--[if mso]></body><![endif]-->@",
        "a<![if !mso]>@</body><![endif]>",
        "<p title='</body>'>a@",
        "a@<!-- never closed",
        "a@<a href='never closed",
        "a@<style>never closed",
        "a@<plaintext>b",
        "a@</body><!-- never closed",
        "<svg>@</body>",
        "@",
        "\ufeff<p>č</p>\r\n@</body>\r\n",
    ],
)
def test_it_stands_at_the_end_of_what_is_shown(html: str) -> None:
    before, after = html.split("@")
    copy = plan_html(before + after, rules=RULES).render(READABLE)
    assert copy.startswith(before) and copy.endswith(after)
    beacon = copy[len(before) : len(copy) - len(after)]
    assert beacon.startswith(f'<img src="{EDGE}/o/BEACON.gif" alt="" width="1" height="1"')
    assert "display:none" not in beacon
    assert beacon.isascii() and beacon.count("<") == 1


def test_it_can_be_left_out() -> None:
    plan = plan_html("<p>a", rules=Rules(EDGE, beacon=False))
    assert (plan.beacon, plan.render(READABLE)) == (False, "<p>a")

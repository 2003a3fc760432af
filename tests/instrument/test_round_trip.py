"""Whatever the address and whatever the body: redirects give the address back, and nothing else changes (I2, I3)."""

from hypothesis import example, given
from hypothesis import strategies as st

from odziv.instrument import FollowedFile, plan_html, plan_text
from odziv.instrument.rules import cleaned
from odziv.lib.html import encode
from odziv.lib.html.attributes import Quote
from tests.instrument.support import PICTURE, RULES, real, redirected, undone

HOSTS = st.sampled_from(["x.example", "žaba.example", "xn--aba-6va.example", "[::1]", "u:p@x.example:8443", "1.2.3.4"])
TAILS = st.text(min_size=0, max_size=60)
URLS = st.builds(
    "{}{}{}{}".format, st.sampled_from(["https://", "http://", "HTTP://", "//"]), HOSTS, st.just("/"), TAILS
)


@given(URLS, st.sampled_from(['"', "'", ""]))
@example("https://x.example/?a&copy=1&amp;b", "")
@example("https://x.example/\"'<>` \u00a0\u2028", '"')
def test_redirect_of_instrumented_is_the_address(url: str, quote: Quote) -> None:
    plan = plan_html(f"<a href={quote}{encode(url, quote)}{quote}>x</a>", rules=RULES)
    (link,) = plan.links
    assert link.address == cleaned(url.replace("\r\n", "\n").replace("\0", "\ufffd"))
    if link.followed:
        copy = plan.render(real())
        (found,) = (one.address for one in plan_html(copy, rules=RULES).links)
        assert redirected(found) == link.address
    else:
        assert link.reason in ("control", "placeholder", "unsubscribe")


SAFE = st.text(
    alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~/?#&=%+;:@,.!'()", max_size=60
)


@given(HOSTS, SAFE)
def test_every_clean_address_is_followed_in_text(host: str, tail: str) -> None:
    address = f"https://{host}/{tail}"
    plan = plan_text(f"<{address}>", rules=RULES)
    (link,) = plan.links
    assert link.address == address
    if link.followed:
        assert redirected(plan.render(real())[1:-1]) == address
    else:
        assert link.reason in ("placeholder", "unsubscribe")


PIECES = st.sampled_from(
    "<a href=|<area href='|<img src=\"cid:a\" |<td background=cid:a |<p style='x:url(cid:a)'>|<v:fill src=|"
    "https://x.example/|http://y|'|\"|>|/>| |=|&amp;|&#|\n|\r\n|\0|\ud800|č|<!--|-->|<!--[if mso]>|<![endif]-->|"
    "<style>|url(cid:a)|</style>|<svg>|</svg>|</body>|</html>|<title>|</title>|cid:a|{{|[|](|)|(|<|<script>|</script>|srcset='cid:a'".split(
        "|"
    )
)
BODIES = st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join)


@given(BODIES)
def test_any_html_is_planned_and_only_planned_places_change(html: str) -> None:
    plan = plan_html(html, rules=RULES, images={"a": PICTURE}, files=[FollowedFile(0, PICTURE)])
    ends = [0, *(edit.end for edit in plan.edits)]
    assert all(end <= edit.start <= edit.end for end, edit in zip(ends, plan.edits, strict=False))
    assert undone(plan, plan.render(real())) == html
    assert sum(link.followed for link in plan.links) == sum(not link.reason for link in plan.links)


@given(BODIES)
def test_any_text_is_planned_and_only_planned_places_change(text: str) -> None:
    plan = plan_text(text, rules=RULES, files=[FollowedFile(0, PICTURE)])
    assert undone(plan, plan.render(real())) == text


@given(BODIES)
def test_a_followed_copy_is_not_followed_again(html: str) -> None:
    plan = plan_html(html, rules=RULES)
    again = plan_html(plan.render(real()), rules=RULES)
    assert [link.followed for link in again.links] == [False] * len(plan.links)

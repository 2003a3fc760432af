"""Placeholders of template languages are told from addresses that merely have braces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.instrument.placeholders import has_placeholder


@pytest.mark.parametrize(
    "address",
    [
        "{{url}}",
        "https://x.example/{{ contact.name | default: 'a' }}",
        "https://x.example/{{",
        "https://x.example/%7B%7Bname%7D%7D",
        "https://x.example/%7b%7b%20contact.name%20%7d%7d",
        "{% if a %}https://x.example/{% endif %}",
        "{%- url -%}",
        "https://{contactfield=foo}.org",
        "https://x.example/?a={contactfield=bar}&b=c",
        "https://x.example/{name}",
        "{unsubscribe}",
        "{$url}",
        "{!url}",
        "*|UNSUB|*",
        "https://x.example/?u=%%email%%",
        "%%=v(@url)=%%",
        "https://x.example/%recipient.name%",
        "%UNSUBSCRIBELINK%",
        "https://x.example/%email%/a",
        "[[EMAIL_TO]]",
        'https://x.example/[[data:id:"1"]]',
        "${url}",
        "<%= url %>",
        "<?php echo $url ?>",
    ],
)
def test_placeholders_are_seen(address: str) -> None:
    assert has_placeholder(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://x.example/",
        'https://x.example/?filter={"a":1}',
        'https://x.example/?filter={"a":{"b":[1,2]}}',
        "https://x.example/?filter={%22a%22:1}",
        "https://x.example/?filter=%7B%22a%22%3A%7B%22b%22%3A1%7D%7D",
        "https://x.example/?List={3F2504E0-4F89-11D3-9A0C-0305E82C3301}&x=1",
        "https://x.example/?id={CAFE-1234}",
        "https://x.example/?id=%7BCAFE-1234%7D",
        "https://x.example/?ids={1,2}",
        "https://x.example/?a[]=1&b[c][d]=2",
        "https://x.example/?x=[[1,2],[3]]&y=[[1,2]]",
        "https://x.example/%E2%9C%93%20%C4%8D",
        "https://x.example/?off=50%25%20off%21",
        "https://x.example/?off=50%off%20now",
        "https://x.example/%fa%ce",
        "https://x.example/a*b(c)$d!e",
        "https://x.example/$%7Bid%7D",
        "https://x.example/?a=<b>",
    ],
)
def test_honest_addresses_are_not_accused(address: str) -> None:
    assert not has_placeholder(address)


@given(st.text(alphabet="{}%[]*|$<>?=!aF7bBdD0 ._-"))
def test_any_text_gets_an_answer(address: str) -> None:
    assert has_placeholder(address) in (True, False)

"""What a page says of its browser's push service is believed only as far as it can do no harm (A1)."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from odziv.lib.dial import is_public_address
from odziv.notify.browsers import BadSubscription, service_of, understood
from tests.support.push import PushBrowser, text64

FCM = "https://fcm.googleapis.com/fcm/send/abc:def"


@pytest.mark.parametrize(
    ("endpoint", "service"),
    [
        (FCM, "https://fcm.googleapis.com"),
        ("https://updates.push.services.mozilla.com:443/wpush/v2/a_b-c", "https://updates.push.services.mozilla.com"),
        ("https://web.push.apple.com/Q?x=1", "https://web.push.apple.com"),
    ],
)
def test_the_known_services_are_taken(endpoint: str, service: str) -> None:
    assert service_of(endpoint, private=False) == service


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "x",
        "http://fcm.googleapis.com/a",
        "ftp://fcm.googleapis.com/a",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://localhost/a",
        "https://localhost./a",
        "https://printer.local/a",
        "https://db.internal/a",
        "https://intranet/a",
        "https://127.0.0.1/a",
        "https://127.1/a",
        "https://2130706433/a",
        "https://0x7f000001/a",
        "https://0/a",
        "https://10.0.0.1/a",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/a",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://[64:ff9b::7f00:1]/a",
        "https://[fe80::1%25eth0]/a",
        "https://[fd00::1]/a",
        "https://[::1/a",
        "https://push.example:22/a",
        "https://push.example:99999/a",
        "https://user:secret@push.example/a",
        "https://fcm.googleapis.com@10.0.0.1/a",
        "https://push.example/a#b",
        "https://push.example\\@10.0.0.1/a",
        "https://push.example/a b",
        "https://push.example/a\r\nX: y",
        "https://push.example/\0",
        "https://čez.example/a",
        "https://push.example/" + "a" * 2000,
    ],
)
def test_nothing_else_is(endpoint: str) -> None:
    with pytest.raises(BadSubscription):
        service_of(endpoint, private=False)


def changed(**keys: Any) -> dict[str, Any]:
    said = PushBrowser(FCM).subscription
    return {**said, "keys": {**said["keys"], **keys}}


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "x",
        7,
        {},
        {"endpoint": FCM},
        {"endpoint": FCM, "keys": None},
        {"endpoint": FCM, "keys": {}},
        {**changed(), "endpoint": None},
        {**changed(), "endpoint": [FCM]},
        changed(p256dh=None),
        changed(p256dh=""),
        changed(p256dh="ž"),
        changed(p256dh="A" * 86),
        changed(p256dh=text64(b"\4" + b"\1" * 64)),
        changed(p256dh=text64(b"\2" + b"\1" * 32)),
        changed(p256dh="A" * 100_000),
        changed(auth=""),
        changed(auth="AAAA"),
        changed(auth=7),
        changed(auth=text64(bytes(17))),
    ],
    ids=range(21),
)
def test_what_is_no_subscription_is_refused(said: object) -> None:
    with pytest.raises(BadSubscription):
        understood(said)


def test_a_subscription_is_understood() -> None:
    told = understood(PushBrowser(FCM).subscription)
    assert told.service == "https://fcm.googleapis.com" and len(told.public_key) == 87


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::10.0.0.1", False),
        ("2002:0a00:0001::1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.31.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("ff02::1", False),
    ],
)
def test_addresses_of_the_open_internet(text: str, public: bool) -> None:
    assert is_public_address(ipaddress.ip_address(text)) is public

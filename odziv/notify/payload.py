"""What a push service carries: a card's words and link, sealed for the browser alone (RFC 8291)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.utils import translation

from odziv.assist.listing import shown
from odziv.assist.wording import title_of, told
from odziv.models import Priority, PushNotice, PushSubscription
from odziv.notify.vapid import authorization

_LASTS = timedelta(hours=4)  # what a browser that was off all the while is not told any more
_MOST = 300  # characters of a title or text; a service carries 4096 bytes in all (RFC 8030, 7.2)


def sealed(notice: PushNotice, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the request that hands it over."""
    browser = notice.subscription
    body = _encrypted(browser, json.dumps(words_of(notice), ensure_ascii=False).encode())
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(int(_lasting(notice, now).total_seconds())),
        "Urgency": "high" if notice.card.priority == Priority.HIGH else "normal",
        # RFC 8030, 5.4: what it still keeps of the same card gives way.
        "Topic": notice.card_id.hex,
        **authorization(browser.service, now),
    }
    return body, headers


def words_of(notice: PushNotice) -> dict[str, str]:
    """In the user's language; nothing but what the card says and where it leads."""
    one = shown(notice.card)
    with translation.override(notice.subscription.user.language):
        title, text = title_of(one.card), str(told(one.card, one.who))
    return {"id": str(one.card.pk), "title": title[:_MOST], "text": text[:_MOST], "url": one.card.get_absolute_url()}


def _lasting(notice: PushNotice, now: datetime) -> timedelta:
    """How long the service may keep it: not into the user's quiet hours."""
    quiet = notice.subscription.user.quiet_begins(now)
    return min(_LASTS, quiet - now) if quiet else _LASTS


def _encrypted(browser: PushSubscription, content: bytes) -> bytes:
    from pywebpush import WebPusher  # what it imports takes seconds, and only the worker needs it

    keys = {"p256dh": browser.public_key, "auth": browser.secret}
    return bytes(WebPusher({"endpoint": browser.endpoint, "keys": keys}).encode(content)["body"])

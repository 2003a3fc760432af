"""What a hostile mail costs from the door to the row: at most 300 MB and a minute, and nobody waits for it (P1)."""

from __future__ import annotations

import json

import pytest

from odziv.lib import clock
from odziv.models import Arrival, HandedIn, Message
from tests.support.cast import Cast
from tests.support.child import run_child
from tests.support.journal import followed_message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

_RUN = """
import json, resource, time
from uuid import UUID
from odziv.lib import clock
from odziv.models import HandedDoor
from odziv.replies.handing import take, work_on_handed
MAKE = {
    "parts": lambda: b"Content-Type: multipart/mixed; boundary=b\\r\\n\\r\\n"
    + b"--b\\r\\nContent-Type: text/plain; name=a.txt\\r\\n\\r\\nx\\r\\n" * 100_000,
    "depth": lambda: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\\r\\n\\r\\n--b%d\\r\\n" % (one, one) for one in range(1000)
    ),
    "line": lambda: b"Content-Type: text/html\\r\\n\\r\\n<p>" + b"<b>a" * 7_000_000,
    "quotes": lambda: b"Content-Type: text/plain\\r\\n\\r\\n" + b"> > > a\\r\\n" * 3_000_000,
    "header": lambda: b"X-A: " + b"a" * 25_000_000 + b"\\r\\n" + b"X-B: b\\r\\n" * 100_000 + b"\\r\\nDa.\\r\\n",
    "base64": lambda: b"Content-Type: text/html; charset=x-none\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\n"
    + b"PGI+YQ==" * 3_500_000,
}
take(UUID(ORGANISATION), HEAD + b"\\r\\nDa.\\r\\n", door=HandedDoor.LMTP, now=clock.now())
work_on_handed()  # what is loaded once is loaded now
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
take(UUID(ORGANISATION), HEAD.replace(b"<first", b"<hostile") + MAKE[NAME](), door=HandedDoor.LMTP, now=clock.now())
began = time.process_time()
work_on_handed()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"megabytes": (after - before) / 1024, "seconds": time.process_time() - began}))
"""


@pytest.mark.parametrize("name", ["parts", "depth", "line", "quotes", "header", "base64"])
def test_a_hostile_mail_is_read_at_a_bounded_cost(cast: Cast, name: str) -> None:
    sent = followed_message(cast.ana, sent_at=clock.now())
    Message.objects.filter(pk=sent.pk).update(message_id=f"<{sent.pk.hex}@lipa.example>")
    answered = f"<{sent.pk.hex}@lipa.example>"
    head = f"From: maja@hrast.example\r\nMessage-ID: <first@x.example>\r\nIn-Reply-To: {answered}\r\n"
    given = f"ORGANISATION, NAME, HEAD = {str(cast.lipa.pk)!r}, {name!r}, {head.encode()!r}\n"
    child = run_child(given + _RUN)
    output, _ = child.communicate(timeout=200)
    cost = json.loads(output.strip().splitlines()[-1])
    assert child.returncode == 0 and cost["megabytes"] < 300 and cost["seconds"] < 60, cost
    assert Arrival.objects.count() == 2 and not HandedIn.objects.aside().exists()

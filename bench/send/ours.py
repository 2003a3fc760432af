"""The product's own delivery, asked in turns: `python -m bench.send.ours PORT CONNECTIONS KIND`, a number of copies a
line. KIND is the kind of the key that signs them, or empty.

Answers each with `{"seconds": …, "cpu": …}` in JSON: of delivering, not of writing what is to be delivered.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from bench.letter import TEXT, html  # noqa: E402
from odziv.compose.limits import MAX_RECIPIENTS  # noqa: E402
from odziv.deliver.due import deliver_due  # noqa: E402
from odziv.models import (  # noqa: E402
    Activity,
    ActivityKind,
    Delivery,
    DeliveryState,
    FollowState,
    Mailbox,
    Message,
    MessageState,
    Organisation,
    Party,
    PartyRole,
    SigningKey,
    User,
    address_key,
)
from odziv.signing import keys  # noqa: E402


def mailbox(port: int, connections: int) -> Mailbox:
    """Of the one user of a fresh installation."""
    call_command("migrate", verbosity=0)
    organisation = Organisation.objects.create(name="Lipa", engagement=True, follow_unknown=True)
    ana = User.objects.create(organisation=organisation, name="Ana", email="ana@lipa.example")
    return Mailbox.objects.create(
        organisation=organisation, user=ana, kind="smtp", name=ana.name, address=ana.email,
        smtp_security="none", smtp_host="127.0.0.1", smtp_port=port, connections=connections,
    )  # fmt: skip


def write(box: Mailbox, copies: int) -> None:
    """A followed message to so many recipients, as it stands when Send was pressed."""
    owner = {"organisation_id": box.organisation_id}
    now = datetime.now(UTC)
    activity = Activity.objects.create(**owner, kind=ActivityKind.EMAIL, subject="Ponudba", owner=box.user)
    message = Message.objects.create(
        activity=activity, **owner, owner=box.user, mailbox=box, from_name=box.name, from_address=box.address,
        state=MessageState.SENDING, message_id=f"<{activity.pk.hex}@lipa.example>", subject="Jesenska ponudba",
        html=html(), text=TEXT, follow_state=FollowState.ON,
    )  # fmt: skip
    addresses = [f"stranka{number}@example.com" for number in range(copies)]
    parties = [
        Party(**owner, message=message, role=PartyRole.BCC, position=at, address=one, key=address_key(one))
        for at, one in enumerate(addresses, 1)
    ]
    Party.objects.bulk_create(parties)
    Delivery.objects.bulk_create(Delivery(**owner, message=message, party=party, due_at=now) for party in parties)


def sign(box: Mailbox, kind: str) -> None:
    """Let all mail of the user's domain be signed with a fresh key."""
    key = keys.add(box.user, keys.domain_of(box.address), "bench", keys.generate(kind), datetime.now(UTC))
    SigningKey.objects.turn(key, True, datetime.now(UTC))


def main(port: int, connections: int, signed: str) -> None:
    """Deliver as often as asked."""
    box = mailbox(port, connections)
    if signed:
        sign(box, signed)
    for line in sys.stdin:
        copies = int(line)
        for start in range(0, copies, MAX_RECIPIENTS):
            write(box, min(MAX_RECIPIENTS, copies - start))
        begun, spent = time.perf_counter(), time.process_time()
        while deliver_due(threads=False):
            pass
        took, used = time.perf_counter() - begun, time.process_time() - spent
        if Delivery.objects.exclude(state=DeliveryState.ACCEPTED).exists():
            raise RuntimeError("not every copy was accepted")
        sys.stdout.write(json.dumps({"seconds": took, "cpu": used}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

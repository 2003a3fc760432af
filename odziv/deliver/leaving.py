"""What leaves in this moment: the message as its recipients' preferences are now, made into copies (F3, I4)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cached_property
from uuid import UUID

from django.db import transaction

from odziv.compose.follow import evaluate, nobody_refuses
from odziv.deliver.claim import Claim
from odziv.deliver.copies import Original, envelope_address
from odziv.deliver.handover import Copy
from odziv.deliver.session import Session
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.environment import ENV
from odziv.lib.clock import Clock
from odziv.lib.files import store_from
from odziv.lib.mime import needs_utf8
from odziv.lib.seal import KeyRing
from odziv.models import CardKind, Delivery, FollowState, Happening, Message, Organisation, Party, Taken
from odziv.signing.signers import Signing

_A_MOMENT = 1.0  # seconds


class Leaving:
    """Makes the copies of a round. `look` is called right before copies are made; what it found holds for those."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._followed: dict[UUID, bool] = {}
        self._originals: dict[tuple[UUID, bool], Original] = {}

    def look(self, copies: Iterable[Taken]) -> None:
        """Read anew whether the messages of these copies may be followed: once for all that are begun together."""
        self._followed = {copy.message_id: self._may_be_followed(copy) for copy in _of_each_message(copies)}
        self._originals = {key: one for key, one in self._originals.items() if key[0] in self._followed}

    def copy(self, claim: Claim, session: Session) -> Copy:
        """A claimed copy that was looked at, for the open session. Raises Trouble."""
        taken = claim.copy
        claim.followed = self._followed[taken.message_id]
        claim.looked_at = time.monotonic()
        key = (taken.message_id, claim.followed)
        if key not in self._originals:
            self._originals[key] = self._read(taken, claim.followed)
        original = self._originals[key]
        recipient = envelope_address(taken.address)
        sender = envelope_address(original.message.from_address)
        utf8 = _utf8(session, original, sender, recipient)
        return Copy(sender, recipient, original.copy(taken.pk, utf8=utf8), utf8)

    def withdrawn(self, claims: Iterable[Claim]) -> set[Claim]:
        """Those that are on their way followed and may not be by now. A slow server takes minutes for a large message:
        what was looked at more than a moment ago is looked at again before the end of it is sent."""
        before = time.monotonic() - _A_MOMENT
        old = [claim for claim in claims if claim.followed and claim.looked_at < before]
        may = {copy.message_id: self._still(copy) for copy in _of_each_message(claim.copy for claim in old)}
        return {claim for claim in old if not may[claim.copy.message_id]}

    def _may_be_followed(self, copy: Taken) -> bool:
        """F3: preferences as they are now, over all recipients.

        A message of which no followed copy has left is an unfollowed one from then on; else its page must go on
        showing what is collected of those copies.
        """
        if copy.follow_state != FollowState.ON:
            return False
        recipients = Party.objects.recipients_of(copy.message_id)
        if copy.engagement and nobody_refuses(recipients, follow_unknown=copy.follow_unknown):
            return True
        return self._still(copy)

    def _still(self, copy: Taken) -> bool:
        recipients = Party.objects.recipients_of(copy.message_id)
        state = evaluate(Organisation.objects.get(pk=copy.organisation_id), recipients).state
        if state != FollowState.ON and not Delivery.objects.left_followed(copy.message_id):
            self._stop_following(copy, state)
        return state == FollowState.ON

    def _stop_following(self, copy: Taken, state: FollowState) -> None:
        with transaction.atomic():
            if Message.objects.filter(pk=copy.message_id, follow_state=FollowState.ON).update(follow_state=state):
                Happening.objects.note(copy.organisation_id, copy.message_id, CardKind.UNFOLLOWED)

    def _read(self, copy: Taken, followed: bool) -> Original:
        if copy.dated_at is None:
            Message.objects.filter(pk=copy.message_id, dated_at=None).update(dated_at=self._clock())
        message = Message.objects.select_related("owner", "organisation", "mailbox").get(pk=copy.message_id)
        return Original(
            message,
            followed=followed,
            keys=self._keys,
            store=store_from(ENV.file_store),
            signing=Signing(message.organisation_id, message.from_address, self._clock()),
        )

    @cached_property
    def _keys(self) -> KeyRing:
        return KeyRing.load_or_create(ENV.seal_keys)


def _utf8(session: Session, original: Original, sender: str, recipient: str) -> bool:
    offered = session.offers("smtputf8")
    if not offered and (needs_utf8(sender) or needs_utf8(recipient)):
        raise Trouble(Reason.NO_UTF8, Outcome.PERMANENT)
    return offered and (original.needs_utf8 or needs_utf8(sender) or needs_utf8(recipient))


def _of_each_message(copies: Iterable[Taken]) -> Iterable[Taken]:
    return {copy.message_id: copy for copy in copies}.values()

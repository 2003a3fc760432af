"""The due copies of one mailbox leave, one after another, over one connection."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from odziv.compose.follow import evaluate
from odziv.deliver.claim import Claim, ClaimLost
from odziv.deliver.copies import Original, envelope_address
from odziv.deliver.server import refused, server_of
from odziv.deliver.session import Hooks, Session
from odziv.deliver.trouble import Answer, Outcome, Reason, Trouble
from odziv.environment import ENV
from odziv.lib.clock import Clock
from odziv.lib.files import store_from
from odziv.lib.mime import needs_utf8
from odziv.lib.seal import KeyRing
from odziv.models import CardKind, Delivery, FollowState, Happening, Mailbox, Message, Organisation, Party
from odziv.signing.signers import Signing

log = logging.getLogger("odziv.deliver")


class Round:
    """One pass over a mailbox. `mailbox_id` None: messages whose mailbox was removed. `done` counts ended attempts."""

    def __init__(
        self, mailbox_id: UUID | None, clock: Clock, limit: int = 200, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self.mailbox_id = mailbox_id
        self.done = 0
        self._clock = clock
        self._limit = limit
        self._stopping = stopping
        self._session: Session | None = None
        self._mailbox: Mailbox | None = None
        self._closed_by: Trouble | None = None  # nothing of this mailbox can leave in this round
        self._originals: dict[tuple[UUID, bool], Original] = {}
        self._recipients: dict[UUID, list[Party]] = {}

    def run(self) -> int:
        """Try each due copy once; returns how many attempts came to an end."""
        try:
            for pk in Delivery.objects.due_in(self.mailbox_id, self._clock(), self._limit):
                if self._stopping() or not self._has_room():
                    break
                claim = Claim.take(pk, self._clock)
                if claim is not None:
                    self.attempt(claim)
                elif self._limited and self.mailbox_id:
                    Mailbox.objects.give_room(self.mailbox_id)
        finally:
            self.close()
        return self.done

    @cached_property
    def _limited(self) -> bool:
        """Whether the mailbox may only send so much in an hour."""
        if self.mailbox_id is None:
            return False
        return Mailbox.objects.filter(pk=self.mailbox_id, hourly_limit__gt=0).exists()

    def _has_room(self) -> bool:
        """Whether one more copy may leave in this hour; else all that is due waits for the next one."""
        if not self._limited or self.mailbox_id is None:
            return True
        now = self._clock()
        until = Mailbox.objects.take_room(self.mailbox_id, now)
        if until is not None:
            Delivery.objects.put_off(self.mailbox_id, now, until, Reason.LIMIT)
        return until is None

    def attempt(self, claim: Claim) -> None:
        """Try one copy of this mailbox that was claimed, and settle it."""
        try:
            try:
                claim.accept(self._send(claim))
            except Trouble as trouble:
                if trouble.mailbox_wide:
                    self._closed_by = trouble
                claim.fail(trouble)
            except ClaimLost:
                raise
            except Exception:
                # A fault of ours must neither lose the copy nor hold up the others.
                log.exception("delivery %s could not be attempted", claim.delivery.pk)
                claim.fail(Trouble(Reason.FAULT, Outcome.TEMPORARY))
        except ClaimLost:
            log.warning("delivery %s was taken over by another worker", claim.delivery.pk)
        self.done += 1

    def close(self) -> None:
        """End the conversation with the server, if there is one, and note for the health list how it went (O6)."""
        if self._session is not None:
            self._session.close()
        trouble = self._closed_by
        if self.mailbox_id is None or not self.done or (trouble and trouble.reason == Reason.NO_MAILBOX):
            return
        reason, words = (trouble.reason, trouble.words) if trouble else ("", "")
        Mailbox.objects.note_sending(self.mailbox_id, self._clock(), reason, words)

    def _send(self, claim: Claim) -> Answer:
        if self._closed_by is not None:
            raise self._closed_by
        session = self._open_session()
        delivery = claim.delivery
        original = self._original(claim)
        recipient = envelope_address(delivery.party.address)
        sender = envelope_address(original.message.from_address)
        utf8 = self._utf8(session, original, sender, recipient)
        content = original.copy(delivery, utf8=utf8)
        hooks = Hooks(alive=claim.stay_alive, before_end=claim.begin_end)
        return session.deliver(sender, recipient, content, utf8=utf8, hooks=hooks)

    def _open_session(self) -> Session:
        if self._session is None:
            mailbox = Mailbox.objects.filter(pk=self.mailbox_id).first() if self.mailbox_id else None
            if mailbox is None:
                raise Trouble(Reason.NO_MAILBOX, Outcome.PERMANENT, mailbox_wide=True)
            name = urlsplit(ENV.web_url).hostname or "localhost"
            self._session = Session(server_of(mailbox), timeout=ENV.smtp_timeout, name=name)
            self._mailbox = mailbox
        try:
            self._session.open()
        except Trouble as trouble:
            found = refused(self._mailbox, trouble) if self._mailbox else trouble
            if found is trouble:
                raise
            raise found from trouble
        return self._session

    def _original(self, claim: Claim) -> Original:
        """The message as it may leave at this moment, from the cache while copies of the same one follow each other."""
        message = claim.delivery.message
        followed = self._may_be_followed(message)
        claim.mark_followed(followed)
        key = (message.pk, followed)
        if key not in self._originals:
            self._originals = {key: self._read(message.pk, followed)}
        return self._originals[key]

    def _may_be_followed(self, message: Message) -> bool:
        """F3: preferences as they are now, over all recipients.

        A message of which no followed copy has left is an unfollowed one from then on; else its page must go on
        showing what is collected of those copies.
        """
        if message.follow_state != FollowState.ON:
            return False
        organisation = Organisation.objects.get(pk=message.organisation_id)
        if message.pk not in self._recipients:
            # To whom it goes is fixed since Send was pressed; what they allow is read anew for every copy.
            self._recipients = {message.pk: list(Party.objects.recipients_of(message))}
        state = evaluate(organisation, self._recipients[message.pk]).state
        if state != FollowState.ON and not Delivery.objects.left_followed(message.pk):
            self._stop_following(message, state)
        return state == FollowState.ON

    def _stop_following(self, message: Message, state: FollowState) -> None:
        with transaction.atomic():
            if Message.objects.filter(pk=message.pk, follow_state=FollowState.ON).update(follow_state=state):
                Happening.objects.note(message.organisation_id, message.pk, CardKind.UNFOLLOWED)

    def _read(self, pk: UUID, followed: bool) -> Original:
        Message.objects.filter(pk=pk, dated_at=None).update(dated_at=self._clock())
        message = Message.objects.select_related("owner").get(pk=pk)
        return Original(
            message,
            followed=followed,
            keys=KeyRing.load_or_create(ENV.seal_keys),
            store=store_from(ENV.files_folder),
            signing=Signing(message.organisation_id, message.from_address, self._clock()),
        )

    def _utf8(self, session: Session, original: Original, sender: str, recipient: str) -> bool:
        offered = session.offers("smtputf8")
        if not offered and (needs_utf8(sender) or needs_utf8(recipient)):
            raise Trouble(Reason.NO_UTF8, Outcome.PERMANENT)
        return offered and (original.needs_utf8 or needs_utf8(sender) or needs_utf8(recipient))

"""A message is read and planned once; each recipient's copy differs only in its identifiers (I4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from urllib.parse import quote
from uuid import UUID

from odziv.compose.planning import Plans, notice_of, plans, text_part
from odziv.deliver.specimens import Copies, Specimen
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.environment import ENV
from odziv.instrument import Notice
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.files import FileStore, FileStoreError
from odziv.lib.mime import (
    FilePart,
    Letter,
    MimeError,
    Person,
    address_header,
    header,
    identifiers,
    needs_utf8,
    unstructured,
    wire_address,
)
from odziv.lib.reply_address import reply_token, with_token
from odziv.lib.seal import KeyRing, Sealer
from odziv.lib.thread_index import header_for
from odziv.models import Attachment, Message, Party, PartyRole
from odziv.signing.signers import Signing

_FROM = re.compile(rb"\nFrom ")


class Original:
    """One message, followed or not, from which copies are made.

    Raises Trouble from every method: temporary when a file cannot be read, permanent when the message cannot be
    correct mail.
    """

    def __init__(
        self, message: Message, *, followed: bool, keys: KeyRing, store: FileStore, signing: Signing | None = None
    ) -> None:
        """`signing` signs the copies; the sender's own stays without."""
        self.message = message
        self.followed = followed
        self._signing = signing
        self._keys = keys
        self._store = store
        self._heads: dict[bool, list[bytes]] = {}
        self._copies: dict[bool, Copies | None] = {}
        self._begun = False

    @property
    def needs_utf8(self) -> bool:
        """Whether the visible headers hold an address that is not ASCII."""
        return any(needs_utf8(party.address) for party in self._visible) or needs_utf8(self.message.from_address)

    def copy(self, delivery: UUID, *, utf8: bool) -> bytes:
        """The bytes for one recipient; with `utf8` for a server that takes addresses beyond ASCII."""
        try:
            content = self._copy(delivery, utf8)
        except MimeError as error:
            raise Trouble(Reason.UNBUILDABLE, Outcome.PERMANENT, str(error)) from error
        return self._signing.sign(content, self._date) if self._signing else content

    def _copy(self, delivery: UUID, utf8: bool) -> bytes:
        if self._begun:
            # Only from the second copy on does it pay to find out what all of them have in common.
            if utf8 not in self._copies:
                self._copies[utf8] = Copies.like(lambda specimen: self._specimen(specimen, utf8), self._keys)
            copies = self._copies[utf8]
            content = copies.copy(delivery) if copies is not None else b""
            # An identifier that ends in "From" may, once in a thousand million, stand where that is to be encoded.
            if content and not _FROM.search(content):
                return content
        self._begun = True
        return self._assembled(self._addresses(self._keys, delivery), lambda: reply_token(delivery, self._keys), utf8)

    def _specimen(self, specimen: Specimen, utf8: bool) -> bytes:
        return self._assembled(self._addresses(specimen, self.message.pk), specimen.reply_token, utf8)

    def _assembled(self, addresses: EdgeAddresses, token: Callable[[], str], utf8: bool) -> bytes:
        text, html = self._bodies(addresses)
        head = [*self._head(utf8), *self._reply_to(token, utf8), *self._unsubscribe(addresses)]
        return self._letter.copy(head, text, html)

    def own(self) -> bytes:
        """The copy for the sender's own folder: as it was written, with those who stood in Bcc (D6)."""
        message = self.message
        try:
            hidden = [Person(party.name, party.address) for party in Party.objects.hidden_in(message)]
            head = [*self._head(True), *([address_header("Bcc", hidden, utf8=True)] if hidden else [])]
            return self._letter.copy(head, text_part(message), message.html)
        except MimeError as error:
            raise Trouble(Reason.UNBUILDABLE, Outcome.PERMANENT, str(error)) from error

    def _bodies(self, addresses: EdgeAddresses) -> tuple[str, str]:
        if not self.followed:
            return text_part(self.message), self.message.html
        html = self._plans.html.render(addresses) if self._plans.html else ""
        return self._plans.text.render(addresses), html

    def _addresses(self, sealer: Sealer, delivery: UUID) -> EdgeAddresses:
        return EdgeAddresses(ENV.edge_url, sealer, self.message.organisation_id, delivery)

    def _unsubscribe(self, addresses: EdgeAddresses) -> list[bytes]:
        """Where a followed copy tells that it is followed, mail programs may say no with one click (RFC 2369, 8058)."""
        if not self.followed or self._notice is None:
            return []
        address = addresses.preference(self._notice.language, self._notice.name)
        fields = [header("List-Unsubscribe", [f"<{address}>"])]
        if address.startswith("https:"):
            fields.append(header("List-Unsubscribe-Post", ["List-Unsubscribe=One-Click"]))
        return fields

    @cached_property
    def _notice(self) -> Notice | None:
        return notice_of(self.message)

    @cached_property
    def _plans(self) -> Plans:
        return plans(self.message, self._attachments, followed=True)

    @cached_property
    def _attachments(self) -> list[Attachment]:
        return list(Attachment.objects.filter(message=self.message).select_related("file"))

    @property
    def _images(self) -> list[Attachment]:
        return [attachment for attachment in self._attachments if attachment.inline and attachment.content_id]

    @cached_property
    def _letter(self) -> Letter:
        files = [one for one in self._attachments if not one.inline and not (self.followed and one.followed)]
        plan = self._plans.html if self.followed else None
        served = {found.source for found in plan.images if found.served} if plan else set()
        images = [one for one in self._images if f"cid:{one.content_id}" not in served and self._shows(one)]
        return Letter(
            self.message.message_id,
            images=[self._part(image).entity() for image in images],
            files=[self._part(file).entity() for file in files],
        )

    def _shows(self, image: Attachment) -> bool:
        # A Content-ID stands percent-encoded in a cid: address (RFC 2392, 2).
        return image.content_id in self.message.html or quote(image.content_id) in self.message.html

    def _part(self, attachment: Attachment) -> FilePart:
        try:
            with self._store.open(attachment.file.key) as stream:
                content = stream.read()
        except (FileStoreError, OSError) as error:
            raise Trouble(Reason.FILE, Outcome.TEMPORARY, f"{attachment.name}: {error}") from error
        content_id = attachment.content_id if attachment.inline else ""
        return FilePart(attachment.content_type, attachment.name, content, content_id)

    @cached_property
    def _visible(self) -> list[Party]:
        return list(Party.objects.visible_in(self.message))

    def _head(self, utf8: bool) -> list[bytes]:
        if utf8 not in self._heads:
            self._heads[utf8] = self._make_head(utf8)
        return self._heads[utf8]

    def _make_head(self, utf8: bool) -> list[bytes]:
        message = self.message
        to, cc = (self._people(role) for role in (PartyRole.TO, PartyRole.CC))
        fields = [
            header("Date", format_datetime(self._date.astimezone(message.owner.zone)).split(" ")),
            address_header("From", [Person(message.from_name, message.from_address)], utf8=utf8),
        ]
        if to:
            fields.append(address_header("To", to, utf8=utf8))
        if cc:
            fields.append(address_header("Cc", cc, utf8=utf8))
        if not to and not cc:
            fields.append(header("To", ["undisclosed-recipients:;"]))
        fields += [unstructured("Subject", message.subject), identifiers("Message-ID", message.message_id)]
        if message.in_reply_to:
            fields.append(identifiers("In-Reply-To", message.in_reply_to))
        if message.references:
            fields.append(identifiers("References", message.references))
        if message.thread_index:
            answer = message.pk if message.in_reply_to else None
            fields.append(header("Thread-Index", [header_for(message.thread_index, answer)]))
        return fields

    def _reply_to(self, token: Callable[[], str], utf8: bool) -> list[bytes]:
        """The address that names this copy, where the mailbox wants that (P1)."""
        message = self.message
        if message.mailbox is None or not message.mailbox.reply_tokens:
            return []
        address = with_token(message.from_address, token())
        return [address_header("Reply-To", [Person(message.from_name, address)], utf8=utf8)] if address else []

    def _people(self, role: str) -> Sequence[Person]:
        return [Person(party.name, party.address) for party in self._visible if party.role == role]

    @property
    def _date(self) -> datetime:
        return self.message.dated_at or self.message.updated_at


def envelope_address(address: str) -> str:
    """The address for the SMTP envelope. Raises a permanent Trouble when it is none."""
    try:
        return wire_address(address)
    except MimeError as error:
        raise Trouble(Reason.UNBUILDABLE, Outcome.PERMANENT, str(error)) from error

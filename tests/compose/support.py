"""What tests of composing share."""

from typing import Any

from odziv.compose import drafts
from odziv.compose.drafts import DraftFields
from odziv.lib import clock
from odziv.models import Account, Contact, FollowEmail, Message, Record, RecordEmail, User

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def contact(owner: User, name: str, address: str, allow: bool = True, account: Record | None = None) -> Any:
    preference = FollowEmail.ALLOW if allow else FollowEmail.DO_NOT_ALLOW
    row = Contact.objects.create(
        organisation=owner.organisation, owner=owner, name=name, follow_email=preference, account=account
    )
    RecordEmail.objects.create(organisation=owner.organisation, record=row, address=address)
    return row


def account(owner: User, name: str, address: str = "", allow: bool = True) -> Any:
    preference = FollowEmail.ALLOW if allow else FollowEmail.DO_NOT_ALLOW
    row = Account.objects.create(organisation=owner.organisation, owner=owner, name=name, follow_email=preference)
    if address:
        RecordEmail.objects.create(organisation=owner.organisation, record=row, address=address)
    return row


def draft(user: User, **fields: Any) -> Message:
    given = {"to": "Maja Novak <maja@hrast.example>", "subject": "Ponudba", "html": "<p>Pozdrav</p>"} | fields
    return drafts.save(drafts.new_draft(user), DraftFields(**given))


now = clock.now

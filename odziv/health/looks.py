"""The whole list of what is looked at."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from odziv.health import address, mailboxes, notifications, outgoing, processes, signing, storage, summaries
from odziv.health.findings import Look

LOOKS: tuple[Look, ...] = (
    Look("outgoing", _("outgoing mail"), outgoing.outgoing),
    Look("sending", _("sending mailbox"), mailboxes.sending),
    Look("signing", _("signatures (DKIM)"), signing.signatures),
    Look("replies", _("reply mailbox"), mailboxes.replies),
    Look("public-address", _("public address of the edge"), address.public_address, slow=True),
    Look("file-store", _("file store"), storage.file_store, slow=True),
    Look("notifications", _("browser notifications"), notifications.notifications),
    Look("summaries", _("summaries by e-mail"), summaries.summaries),
    Look("worker", _("worker"), processes.worker),
    Look("lag", _("journal lag"), processes.lag),
    Look("database", _("database"), storage.database),
    Look("disk", _("data folder"), storage.data_folder),
    Look("keys", _("keys of sent mail"), storage.keys),
    Look("edge", _("edge"), processes.edge, slow=True),
    Look("pages", _("pages"), processes.pages, slow=True),
    Look("test-mailbox", _("test mailbox"), processes.test_mailbox, slow=True),
)

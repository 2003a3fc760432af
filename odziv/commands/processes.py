"""`odziv edge`, `odziv mail` and `odziv lmtp`: single processes, for whoever runs them apart from `odziv serve`."""

from __future__ import annotations

from collections.abc import Sequence

from odziv.commands import no_options
from odziv.environment import ENV
from odziv.lib.plain import PlainError


def edge(argv: Sequence[str]) -> int:
    """Answer recipients' programs until SIGTERM. Imports no Django."""
    no_options("edge", "Answer what recipients' programs ask for, and record it. Needs no database.", argv)
    from odziv.edge.main import EdgeConfig, run

    private = ENV.edge_private_listen
    return run(
        EdgeConfig(
            host=ENV.edge_listen.host,
            port=ENV.edge_listen.port,
            spool_folder=ENV.spool_folder,
            seal_keys=ENV.seal_keys,
            file_store=ENV.file_store,
            trusted_proxies=ENV.trusted_proxies,
            shares_port=ENV.edge_shared_port,
            private=(private.host, private.port) if private else None,
        )
    )


def forward(argv: Sequence[str]) -> int:
    """Send what the edge recorded on to the stream until SIGTERM. Imports no Django. Raises PlainError."""
    no_options("forward", "Send what the edge of this machine recorded on to the stream of ODZIV_SPOOL.", argv)
    if not ENV.spool:
        raise PlainError("ODZIV_SPOOL is not set: name the servers of NATS, as nats://host:4222.")
    from odziv.edge.forward import run
    from odziv.edge.quiet import to_stderr

    to_stderr("odziv.forward")
    return run(ENV.spool_folder, ENV.spool)


def lmtp(argv: Sequence[str]) -> int:
    """Take the mail that an own mail server hands in until SIGTERM. Raises PlainError."""
    no_options("lmtp", "Take mail for mailboxes of Odziv by LMTP on ODZIV_LMTP_LISTEN.", argv)
    if ENV.lmtp_listen is None:
        raise PlainError("ODZIV_LMTP_LISTEN is not set: name the host:port at which your mail server hands in mail.")
    from odziv.lmtp.server import run

    return run(ENV.lmtp_listen)


def mail(argv: Sequence[str]) -> int:
    """Take mail for the test mailbox until SIGTERM."""
    no_options("mail", "Take mail for the page Test mailbox, and deliver it to nobody.", argv)
    from odziv.testmail.server import run

    return run() or 0

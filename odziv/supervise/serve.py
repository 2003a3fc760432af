"""`odziv serve`: everything on one machine, with nothing configured."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from odziv.commands import no_options
from odziv.environment import ENV, Environment, read_environment
from odziv.lib.logs import announce
from odziv.supervise.preflight import claim, settle_ports
from odziv.supervise.ready import wait_until_answering
from odziv.supervise.supervisor import Child, Supervisor, prepare, say

_PROCESSES = ("mail", "edge", "work", "web")


def run(argv: Sequence[str]) -> int:
    """Bring the database up to date, start all processes, keep them running until SIGTERM or Ctrl-C.

    0 after a regular end, 2 when something could not start. Raises PlainError before anything started.
    """
    no_options("serve", "Start web, edge, worker and the built-in mail server, and keep them running.", argv)
    with claim(ENV.data):
        environ = settle_ports(os.environ, ENV)
        # Lines of the children are passed on when they are said.
        return asyncio.run(_serve({**environ, "PYTHONUNBUFFERED": "1"}, read_environment(environ)))


async def _serve(environ: Mapping[str, str], env: Environment) -> int:
    names = [*_PROCESSES, *(["lmtp"] if env.lmtp_listen else []), *(["forward"] if env.spool else [])]
    supervisor = Supervisor([Child(name, _command("supervise.leash", name)) for name in names], environ)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.end)
    status = await supervisor.unless_ended(prepare(_command("cli", "migrate"), environ))
    if status != 0:
        return status or 0
    announcing = asyncio.create_task(_announce(supervisor, env))
    try:
        return await supervisor.run()
    finally:
        announcing.cancel()
        say("ended")


def _command(module: str, name: str) -> list[str]:
    return [sys.executable, "-m", f"odziv.{module}", name]


async def _announce(supervisor: Supervisor, env: Environment) -> None:
    http = [(env.web_listen, "/"), (env.edge_listen, "/healthz")]
    await wait_until_answering(http, [env.mail_listen, *([env.lmtp_listen] if env.lmtp_listen else [])])
    supervisor.started_up()
    announce(
        f"\nOdziv is ready: {env.web_url}\n"
        "Open this address in a browser. There you make your organisation, or look around with sample data.\n"
        f"Everything is kept in {env.data}. Ctrl-C ends Odziv.\n",
        "ready",
        port=env.web_listen.port,
    )

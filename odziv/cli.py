"""The command line: `odziv COMMAND …`. `COMMANDS` is the whole list.

A command's code is imported when it is called, so that `odziv edge`, `odziv explain` and `odziv instrument` run without
Django. Exit status: 0 done, 1 done but with a finding, 2 could not be done (usage, settings); in that case one line on
standard error says why.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from odziv import __version__
from odziv.lib import logs
from odziv.lib.plain import PlainError

Run = Callable[[Sequence[str]], int]


class Command(NamedTuple):
    """One command: what it is called, what it does, and the `module:function` that takes its arguments."""

    name: str
    about: str
    path: str
    django: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("serve", "start everything on this machine: web, edge, worker, test mailbox", "odziv.supervise.serve:run"),
    Command("web", "only the pages and the API", "odziv.web.serve:run"),
    Command("edge", "only the edge, which answers recipients' programs", "odziv.commands.processes:edge"),
    Command("forward", "only what takes recorded hits to other machines", "odziv.commands.processes:forward"),
    Command("work", "only the worker: deliveries, figures", "odziv.work:run", django=True),
    Command("mail", "only the built-in mail server", "odziv.commands.processes:mail", django=True),
    Command("lmtp", "only the door for mail that is handed in", "odziv.commands.processes:lmtp", django=True),
    Command("migrate", "bring data folder and database up to date", "odziv.commands.migrate:run", django=True),
    Command(
        "migrate-store",
        "move this installation to PostgreSQL and a bucket of files",
        "odziv.moving.command:run",
        django=True,
    ),
    Command(
        "restored",
        "say that a backup was put back: outgoing mail is held",
        "odziv.commands.restored:run",
        django=True,
    ),
    Command("check", "say whether everything works, and what to do if not", "odziv.commands.check:run", django=True),
    Command(
        "create-organisation",
        "create an organisation and its first administrator",
        "odziv.commands.create_organisation:run",
        django=True,
    ),
    Command(
        "password-link",
        "print an address at which a person sets a new password",
        "odziv.commands.password_link:run",
        django=True,
    ),
    Command("demo", "send a followed message, play its recipients, compare the figures", "odziv.demo.run:run"),
    Command("rebuild", "make all figures anew from the journal", "odziv.measure.rebuild:run", django=True),
    Command("explain", "say what would be followed, what kind of mail came back, and why", "odziv.explain.explain:run"),
    Command("instrument", "write the followed copy of an HTML file", "odziv.explain.instrument:run"),
    Command("keys", "list or rotate the keys of the identifiers in sent mail", "odziv.commands.keys:run"),
    Command("manage", "Django's own management commands", "odziv.commands.manage:run"),
)


_PROCESSES = frozenset({"serve", "web", "edge", "forward", "work", "mail", "lmtp", "migrate"})
_ON_THE_DATABASE = frozenset({"serve", "web", "work", "mail", "lmtp", "migrate", "restored"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = _choose(arguments[:1])
    try:
        if command.name in _PROCESSES:
            _begin_to_log(command.name)
        if command.name in _ON_THE_DATABASE:
            _refuse_what_was_moved()
        return _run(command, arguments[1:])
    except PlainError as error:
        logs.stop_with(str(error), f"odziv {command.name}: {error}")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough (`odziv explain … | head`); nothing is left to flush to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _choose(first: list[str]) -> Command:
    parser = argparse.ArgumentParser(
        prog="odziv",
        usage="odziv COMMAND …",
        description="Self-hosted e-mail engagement. Settings are ODZIV_… variables: see docs/guide/operator.md.",
        epilog="Commands:\n" + "\n".join(f"  {command.name:<19} {command.about}" for command in COMMANDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Odziv {__version__}")
    parser.add_argument("command", metavar="COMMAND", nargs="?", help="one of the following; each knows --help")
    name = parser.parse_args(first).command
    if name is None:
        parser.print_help()
        raise SystemExit(2)
    for command in COMMANDS:
        if command.name == name:
            return command
    parser.error(f"there is no command {name!r}; there are {', '.join(command.name for command in COMMANDS)}")


def _begin_to_log(name: str) -> None:
    """Raises SettingError."""
    from odziv.environment import ENV

    logs.begin(name, ENV.log)


def _refuse_what_was_moved() -> None:
    """Raises PlainError, SettingError."""
    from odziv.environment import ENV
    from odziv.moving import sealed

    if not ENV.database_url:
        sealed.refuse(ENV.data)


def _run(command: Command, arguments: list[str]) -> int:
    """Raises PlainError, SettingError."""
    if command.django:
        set_up_django()
    module, _, function = command.path.partition(":")
    run: Run = getattr(import_module(module), function)
    if command.django and command.name not in _PROCESSES:
        from odziv.commands.away import plainly

        return plainly(run, arguments)
    return run(arguments)


def set_up_django() -> None:
    """Make models usable. Raises SettingError."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "odziv.settings")
    import django

    django.setup()


if __name__ == "__main__":
    raise SystemExit(main())

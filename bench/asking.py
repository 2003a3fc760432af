"""Asks pages in this process, through the product's real middleware, views and templates, and takes the time.

`python -m bench.asking ROUNDS ONLY` writes one JSON document: for each page its times, its queries, and the plans of
those. It runs in a process of its own for each database.
"""

from __future__ import annotations

import gc
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import django
from django.db import connection

REPEATED = 3  # times that a page is asked in one round; the median of all counts


@dataclass(slots=True)
class Asked:
    """One query of a page: how long the database took, and whether its plan is sound."""

    sql: str
    ms: float
    plan: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """What was measured of a page, each time that it was asked, in milliseconds.

    `times` is how long it took; `work` what of that the processor spent on it, in this process and in the database's:
    on a machine that does other things too, only this says what the page costs.
    """

    name: str
    url: str
    status: int
    bar: float
    size: int = 0
    times: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    queries: list[Asked] = field(default_factory=list)
    error: str = ""


def ask_all(rounds: int, only: str, say: Callable[[str], None]) -> list[Page]:
    """Every page of `bench.cases` once to look at its queries, then all of them in turn, `rounds` times."""
    from bench.cases import cases

    big = big_tables()
    pages = []
    clients: dict[Any, Any] = {}
    todo: list[tuple[Page, Callable[[], Any]]] = []
    processor = processor_clock()
    for case in cases():
        if not re.search(only, case.name):
            continue
        if case.user.pk not in clients:
            clients[case.user.pk] = _client(case.user)
        client = clients[case.user.pk]
        page = Page(case.name, case.url, 0, case.bar)

        def get(client: Any = client, url: str = case.url, headers: Any = case.headers) -> Any:
            return client.get(url, headers=headers)

        look_at(page, get, big)
        pages.append(page)
        todo.append((page, get))
    say(f"{len(pages)} pages, {sum(len(page.queries) for page in pages)} queries looked at")
    for number in range(rounds):
        gc.collect()
        for page, get in todo:
            for _ in range(REPEATED):
                begun, spent = time.perf_counter(), processor()
                get()
                page.work.append((processor() - spent) * 1000)
                page.times.append((time.perf_counter() - begun) * 1000)
        say(f"round {number + 1} of {rounds}")
    return pages


def look_at(page: Page, get: Callable[[], Any], big: frozenset[str]) -> None:
    """Ask the page twice, the second time writing down its queries, and then look at the plan of each."""
    from django.core.signals import got_request_exception

    from bench.plans import plan_of

    def failed(**_: Any) -> None:
        page.error = repr(sys.exc_info()[1])

    got_request_exception.connect(failed, weak=False, dispatch_uid="bench")
    get()
    taken: list[tuple[str, Sequence[Any], float]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken.append((sql, params, (time.perf_counter() - begun) * 1000))

    with connection.execute_wrapper(note):
        answer = get()
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    page.status, page.size = answer.status_code, len(content)
    for sql, params, ms in taken:
        plan = plan_of(sql, params or (), big)
        page.queries.append(Asked(sql, ms, plan.lines, plan.findings))


def processor_clock() -> Callable[[], float]:
    """A clock of the processor time, in seconds, that this process, those that it started, and the database server
    have used."""
    if connection.vendor == "sqlite":
        return _own
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_read_file('postmaster.pid')")
        postmaster = cursor.fetchone()[0].split()[0]

    def spent() -> float:
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return _own() + sum(map(_on_processor, children))

    return spent


def _own() -> float:
    started = [child for thread in Path("/proc/self/task").iterdir() for child in _started_by(thread)]
    return time.process_time() + sum(map(_on_processor, started))


def _started_by(thread: Path) -> list[str]:
    try:
        return (thread / "children").read_text().split()
    except OSError:
        return []  # it has ended meanwhile


def _on_processor(process: str) -> float:
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0  # it has ended meanwhile


def big_tables() -> frozenset[str]:
    """The tables that grow with use, without bound."""
    from django.apps import apps

    small = {"Organisation", "User", "Mailbox", "ApiToken", "SpoolPosition", "Heartbeat", "SampleRun"}
    models = apps.get_app_config("odziv").get_models()
    return frozenset(model._meta.db_table for model in models if model.__name__ not in small)


def _client(user: Any) -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.force_login(user)
    return client


if __name__ == "__main__":
    django.setup()
    logging.getLogger("django.request").disabled = True  # an error is a fault of its page, below
    measured = ask_all(int(sys.argv[1]), sys.argv[2], lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
    json.dump([asdict(page) for page in measured], sys.stdout)

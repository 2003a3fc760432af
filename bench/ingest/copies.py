"""A database of its own for each measurement: a copy of the seed, so that all begin alike."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.database import ROOT, have_room, seeded
from bench.seed.scale import Scale

# What these figures are about is durable, as an installation's is.
_DURABLE = {"fsync": "on", "autovacuum": "on"}


def scale_of(interactions: int, messages: int) -> Scale:
    """A database with a journal of that length, about so many e-mails."""
    return Scale(messages, interactions, max(3_000, messages // 50), 20, crowd=100, flood=1_000, copies=10)


class Seed:
    """A seed database, and the environment of a process that uses it."""

    def __init__(self, vendor: str, scale: Scale, environment: Mapping[str, str]) -> None:
        self.vendor = vendor
        self._scale = scale
        self._environment = environment

    @contextmanager
    def copy(self) -> Iterator[dict[str, str]]:
        """Yields the environment of a process that may change the copy, which is deleted afterwards."""
        have_room(Path(self._environment["ODZIV_DATA"]), self._scale)
        with tempfile.TemporaryDirectory(prefix="odziv-bench-", dir=Path(self._environment["ODZIV_DATA"]).parent) as at:
            product = Path(at) / "product"
            environment = {**self._environment, "ODZIV_DATA": str(product), "PYTHONPATH": str(ROOT)}
            ignored = shutil.ignore_patterns("spool", "*.sqlite3*") if self.vendor == "postgresql" else None
            shutil.copytree(self._environment["ODZIV_DATA"], product, ignore=ignored)
            if self.vendor == "sqlite":
                os.sync()  # what was just copied is not to be written while commits are measured
                yield environment
                return
            address = self._environment["ODZIV_DATABASE_URL"]
            with psycopg.connect(address.replace("/postgres", "/template1"), autocommit=True) as connection:
                connection.execute("DROP DATABASE IF EXISTS copied WITH (FORCE)")  # of a run that was broken off
                connection.execute("CREATE DATABASE copied TEMPLATE postgres STRATEGY file_copy")
                os.sync()
                try:
                    yield environment | {"ODZIV_DATABASE_URL": address.replace("/postgres", "/copied")}
                finally:
                    connection.execute("DROP DATABASE copied WITH (FORCE)")


@contextmanager
def seed(vendor: str, scale: Scale, cache: Path) -> Iterator[Seed]:
    """The seed of that scale, made when it is not there yet."""
    folder = cache / f"ingest-{scale.interactions}-{scale.messages}"
    with seeded(vendor, scale, folder, _DURABLE) as environment:
        yield Seed(vendor, scale, environment)


def call(environment: Mapping[str, str], *arguments: str) -> bytes:
    """Run a contender to its end; what it wrote to standard output."""
    command = [sys.executable, "-m", "bench.ingest.contenders", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), check=True, stdout=subprocess.PIPE)
    return done.stdout

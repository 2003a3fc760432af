"""Seed databases as they are kept between runs, and the environment in which the product finds one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.seed.scale import Scale
from servers.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
SEED = 7
_MESSAGE_BYTES, _INTERACTION_BYTES = 7_000, 900  # as `bin/bench storage` says, and some more
# A server as one would set it up for this much; caches small enough for a machine on which other things run too.
POSTGRES = {
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "autovacuum": "off",
}


@contextmanager
def seeded(
    vendor: str, scale: Scale, cache: Path, settings: Mapping[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """Yields the environment of a process that is to use the seed database, which is made when it is not there yet.

    Kept in `cache`, one for each database. One that is behind the models is migrated, as an installation would be; one
    of another scale, or from another seed, is deleted first. `settings` are PostgreSQL's, beside those above.
    """
    folder = cache / vendor
    mark = {"digest": _digest(), "scale": asdict(scale)}
    if _read(folder) != mark:
        shutil.rmtree(folder, ignore_errors=True)
    fresh = not folder.exists()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if fresh:
        have_room(folder, scale)
    with ExitStack() as stack:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")},
            "ODZIV_DATA": str(folder / "product"),
            "DJANGO_SETTINGS_MODULE": "odziv.settings",
        }
        if vendor == "postgresql":
            home = folder / "server"
            home.mkdir(exist_ok=True)
            environment["ODZIV_DATABASE_URL"] = stack.enter_context(postgres(home, {**POSTGRES, **(settings or {})}))
        what = [json.dumps(asdict(scale)), str(SEED), str(time.time())] if fresh else []
        subprocess.run([sys.executable, "-m", "bench.seed.make", *what], cwd=ROOT, env=environment, check=True)
        (folder / "mark.json").write_text(json.dumps(mark))
        yield environment


def have_room(folder: Path, scale: Scale) -> None:
    """End the run, with what to do, where a database of this scale would fill the disk of a folder."""
    wanted = scale.messages * _MESSAGE_BYTES + scale.interactions * _INTERACTION_BYTES
    if wanted > (free := shutil.disk_usage(folder).free):
        raise SystemExit(
            f"{folder} has {free / 1e9:.0f} GB of room, and a database with {scale.interactions:,} interactions takes "
            f"{wanted / 1e9:.0f}: name a folder on another disk by TMPDIR, or fewer interactions."
        )


def _digest() -> str:
    """Of all that decides what a seed database holds."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "bench/seed").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(folder: Path) -> object:
    try:
        return json.loads((folder / "mark.json").read_text())
    except (OSError, ValueError):
        return None

"""`bin/bench storage`: what a message and an interaction take in each database, with all indexes."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.database import ROOT, seeded
from bench.seed.scale import Scale

DATABASES = ("sqlite", "postgresql")
# Run in a process whose settings name the seed database.
_MEASURE = """
import json, django; django.setup()
from django.db import connection
from django.db.models import Avg
from django.db.models.functions import Length
from odziv.models import Delivery, Interaction, Message
with connection.cursor() as cursor:
    if connection.vendor == "sqlite":
        cursor.execute(
            "select m.tbl_name, sum(s.pgsize) from dbstat s join sqlite_master m on m.name = s.name group by 1"
        )
    else:
        cursor.execute("vacuum full")
        cursor.execute(
            "select relname, pg_total_relation_size(oid) from pg_class where relkind = 'r' "
            "and relnamespace = 'public'::regnamespace"
        )
    sizes = {name: int(size) for name, size in cursor.fetchall()}
journal = sum(size for name, size in sizes.items() if name.startswith("odziv_interaction"))
hangs_on = ("message", "activity", "party", "delivery", "link", "attachment", "emailword", "engagement")
mail = sum(size for name, size in sizes.items() if name.removeprefix("odziv_").startswith(hangs_on))
lengths = Message.objects.aggregate(html=Avg(Length("html")), text=Avg(Length("text")))
print(json.dumps({
    "messages": Message.objects.count(), "copies": Delivery.objects.count(),
    "interactions": Interaction.objects.count(),
    "body": round((lengths["html"] or 0) + (lengths["text"] or 0)),
    "mail_bytes": mail, "journal_bytes": journal, "all_bytes": sum(sizes.values()),
    "tables": dict(sorted(sizes.items(), key=lambda one: -one[1])[:12]),
}))
"""


def run(argv: Sequence[str]) -> int:
    """Always 0: there is nothing to meet."""
    parser = argparse.ArgumentParser(prog="bin/bench storage", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--messages", type=int, default=50_000)
    folder = Path(tempfile.gettempdir()) / "odziv-bench-storage"
    parser.add_argument("--cache", type=Path, default=folder, help=f"where seed databases are kept ({folder})")
    arguments = parser.parse_args(argv)
    scale = Scale(arguments.messages, arguments.messages * 10, max(100, arguments.messages // 10), 10, flood=1_000)
    found = {}
    for vendor in DATABASES:
        with seeded(vendor, scale, arguments.cache) as environment:
            command = [sys.executable, "-c", _MEASURE]
            done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
        found[vendor] = summed(json.loads(done.stdout))
    if arguments.json:
        json.dump(found, sys.stdout, indent=1)
    else:
        sys.stdout.write(table(found))
    return 0


def summed(told: dict[str, int]) -> dict[str, float]:
    """Bytes for each message, without its body, and for each interaction; what a body had, in characters."""
    return {
        **told,
        "message": round((told["mail_bytes"] - told["body"] * told["messages"]) / told["messages"]),
        "interaction": round(told["journal_bytes"] / told["interactions"]),
        "copies_each": round(told["copies"] / told["messages"], 2),
    }


def table(found: dict[str, dict[str, float]]) -> str:
    """For the terminal."""
    lines = [f"{'bytes':12} {'message':>9} {'interaction':>12}   copies of a message, characters of its body"]
    lines += [
        f"{vendor:12} {one['message']:9,.0f} {one['interaction']:12,.0f}   {one['copies_each']:.2f}, {one['body']:,.0f}"
        for vendor, one in found.items()
    ]
    return "\n".join([*lines, ""])

"""What a database does to answer a query, and whether that grows with its tables.

`findings` names what must not be on a page: a table with many rows that is read from end to end, and rows that are
sorted by the thousand. Both databases are asked for their plan; PostgreSQL also says how many rows it went through, and
of SQLite the instructions that its engine ran are counted, so that a bad plan shows whatever its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

MANY = 10_500  # rows; reading or sorting more of them for one query is a finding. A search counts 10,001 (`words`)
BITS = 25  # places of rows that an index puts together before a row is read; they cost about as much as one row
TINY = 100  # rows of a table that PostgreSQL is right to read whole
STEPS = 50  # instructions of SQLite's engine for each of them


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one query, line by line, and what is wrong with it."""

    lines: list[str]
    findings: list[str] = field(default_factory=list)


def plan_of(sql: str, parameters: Sequence[Any], big: frozenset[str]) -> Plan:
    """The plan of a SELECT, which is run for it. `big` are the tables that grow without bound."""
    if not sql.lstrip("( ").upper().startswith("SELECT"):
        return Plan([])
    return _sqlite(sql, parameters, big) if connection.vendor == "sqlite" else _postgresql(sql, parameters, big)


def _sqlite(sql: str, parameters: Sequence[Any], big: frozenset[str]) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        lines = [row[3] for row in cursor.fetchall()]
    aliases = dict(_aliases(sql))
    findings = []
    for line in lines:
        scanned = re.match(r"SCAN (?:TABLE )?(\w+)(?! CONSTANT)", line)
        if scanned and aliases.get(scanned[1], scanned[1]) in big:
            findings.append(f"reads all of {aliases.get(scanned[1], scanned[1])}")
    steps = _steps(sql, parameters)
    if steps > MANY * STEPS:
        findings.append(f"{steps:,} steps")
        findings += [line.lower() for line in lines if line.startswith("USE TEMP B-TREE FOR ORDER BY")]
    return Plan([*lines, f"{steps:,} steps"], findings)


def _steps(sql: str, parameters: Sequence[Any]) -> int:
    """Instructions that SQLite's engine runs for the query, in hundreds."""
    count = 0

    def counted() -> int:
        nonlocal count
        count += 100
        return 0

    connection.ensure_connection()
    raw: Any = connection.connection
    raw.set_progress_handler(counted, 100)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            cursor.fetchall()
    finally:
        raw.set_progress_handler(None, 0)
    return count


def _aliases(sql: str) -> Iterator[tuple[str, str]]:
    for table, alias in re.findall(r'(?:FROM|JOIN) "(\w+)" (?:AS )?"?(\w+)"?', sql):
        yield alias, table


def _postgresql(sql: str, parameters: Sequence[Any], big: frozenset[str]) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) {sql}", parameters)
        [[answer]] = cursor.fetchall()
    lines: list[str] = []
    findings: list[str] = []
    for depth, node in _nodes(answer[0]["Plan"], 0):
        rows = round(node["Actual Rows"] * node["Actual Loops"])
        passed = round(
            (node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0))
            * node["Actual Loops"]
        )
        named = " ".join(filter(None, (node["Node Type"], node.get("Index Name"), node.get("Relation Name"))))
        lines.append(f"{'  ' * depth}{named}: {rows:,} rows" + (f", {passed:,} passed over" if passed else ""))
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in big and rows + passed > TINY:
            findings.append(f"reads all of {node['Relation Name']}")
        elif rows + passed > MANY * (BITS if node["Node Type"] == "Bitmap Index Scan" else 1):
            findings.append(f"{named}: {rows + passed:,} rows")
    return Plan(lines, findings)


def _nodes(node: dict[str, Any], depth: int) -> Iterator[tuple[int, dict[str, Any]]]:
    yield depth, node
    for child in node.get("Plans", ()):
        yield from _nodes(child, depth + 1)

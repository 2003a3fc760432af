"""Rows of the journal, and of the copies that they are about, as plain values: many in one statement.

For ingest and the fold. There, objects of models and the conversion of each field took most of the time
(docs/decisions/ingest.md). Identifiers of events stand as 32 hexadecimal digits, on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections

from odziv.models.bulk import Insert, Update, write, write_lines
from odziv.models.deliveries import Delivery
from odziv.models.documents import Shape
from odziv.models.interactions import Interaction
from odziv.models.streamed import NULL, escaped, line

Judged = tuple[str, tuple[str, ...], bool, tuple[str, ...]]
"""verdict, reasons, counted, against."""


class NewRow(NamedTuple):
    """What ingest knows of an event, by the names of the columns; identifiers as 32 digits, `headers` as JSON."""

    id: str
    organisation_id: str
    message_id: str
    delivery_id: str
    kind: str
    ordinal: int
    at: datetime
    method: str
    partial: bool
    agent: str
    headers: str
    agent_kind: str
    device: str
    system: str
    client: str
    network: str
    country: str
    city: str
    teammate: str | None


Ready = Sequence[Any]
"""A row as the database at hand takes it, how it is judged last: for SQLite each of `_COLUMNS`, for PostgreSQL two
pieces of a line (`streamed`)."""

_COLUMNS = (*NewRow._fields, "verdict", "reasons", "counted", "against")
_AT = NewRow._fields.index("at")
_EVENT = ("kind", "ordinal", "at", "method", "partial", "agent", "agent_kind", "client", "headers", "network",
          "teammate", "verdict", "reasons", "counted", "against")  # fmt: skip
_IN_JSON = {"headers", "reasons", "against"}


def ready(rows: Iterable[tuple[NewRow, Judged]]) -> list[Ready]:
    """Events with how each is judged."""
    if _on_sqlite():
        return [(*row[:_AT], _moment(row.at), *row[_AT + 1 :], *_told(judged)) for row, judged in rows]
    return [(_beginning(row), _ending(judged)) for row, judged in rows]


def otherwise(rows: Iterable[Ready], judged: Judged) -> Iterator[Ready]:
    """The same rows, judged so."""
    told = _told(judged) if _on_sqlite() else (_ending(judged),)
    return ((*row[: -len(told)], *told) for row in rows)


def add(rows: Sequence[Ready]) -> None:
    """Insert events, passing over those whose identifier is known. In a transaction."""
    new = Insert("(id) DO NOTHING")
    if _on_sqlite():
        write(Interaction, _COLUMNS, rows, new)
    elif rows:
        write_lines(Interaction, _COLUMNS, map("".join, rows), new)


def _beginning(row: NewRow) -> str:
    """The line up to how the event is judged. Most of it cannot hold what would have to be escaped."""
    of = escaped
    teammate = row.teammate or NULL
    return (
        f"{row.id}\t{row.organisation_id}\t{row.message_id}\t{row.delivery_id}\t{row.kind}\t{row.ordinal}\t"
        f"{row.at.isoformat()}\t{of(row.method)}\t{'t' if row.partial else 'f'}\t{of(row.agent)}\t{of(row.headers)}\t"
        f"{row.agent_kind}\t{of(row.device)}\t{of(row.system)}\t{of(row.client)}\t{row.network}\t{of(row.country)}\t"
        f"{of(row.city)}\t{teammate}\t"
    )


@lru_cache(maxsize=10_000)
def _ending(judged: Judged) -> str:
    verdict, codes, counted, against = _told(judged)
    return line((verdict, codes, counted, against))


def _told(judged: Judged) -> tuple[str, str, bool, str]:
    verdict, codes, counted, against = judged
    return verdict, _codes(tuple(codes)), counted, _codes(tuple(against))


def judge(judged: Mapping[UUID | str, Judged]) -> None:
    """Write how events that stand there are judged, by their 32 digits."""
    values = [(*_told(one), id) for id, one in judged.items()]
    names = ("verdict", "reasons", "counted", "against", "id")
    write(Interaction, names, values, Update(", ".join(f"{name} = {{{name}}}" for name in names[:-1])))


Told = tuple[str, str, int, datetime, str, bool, str, str, str, Mapping[str, str], str, UUID | None]
"""id, kind, ordinal, at, method, partial, agent, agent_kind, client, headers, network, teammate."""


def events(copies: Mapping[UUID, UUID]) -> Iterator[tuple[UUID, Told, Judged]]:
    """All events of copies, with how they were judged last; beside each copy the identifier before which it has none.

    That of its message has that property. It spares PostgreSQL the months before.
    """
    wanted = {copy.hex: copy for copy in copies}
    if _on_sqlite():
        source, parameters = f"FROM odziv_interaction WHERE delivery_id IN ({_each()})", [_list(wanted)]
    else:
        # OFFSET keeps it from being joined otherwise: PostgreSQL does not reckon with the months that it can leave out
        # for each copy, and would read all of them.
        source = (
            "FROM unnest(%s::uuid[], %s::uuid[]) AS wanted(copy, floor) CROSS JOIN LATERAL "
            "(SELECT * FROM odziv_interaction WHERE delivery_id = copy AND id >= floor OFFSET 0) AS found"
        )
        parameters = [list(wanted), [floor.hex for floor in copies.values()]]
    for row in _AN_EVENT.rows(_event(), source, parameters) if wanted else ():
        yield (wanted[row[0]], *_understood(row))


def first_events(copy: UUID, most: int, floor: UUID | None = None) -> Iterator[tuple[UUID, Told, Judged]]:
    """The first so many events of a copy, from this identifier on."""
    from_floor, least = (" AND id >= %s", [floor.hex]) if floor else ("", [])
    source = f"FROM odziv_interaction WHERE delivery_id = %s{from_floor} ORDER BY at, id LIMIT %s"
    for row in _AN_EVENT.rows(_event(), source, [copy.hex, *least, most]):
        yield (copy, *_understood(row))


class CopyRow(NamedTuple):
    """What is known of a copy and where it went."""

    id: UUID
    message: UUID
    organisation: UUID
    touched: int
    accepted_at: datetime | None
    replies: int
    address: str
    position: int


class Recipient(NamedTuple):
    """A copy with all that decides whether its events may be kept."""

    row: CopyRow
    digits: tuple[str, str, str]
    """Of organisation, message and copy."""
    key: str
    followed: bool
    engagement: bool
    preference: str | None
    account_preference: str | None


_A_COPY = (str, str, str, int, datetime | None, int, str, int)
_TOUCHED = Shape(*_A_COPY)
_RECIPIENT = Shape(*_A_COPY, str, bool, bool, str | None, str | None)


def _copy() -> list[str]:
    ids = map(_hex, ("d.id", "d.message_id", "d.organisation_id"))
    return [*ids, "d.touched", _moment_of("d.accepted_at"), "d.replies", "p.address", "p.position"]


def recipients(copies: Iterable[UUID]) -> Iterator[Recipient]:
    """Copies with what was said of following them; those that are not there are left out."""
    wanted = {copy.hex: copy for copy in copies}
    rows = _of(
        wanted,
        _RECIPIENT,
        [*_copy(), "p.key", "d.followed", "o.engagement", "r.follow_email", "a.follow_email"],
        "FROM odziv_delivery d JOIN odziv_party p ON p.id = d.party_id "
        "JOIN odziv_organisation o ON o.id = d.organisation_id LEFT JOIN odziv_record r ON r.id = p.record_id "
        f"LEFT JOIN odziv_record a ON a.id = r.account_id WHERE d.id IN ({_each()})",
    )
    for id, message, owner, touched, accepted, replies, address, position, *said in rows:
        row = CopyRow(wanted[id], UUID(message), _owner(owner), touched, accepted, replies, address, position)
        yield Recipient(row, (owner, message, id), *said)


def touched_copies(messages: Iterable[UUID]) -> Iterator[CopyRow]:
    """The copies of messages to which something has happened."""
    wanted = {message.hex: message for message in messages}
    source = (
        "FROM odziv_delivery d JOIN odziv_party p ON p.id = d.party_id "
        f"WHERE d.message_id IN ({_each()}) AND d.touched > 0"
    )
    for id, message, owner, *values in _of(wanted, _TOUCHED, _copy(), source):
        yield CopyRow(UUID(id), wanted[message], _owner(owner), *values)


_LINKS = Shape(str, str, int)


def followed_links(messages: Iterable[UUID]) -> dict[UUID, int]:
    """How many followed links stand in the HTML of each message; in its text, when it has no other."""
    wanted = {message.hex: message for message in messages}
    source = f"FROM odziv_link WHERE message_id IN ({_each()}) AND followed GROUP BY message_id, part"
    found: dict[UUID, int] = {}
    for message, part, number in _of(wanted, _LINKS, [_hex("message_id"), "part", "COUNT(*)"], source):
        if part == "html" or wanted[message] not in found:
            found[wanted[message]] = number
    return found


def figures(copies: Iterable[UUID], names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Of each copy: identifier, organisation, address, and these columns."""
    wanted = {copy.hex: copy for copy in copies}
    columns = [_hex("d.id"), _hex("d.organisation_id"), "p.address", *(_figure(name, f"d.{name}") for name in names)]
    source = f"FROM odziv_delivery d JOIN odziv_party p ON p.id = d.party_id WHERE d.id IN ({_each()})"
    for id, owner, address, *values in _of(wanted, _shape((str, str, str), tuple(names)), columns, source):
        yield wanted[id], _owner(owner), address, *values


def sums(messages: Iterable[UUID], how: Sequence[tuple[str, str]]) -> Iterator[tuple[Any, ...]]:
    """Of each message that has copies: its identifier, and what these aggregates (name, column) make of them."""
    wanted = {message.hex: message for message in messages}
    columns = [_hex("message_id"), *(_figure(name, f"{function}({name})") for function, name in how)]
    source = f"FROM odziv_delivery WHERE message_id IN ({_each()}) GROUP BY message_id"
    for message, *values in _of(wanted, _shape((str,), tuple(name for _function, name in how)), columns, source):
        yield wanted[message], *values


class Standing(NamedTuple):
    """What of a copy may change while its events are looked at."""

    touched: int
    accepted_at: datetime | None
    replies: int


class HeldCopy(NamedTuple):
    """How a copy stands, and the columns that were asked for."""

    standing: Standing
    values: tuple[Any, ...]


def hold(copies: Iterable[UUID], names: Sequence[str]) -> dict[UUID, HeldCopy]:
    """Lock copies until the transaction ends, and look at them once more; those that are gone are left out.

    Their messages have to be locked before: everybody else does it in this order.
    """
    wanted = {copy.hex: copy for copy in copies}
    columns = [_hex("id"), "touched", _moment_of("accepted_at"), "replies", *(_figure(name, name) for name in names)]
    shape = _shape((str, int, datetime | None, int), tuple(names))
    rows = _of(wanted, shape, columns, f"FROM odziv_delivery WHERE id IN ({_each()}){_locked()}")
    return {
        wanted[id]: HeldCopy(Standing(touched, accepted, replies), tuple(values))
        for id, touched, accepted, replies, *values in rows
    }


class Held(NamedTuple):
    """Of a message: whose it is, from what version of a template it was made, and the columns that were asked for."""

    organisation: UUID
    template_version: UUID | None
    values: tuple[Any, ...]


def hold_messages(messages: Iterable[UUID], names: Sequence[str]) -> dict[UUID, Held]:
    """Lock messages until the transaction ends: whoever adds up their copies' figures must see those of others."""
    wanted = {message.hex: message for message in messages}
    keys = map(_hex, ("activity_id", "organisation_id", "template_version_id"))
    columns = [*keys, *(_figure(name, name) for name in names)]
    source = f"FROM odziv_message WHERE activity_id IN ({_each()}){_locked('activity_id')}"
    rows = _of(wanted, _shape((str, str, str | None), tuple(names)), columns, source)
    return {
        wanted[id]: Held(_owner(owner), _owner(version) if version else None, tuple(values))
        for id, owner, version, *values in rows
    }


def raise_touched(numbers: Mapping[UUID, int]) -> None:
    """So many events more stand in the journal of each copy."""
    values = [(number, copy.hex) for copy, number in numbers.items()]
    write(Delivery, ("touched", "id"), values, Update("touched = t.touched + {touched}"))


_AN_EVENT = Shape(str, str, str, int, datetime, str, bool, str, str, str, str, str, UUID | None, str, str, bool, str)


def _event() -> list[str]:
    columns = {name: name for name in _EVENT} | {"at": _moment_of("at"), "teammate": _hex("teammate")}
    if not _on_sqlite():
        columns |= {name: f"{name}::text" for name in _IN_JSON}
    return [_hex("delivery_id"), _hex("id"), *columns.values()]


def _understood(row: Sequence[Any]) -> tuple[Told, Judged]:
    (_delivery, id, kind, ordinal, at, method, partial, agent, agent_kind, client, headers, network, teammate,
     verdict, codes, counted, against) = row  # fmt: skip
    told = (id, kind, ordinal, at, method, partial, agent, agent_kind, client, _headers(headers), network, teammate)
    return told, (verdict, _parsed(codes), counted, _parsed(against))


@lru_cache(maxsize=100)
def _shape(first: tuple[Any, ...], names: tuple[str, ...]) -> Shape:
    """Of rows with figures of these names behind the first columns."""
    return Shape(*first, *(datetime | None if name.endswith("_at") else int for name in names))


@lru_cache(maxsize=5_000)
def _headers(text: str) -> Mapping[str, str]:
    found: Mapping[str, str] = msgspec.json.decode(text)
    return found


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(text))


@lru_cache(maxsize=10_000)
def _codes(codes: tuple[str, ...]) -> str:
    return msgspec.json.encode(codes).decode()


@lru_cache(maxsize=10_000)
def _owner(text: str) -> UUID:
    return UUID(text)


def _moment(at: datetime) -> str:
    """As Django writes it to SQLite; `at` in UTC."""
    return at.isoformat(" ")[:-6]


def _on_sqlite() -> bool:
    return connections[DEFAULT_DB_ALIAS].vendor == "sqlite"


def _moment_of(column: str) -> str:
    """A column of moments, as a document tells them: SQLite's have no zone."""
    return f"{column} || 'Z'" if _on_sqlite() else column


def _figure(name: str, column: str) -> str:
    return _moment_of(column) if name.endswith("_at") else column


def _locked(key: str = "id") -> str:
    """In one order, so that two workers cannot wait for each other."""
    return "" if _on_sqlite() else f" ORDER BY {key} FOR NO KEY UPDATE"


def _hex(column: str) -> str:
    return column if _on_sqlite() else f"encode(uuid_send({column}), 'hex')"


def _each() -> str:
    """A parameter that holds the list of identifiers; one statement however many there are."""
    return "SELECT value FROM json_each(%s)" if _on_sqlite() else "SELECT unnest(string_to_array(%s, ',')::uuid[])"


def _list(ids: Iterable[str]) -> Any:
    return msgspec.json.encode(list(ids)).decode() if _on_sqlite() else ",".join(ids)


def _of(ids: Iterable[str], shape: Shape, columns: Sequence[str], source: str) -> list[Any]:
    """The rows of a question that asks for each of a list (`_each`)."""
    wanted = list(ids)
    return shape.rows(columns, source, [_list(wanted)]) if wanted else []

"""The words of e-mails and records, in an index of the database's own for texts: a search need not read them all (V2).

A typed word is found where a word begins with it, whatever its case and accents: in the subject, the recipients, the
regarding, or the sender of what came in; in the names, company, industry and job title of a record, its addresses, and
anywhere in its phone numbers. Each stored word begins with a mark of its organisation, so that the index leads to its
rows only: what others have written costs nothing. Behind the words of an e-mail stands a sign of its owner, so that it
leads to one's own alone, too.

`ensure` makes the indexes: FTS5 on SQLite, GIN on PostgreSQL.
"""

from __future__ import annotations

import json
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from odziv.lib.text import digits, fold
from odziv.models.base import OwnedQuerySet
from odziv.models.keyset import FEW, Unindexed, at_most

if TYPE_CHECKING:
    from odziv.models.messages import Message
    from odziv.models.records import Record

MOST_TYPED = 8
_MOST_WORDS = 100  # of a row
_LONGEST = 40  # characters of a word
_LEAST_DIGITS = 3  # of a phone number that is looked for
_MARK = 5  # characters
_SHORT = 2  # letters of a word that is likely to be frequent
_SAMPLE = 2_000  # rows that are looked at for it, those that were written last
_AT_HAND = 2_000  # hits that are kept for all that a page asks of them
_PASSED = 10_000  # rows among which those that were written last are looked for
_SURE = 50  # of them must have a word, or nothing is said of the others
_BATCH = 500
_ASKED = 2 * FEW  # rows of a list that are each asked for their words, so that what is found can be counted and sorted
_BEGINNINGS = 3  # letters up to which SQLite knows all rows with a word that begins so
_SIGN = "§"  # begins the sign of an owner, and no word
_SIGNS = 4  # characters behind it: few share one, and of what is theirs lists ask by themselves
_NUMBER = frozenset("0123456789+-/().,")
_OF_MAIL = ("subject", "recipients", "from_name", "from_address")
NEEDED = {*_OF_MAIL, "direction", "owner"}  # a save of one of these changes the words of a message
Rows = TypeVar("Rows", bound=OwnedQuerySet[Any])


def marked_words(organisation_id: UUID, texts: Iterable[str]) -> str:
    """Each word once, folded and with its organisation's mark, behind a space; letters and digits only."""
    mark = _mark(organisation_id)
    words = dict.fromkeys(word[:_LONGEST] for word in _split(" ".join(texts)))
    return "".join(f" {mark}{word}" for word in islice(words, _MOST_WORDS))


def owner_sign(owner_id: UUID) -> str:
    """What the words of an owner's e-mails end with; that of another one may be the same."""
    return f"{_SIGN}{_short(owner_id)[:_SIGNS]}"


def typed_words(organisation_id: UUID, text: str) -> list[str]:
    """The beginnings of words that a search asks for, as `marked_words` has them; none when nothing is a word."""
    mark = _mark(organisation_id)
    words = (
        word for typed in fold(text).split() for word in ([_dialled(typed)] if _is_number(typed) else _split(typed))
    )
    return [f"{mark}{word[:_LONGEST]}" for word in dict.fromkeys(words)][:MOST_TYPED]


def _is_number(typed: str) -> bool:
    return set(typed) <= _NUMBER and len(digits(typed)) >= 2 * _LEAST_DIGITS


def _dialled(typed: str) -> str:
    """Without the noughts before a country's or an area's code, as numbers are stored."""
    return digits(typed).lstrip("0") or digits(typed)


def _split(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()


def _mark(organisation_id: UUID) -> str:
    return _short(organisation_id)[:_MARK]


def _short(identifier: UUID) -> str:
    return b32encode(sha256(identifier.bytes).digest()).decode().lower()


@dataclass(frozen=True, slots=True)
class Sought:
    """What a row is to have: words that begin so, all of them, and the sign of an owner when one is named."""

    words: tuple[str, ...]
    sign: str = ""

    @property
    def most(self) -> int:
        """Up to how many hits a list is found by them; of more that are one owner's, as soon by the list."""
        return min(FEW, _AT_HAND) if self.sign else FEW

    @property
    def longest(self) -> int:
        """Letters of its longest word."""
        return max(map(len, self.words)) - _MARK

    def for_sqlite(self) -> str:
        return " AND ".join([*(f'"{word}" *' for word in self.words), *([f'"{self.sign}"'] if self.sign else [])])

    def for_postgresql(self) -> str:
        return " & ".join([*(f"'{word}':*" for word in self.words), *([f"'{self.sign}'"] if self.sign else [])])


@dataclass(frozen=True, slots=True)
class Lately:
    """The rows that were written last: which share of them has the words, 0.0 where hardly one has; the last one."""

    share: float
    last: int


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in an organisation, as the index has it, and whether few of its rows have all of that.

    `hits` are their rows of words where they are at most `_AT_HAND`, so that the index is asked once for a page.
    """

    organisation: UUID
    sought: Sought
    few: bool
    hits: list[int] | None
    lately: Callable[[], Lately]


class WordsQuerySet(models.QuerySet["Words"]):
    def search(self, organisation: UUID | None, text: str, owner: UUID | None = None) -> Search:
        """A search for this text; at most two queries find out whether it finds few. It serves any rows of the
        organisation, or of the owner.

        Raises ValueError without an organisation.
        """
        if organisation is None:
            raise ValueError("words are looked for within an organisation")
        signed = owner if self.model.SIGNED else None
        sought = Sought(tuple(typed_words(organisation, text)), owner_sign(signed) if signed else "")
        lately = lru_cache(maxsize=1)(lambda: self._lately(sought.words))
        if not sought.words or self._is_frequent(sought, lately):
            return Search(organisation, sought, not sought.words, None, lately)
        hits, count = self._looked_up(sought)
        return Search(organisation, sought, count <= sought.most, hits if count <= min(FEW, _AT_HAND) else None, lately)

    def narrow(self, rows: Rows, text: str) -> Rows:
        """Those of the rows in which each typed word begins a word. Narrow them by all else first.

        Few are found by the index; many are walked through, and each is asked for its words.
        """
        if not text.strip():
            return rows
        search = self.search(rows._organisation, text, rows._owner)
        many = not search.few and at_most(rows, _ASKED + 1) > _ASKED
        found = self.found(rows, search, every=not many)
        found.is_many = many
        return found

    def found(self, rows: Rows, search: Search, *, every: bool = False) -> Rows:
        """The same for what was searched already, and for a page that is not counted; with `every` for one for which
        each of the rows is asked.
        """
        if rows._organisation != search.organisation:
            raise ValueError("a search serves the rows of its organisation alone")
        sought = search.sought
        if not sought.words:
            return rows.none()
        if search.few:
            hits = (
                self._given(search.hits) if search.hits is not None else self._beginning(sought, f"{self.model.OF}_id")
            )
            found = rows.filter(pk__in=RawSQL(*hits))
        else:
            asked = self._asking(sought, every=every)
            found = rows.filter(asked)
            found.is_walked, found.asked = True, asked
            found.share = lambda: search.lately().share
            found.newest = lambda most: rows.filter(pk__in=RawSQL(*self._newest(sought, most, search.lately())))
        found.is_dear = True
        return found

    def _asking(self, sought: Sought, *, every: bool) -> Exists:
        """What is asked of a row of a list, or of every one."""
        of_row = self.filter(**{self.model.OF: OuterRef("pk")})
        if every and sought.sign and connections[self.db].vendor == "sqlite":
            # Whether the index knows it: to look at the words of each takes longer than to put together the owner's.
            # (PostgreSQL would read as many rows of words for that as the owner has e-mails in any list.)
            index = _index(self.model._meta.db_table)
            known = RawSQL(f"SELECT rowid FROM {index} WHERE {index} MATCH %s", [sought.for_sqlite()])
            return Exists(of_row.filter(In(Unindexed(F("pk")), known)))
        return Exists(of_row._having(sought.words))

    def _is_frequent(self, sought: Sought, lately: Callable[[], Lately]) -> bool:
        """Whether far more than `FEW` rows have the words, by those that were written last; where they are asked."""
        if not self.model.LARGE or self._is_at_once(sought):
            return False
        return lately().share * lately().last > 2 * FEW

    def _is_at_once(self, sought: Sought) -> bool:
        """Whether the index gives the first rows soon.

        Otherwise all rows with a word that begins so are put together before: of PostgreSQL those of one letter are
        most there are, and those of more together with an owner's are few; SQLite knows all of the first letters.
        """
        if connections[self.db].vendor == "sqlite":
            return bool(sought.sign) or sought.longest <= _BEGINNINGS
        return bool(sought.sign) and sought.longest > _SHORT

    def _lately(self, words: Sequence[str]) -> Lately:
        """Which share of the rows that were written last have the words."""
        table, having = self.model._meta.db_table, " AND ".join(["words LIKE %s"] * len(words))
        last = f"(SELECT COALESCE(MAX(id), 0) FROM {table})"
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f"SELECT {last}, (SELECT COUNT(*) FROM {table} WHERE id > {last} - {_SAMPLE} AND {having})",
                [f"% {word}%" for word in words],
            )
            number, found = cursor.fetchone()
        return Lately(found / _SAMPLE if found >= _SURE else 0.0, number)

    def _looked_up(self, sought: Sought) -> tuple[list[int], int]:
        """The rows that have all of that, the first ones, and how many: one more than `most` at most.

        In one query, as both databases put together what begins with a word before they give the first row.
        """
        found, parameters = self._beginning(sought, "id")
        first, sqlite = f"SELECT id FROM found LIMIT {_AT_HAND + 1}", connections[self.db].vendor == "sqlite"
        put = f"(SELECT json_group_array(id) FROM ({first}))" if sqlite else f"ARRAY({first})"
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f"WITH found AS MATERIALIZED ({found}) SELECT {put}, (SELECT COUNT(*) FROM found)", parameters
            )
            hits, count = cursor.fetchone()
        return json.loads(hits) if sqlite else hits, count

    def _given(self, hits: Sequence[int]) -> tuple[str, list[Any]]:
        """A query for what these rows are of."""
        of = f"SELECT {self.model.OF}_id FROM {self.model._meta.db_table} WHERE id"
        if connections[self.db].vendor == "sqlite":
            return f"{of} IN (SELECT value FROM json_each(%s))", [json.dumps(hits)]
        return f"{of} = ANY(%s)", [list(hits)]

    def _beginning(self, sought: Sought, column: str) -> tuple[str, list[str]]:
        """A query for a column of those that have all of that, found in the index, one more than `most` at most."""
        table, most = self.model._meta.db_table, sought.most + 1
        if connections[self.db].vendor == "sqlite":
            index = _index(table)
            # The limit stands inside: SQLite collects all that it looks for in a list.
            found = f"SELECT rowid AS id FROM {index} WHERE {index} MATCH %s LIMIT {most}"
            found = found if column == "id" else f"SELECT {column} FROM {table} WHERE id IN ({found})"
            return found, [sought.for_sqlite()]
        # PostgreSQL believes that one row in two hundred, at least, has a word that begins so. It would read a large
        # table until it has the first thousands, also of a word that is in none: so it is to find all.
        found = f"SELECT {column} FROM {table} WHERE {_VECTOR.format('words')} @@ %s::tsquery"
        return f"WITH found AS MATERIALIZED ({found}) SELECT {column} FROM found LIMIT {most}", [
            sought.for_postgresql()
        ]

    def _newest(self, sought: Sought, most: int, lately: Lately) -> tuple[str, list[str]]:
        """A query for what the rows are of that have all of that and were written last, at most so many."""
        table, column = self.model._meta.db_table, f"{self.model.OF}_id"
        if lately.share:
            # Among many they are soon found from the last row on; to find all would take longer.
            asked = [word for word in (*sought.words, sought.sign) if word]
            having = " AND ".join([f"id > {lately.last - _PASSED}", *["words LIKE %s"] * len(asked)])
            found = f"SELECT {column} FROM {table} WHERE {having} ORDER BY id DESC LIMIT {most}"
            return found, [f"% {word}%" for word in asked]
        if connections[self.db].vendor == "sqlite":
            index = _index(table)
            found = f"SELECT rowid FROM {index} WHERE {index} MATCH %s ORDER BY rowid DESC LIMIT {most}"
            return f"SELECT {column} FROM {table} WHERE id IN ({found})", [sought.for_sqlite()]
        found = f"SELECT id, {column} FROM {table} WHERE {_VECTOR.format('words')} @@ %s::tsquery"
        ordered = f"SELECT {column} FROM found ORDER BY id DESC LIMIT {most}"
        return f"WITH found AS MATERIALIZED ({found}) {ordered}", [sought.for_postgresql()]

    def _having(self, words: Sequence[str]) -> Self:
        """The same, asked of each row."""
        rows = self
        for word in words:
            rows = rows.filter(words__contains=f" {word}")
        return rows

    def put(self, words: Iterable[tuple[UUID, str]]) -> None:
        """Keep the words of rows, by their identifiers, as they are now."""
        left = (self.model(**{f"{self.model.OF}_id": pk, "words": text}) for pk, text in words)
        for batch in _batches(left):
            self.bulk_create(batch, update_conflicts=True, unique_fields=[self.model.OF], update_fields=["words"])

    def of_messages(self, messages: QuerySet[Message], *, regarding: bool = True) -> None:
        """Keep the words of messages as they are now, with or without their regarding."""
        about = ("organisation_id", "owner_id", "direction", *_OF_MAIL, "activity__regarding__name")
        rows = messages.select_related("activity__regarding").only(*about).order_by()
        self.put((row.pk, _of_message(row, regarding=regarding)) for row in rows.iterator(chunk_size=_BATCH))

    def of_records(self, records: QuerySet[Record], *, account: bool = True) -> None:
        """Keep the words of records as they are now, with or without their account."""
        rows = records.select_related("account").prefetch_related("emails", "phones").order_by()
        self.put((row.pk, _of_record(row, account=account)) for row in rows.iterator(chunk_size=_BATCH))


def _of_message(message: Message, *, regarding: bool = True) -> str:
    record = message.activity.regarding if regarding else None
    sender = (message.from_name, message.from_address) if message.direction == "in" else ()
    about = (record.name,) if record else ()
    words = marked_words(message.organisation_id, (message.subject, message.recipients, *about, *sender))
    return f"{words} {owner_sign(message.owner_id)}"


def _of_record(record: Record, *, account: bool = True) -> str:
    own = (record.name, record.company, record.job_title, record.industry)
    behind = record.account.name if account and record.account else ""
    emails = [email.key for email in record.emails.all()]
    phones = [phone.digits for phone in record.phones.all()]
    return words_of_record(record.organisation_id, (*own, behind), emails, phones)


def words_of_record(organisation_id: UUID, texts: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> str:
    """Of a record with these texts, keys of addresses and digits of numbers, which are found from each digit on."""
    ends = [phone[start:] for phone in phones for start in range(len(phone) - _LEAST_DIGITS + 1)]
    return marked_words(organisation_id, (*texts, *emails, *ends))


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch


class Words(models.Model):
    """The words of one row. They follow from it: whoever saves it, and `feeds`, writes them."""

    words = models.TextField()

    OF: ClassVar[str]
    LARGE: ClassVar[bool] = False  # ten times as many as records, and more
    SIGNED: ClassVar[bool] = False  # they end with the sign of an owner

    objects = WordsQuerySet.as_manager()

    class Meta:
        abstract = True


class MessageWords(Words):
    """Of one e-mail."""

    message = models.OneToOneField("odziv.Message", on_delete=models.CASCADE, related_name="+")

    OF = "message"
    LARGE = True
    SIGNED = True


class RecordWords(Words):
    """Of one record."""

    record = models.OneToOneField("odziv.Record", on_delete=models.CASCADE, related_name="+")

    OF = "record"


_VECTOR = "array_to_tsvector(string_to_array(btrim({}), ' '))"


def _index(table: str) -> str:
    return f"{table}_index"


def _triggers(table: str) -> dict[str, str]:
    index = _index(table)
    put = f"INSERT INTO {index}(rowid, words) VALUES (new.id, new.words);"
    take = f"INSERT INTO {index}({index}, rowid, words) VALUES ('delete', old.id, old.words);"
    return {
        f"{index}_put": f"AFTER INSERT ON {table} BEGIN {put} END",
        f"{index}_take": f"AFTER DELETE ON {table} BEGIN {take} END",
        f"{index}_change": f"AFTER UPDATE ON {table} WHEN old.words <> new.words BEGIN {take} {put} END",
    }


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing of the indexes, and fill it then.

    After all migrations: one that remakes a table on SQLite takes the triggers away that lead its words to the index.
    """
    with connection.cursor() as cursor:
        present = connection.introspection.table_names(cursor)
        for model in (MessageWords, RecordWords):
            table = model._meta.db_table
            if table in present:
                (_ensure_fts if connection.vendor == "sqlite" else _ensure_gin)(cursor, table)


def _ensure_gin(cursor: Any, table: str) -> None:
    made = f"CREATE INDEX IF NOT EXISTS {_index(table)} ON {table} USING gin ({_VECTOR.format('words')})"
    cursor.execute(f"{made} WITH (fastupdate = off)")


def _ensure_fts(cursor: Any, table: str) -> None:
    index, triggers = _index(table), _triggers(table)
    cursor.execute("SELECT name FROM sqlite_master WHERE name = %s OR tbl_name = %s", [index, table])
    present = {row[0] for row in cursor.fetchall()}
    if present.issuperset({index, *triggers}):
        return
    if index not in present:
        # The words have been split and folded, so it is to split at spaces and nothing else. It keeps no text of its
        # own. Of words with up to three typed letters it knows the beginnings.
        cursor.execute(
            f"CREATE VIRTUAL TABLE {index} USING fts5(words, content='{table}', content_rowid='id', detail=none, "
            f"columnsize=0, tokenize='ascii', prefix='{_MARK + 1} {_MARK + 2} {_MARK + 3}')"
        )
    for name, what in triggers.items():
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {what}")
    cursor.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")

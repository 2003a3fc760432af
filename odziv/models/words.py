"""The words of e-mails and records, in an index of the database's own for texts: a search need not read them all (V2).

A typed word is found where a word begins with it, whatever its case and accents: in the subject, the recipients, the
regarding, or the sender of what came in; in the names, company, industry and job title of a record, its addresses, and
anywhere in its phone numbers. Each stored word begins with a mark of its organisation, so that the index leads to its
rows only: what others have written costs nothing. Behind the words of an e-mail stands a sign of its owner, so that it
leads to one's own alone, too.

What a word is, says `vocabulary`; what the index of the database is, `word_index`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import connections, models
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from odziv.models.base import OwnedQuerySet
from odziv.models.keyset import FEW, Unindexed, at_most
from odziv.models.vocabulary import MARK, OF_MAIL, message_words, owner_sign, record_words, typed_words
from odziv.models.word_index import BEGINNINGS, VECTOR, index_name

if TYPE_CHECKING:
    from odziv.models.messages import Message
    from odziv.models.records import Record

_SHORT = 2  # letters of a word that is likely to be frequent
_SAMPLE = 2_000  # rows that are looked at for it, those that were written last
_AT_HAND = 2_000  # hits that are kept for all that a page asks of them
_PASSED = 10_000  # rows among which those that were written last are looked for
_SURE = 50  # of them must have a word, or nothing is said of the others
_BATCH = 500
_ASKED = 2 * FEW  # rows of a list that are each asked for their words, so that what is found can be counted and sorted
Rows = TypeVar("Rows", bound=OwnedQuerySet[Any])


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
        return max(map(len, self.words)) - MARK

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
            index = index_name(self.model._meta.db_table)
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
            return bool(sought.sign) or sought.longest <= BEGINNINGS
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
            index = index_name(table)
            # The limit stands inside: SQLite collects all that it looks for in a list.
            found = f"SELECT rowid AS id FROM {index} WHERE {index} MATCH %s LIMIT {most}"
            found = found if column == "id" else f"SELECT {column} FROM {table} WHERE id IN ({found})"
            return found, [sought.for_sqlite()]
        # PostgreSQL believes that one row in two hundred, at least, has a word that begins so. It would read a large
        # table until it has the first thousands, also of a word that is in none: so it is to find all.
        found = f"SELECT {column} FROM {table} WHERE {VECTOR.format('words')} @@ %s::tsquery"
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
            index = index_name(table)
            found = f"SELECT rowid FROM {index} WHERE {index} MATCH %s ORDER BY rowid DESC LIMIT {most}"
            return f"SELECT {column} FROM {table} WHERE id IN ({found})", [sought.for_sqlite()]
        found = f"SELECT id, {column} FROM {table} WHERE {VECTOR.format('words')} @@ %s::tsquery"
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
        about = ("organisation_id", "owner_id", "direction", *OF_MAIL, "activity__regarding__name")
        rows = messages.select_related("activity__regarding").only(*about).order_by()
        self.put((row.pk, message_words(row, regarding=regarding)) for row in rows.iterator(chunk_size=_BATCH))

    def of_records(self, records: QuerySet[Record], *, account: bool = True) -> None:
        """Keep the words of records as they are now, with or without their account."""
        rows = records.select_related("account").prefetch_related("emails", "phones").order_by()
        self.put((row.pk, record_words(row, account=account)) for row in rows.iterator(chunk_size=_BATCH))


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

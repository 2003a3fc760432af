"""What a user asks of an import: begin it, say what its columns are, decide, undo, forget it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db import transaction

from odziv.environment import ENV
from odziv.lib.files import FileStoreError
from odziv.models import Duplicates, FileFormat, Import, ImportState, KnownColumn, RecordKind, User
from odziv.records.importing import cards, fields, guess
from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.forgetting import forget_file
from odziv.records.importing.reading import file_store, sample_of
from odziv.records.importing.sniff import ENCODINGS, SAMPLE, SEPARATORS, sniff
from odziv.records.importing.table import MOST_COLUMNS

MAX_FILE = ENV.upload_limit_mb * 1024 * 1024


class TooLarge(Exception):
    """The file is larger than MAX_FILE; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the user wants a table to be read."""

    encoding: str
    separator: str
    has_head: bool


def begin(user: User, kind: RecordKind, name: str, chunks: Iterable[bytes]) -> Import:
    """Keep the file, and guess how it is to be read and what its columns are. Raises Unreadable and TooLarge.

    A table waits for the user's word on its columns; cards, whose fields have names, are checked at once.
    """
    pieces = _Pieces(chunks)
    pieces.look()
    shape = sniff(pieces.head, user.language)
    try:
        ref = file_store().put(user.organisation_id, pieces)
    except FileStoreError as error:
        raise Unreadable(FileTrouble.STORE) from error
    of = Import(
        organisation_id=user.organisation_id,
        user=user,
        kind=kind,
        file_name=name.replace("\\", "/").rpartition("/")[2][:255] or "?",
        key=ref.key,
        size=ref.size,
        format=FileFormat.VCARD if shape.cards else FileFormat.CSV,
        encoding=shape.encoding,
        separator=shape.separator,
        has_head=shape.has_head,
    )
    try:
        of.columns = _guessed(of)
    except Unreadable:
        forget_file(of)
        raise
    of.state = ImportState.CHECKING if shape.cards else ImportState.MATCHING
    of.save()
    return of


def fields_for(of: Import) -> list[fields.Field]:
    """What its columns can be: a salesperson imports records that are their own then."""
    return fields.fields_of(of.kind, chooses_owner=of.user.sees_team)


def read_so(of: Import, reading: Reading) -> None:
    """Read the table in another way; its columns are guessed anew. Raises Unreadable; then nothing is changed."""
    tried = Import.objects.select_related("user").get(pk=of.pk)
    tried.encoding = reading.encoding if reading.encoding in ENCODINGS else of.encoding
    tried.separator = reading.separator if reading.separator in SEPARATORS else of.separator
    tried.has_head = reading.has_head
    tried.columns = _guessed(tried)
    of.encoding, of.separator, of.has_head, of.columns = tried.encoding, tried.separator, tried.has_head, tried.columns
    _in_state(
        of, ImportState.MATCHING, encoding=of.encoding, separator=of.separator, has_head=of.has_head, columns=of.columns
    )


def set_columns(of: Import, columns: Sequence[str], *, make_accounts: bool) -> None:
    """What each column is; unknown words and a second column of a field that can be but one are left out."""
    allowed = {one.key: one for one in fields_for(of)}
    chosen: list[str] = []
    for key in list(columns)[: len(of.columns)]:
        once = key in allowed and (allowed[key].many or key not in chosen)
        chosen.append(key if once else "")
    of.columns = [*chosen, *[""] * (len(of.columns) - len(chosen))]
    of.make_accounts = make_accounts
    _in_state(of, ImportState.MATCHING, columns=of.columns, make_accounts=make_accounts)


@transaction.atomic
def start_check(of: Import) -> bool:
    """Let the whole file be read, and remember what its columns are; False when it was not its turn any more."""
    if not _in_state(of, ImportState.MATCHING, state=ImportState.CHECKING, done=0, attempts=0):
        return False
    pairs = {guess.head_key(head): key for head, key in zip(_heads(of), of.columns, strict=False)}
    KnownColumn.objects.remember(of, {head: key for head, key in pairs.items() if head})
    return True


def _heads(of: Import) -> list[str]:
    """The heads of a table that has them; what is wrong with the file, the check will say."""
    try:
        return sample_of(of, 1)[0] if of.has_head else []
    except Unreadable:
        return []


def go_on(of: Import, duplicates: Duplicates) -> bool:
    """Let what can be imported be written; False when it was not its turn any more."""
    return _in_state(
        of, ImportState.CHECKED, state=ImportState.WRITING, duplicates=duplicates, done=0, attempts=0
    )  # fmt: skip


def back(of: Import) -> bool:
    """To the columns again, from a check or a failure; nothing has been written."""
    if of.format == FileFormat.VCARD or not of.key:
        return False
    before = (ImportState.CHECKED, ImportState.FAILED)
    return any(_in_state(of, state, state=ImportState.MATCHING, trouble="", trouble_at="") for state in before)


def stop(of: Import) -> bool:
    """Give it up before anything was written; False when that has begun."""
    states = (ImportState.MATCHING, ImportState.CHECKING, ImportState.CHECKED, ImportState.FAILED)
    stopped = any(_in_state(of, state, state=ImportState.STOPPED, leased_until=None) for state in states)
    if stopped:
        forget_file(of)
    return stopped


def start_undo(of: Import) -> bool:
    """Let what it made be removed; False when it was not its turn any more."""
    return _in_state(of, ImportState.DONE, state=ImportState.UNDOING, done=0, attempts=0)


def _in_state(of: Import, before: ImportState, **values: object) -> bool:
    """An UPDATE with a condition: of two who press at once, one is first."""
    changed = Import.objects.filter(pk=of.pk, state=before).update(**values)
    if changed:
        for name, value in values.items():
            setattr(of, name, value)
    return bool(changed)


def _guessed(of: Import) -> list[str]:
    choice = fields_for(of)
    if of.format == FileFormat.VCARD:
        return _of_cards(RecordKind(of.kind), {one.key for one in choice})
    heads, rows = sample_of(of, 1)
    if not rows:
        raise Unreadable(FileTrouble.NO_ROWS)
    if len(heads) > MOST_COLUMNS:
        raise Unreadable(FileTrouble.COLUMNS, str(len(heads)))
    known = KnownColumn.objects.fields_of(of.user, of.kind)
    found = guess.guess(heads, of.kind, choice, known)
    if not of.has_head:
        found = _by_cells(rows[0].cells, found)
    return found


def _of_cards(kind: RecordKind, allowed: set[str]) -> list[str]:
    otherwise = {RecordKind.LEAD: {"account": "company"}, RecordKind.ACCOUNT: {"account": "name"}}.get(kind, {})
    found = [otherwise.get(key, key) for key in cards.COLUMNS]
    return [key if key in allowed else "" for key in found]


def _by_cells(cells: Sequence[str], found: list[str]) -> list[str]:
    """Without a head, only an address is known by its looks."""
    return ["email" if "@" in cell else key for cell, key in zip(cells, found, strict=False)]


class _Pieces:
    """The chunks of an upload; the first bytes are looked at before any is stored."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.head = b""

    def look(self) -> None:
        while len(self.head) < SAMPLE and (chunk := next(self._chunks, b"")):
            self.head += chunk

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for chunk in chain([self.head], self._chunks):
            read += len(chunk)
            if read > MAX_FILE:
                raise TooLarge
            yield chunk

"""Files to import, and the way from one to its records as the worker goes it."""

from __future__ import annotations

from collections.abc import Iterator

from odziv.models import Duplicates, Import, ImportState, RecordKind, User
from odziv.records.importing.asking import begin, go_on, start_check
from odziv.records.importing.run import work_on_imports

HEAD = "First name,Last name,E-mail,Mobile phone,Company,Job title,City,Country,Follow email\n"


def checked(user: User, text: str | bytes, kind: RecordKind = RecordKind.CONTACT, name: str = "people.csv") -> Import:
    """The import of a file, read and judged by the worker."""
    content = text.encode() if isinstance(text, str) else text
    of = begin(user, kind, name, [content])
    start_check(of)
    assert work_on_imports() == 1
    return fresh(of)


def imported(
    user: User,
    text: str | bytes,
    duplicates: Duplicates = Duplicates.SKIP,
    kind: RecordKind = RecordKind.CONTACT,
) -> Import:
    """The same, with all written that can be."""
    of = checked(user, text, kind)
    assert of.state == ImportState.CHECKED, (of.trouble, of.trouble_at)
    assert go_on(of, duplicates)
    assert work_on_imports() == 1
    return fresh(of)


def fresh(of: Import) -> Import:
    return Import.objects.select_related("user", "organisation").get(pk=of.pk)


def many(count: int, wrong_each: int = 0) -> Iterator[bytes]:
    """A file of so many people of a few thousand companies, in pieces; every `wrong_each`th has no sound address."""
    yield HEAD.encode()
    for start in range(0, count, 1000):
        lines = []
        for n in range(start, min(start + 1000, count)):
            at = " at " if wrong_each and n % wrong_each == 0 else "@"
            lines.append(
                f"Maja{n},Novák{n},maja.{n}{at}firma{n % 5000}.example,+386 41 {n:06},Firma {n % 5000} d.o.o.,"
                f'"Buyer, oak",Škofja Loka,Slovenija,{"ne" if n % 50 == 0 else ""}\n'
            )
        yield "".join(lines).encode()

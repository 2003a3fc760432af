"""Compile the Slovenian catalogue: `python -m odziv.locale.build`.

The compiled `.mo` is not committed, so that a text and its translation change in one file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib

HERE = Path(__file__).parent
TARGET = HERE / "sl" / "LC_MESSAGES" / "django.mo"


def build() -> int:
    """Merge `parts/sl/*.po` into one `.mo`; returns how many texts. Raises OSError for a broken file."""
    merged = polib.POFile()
    merged.metadata = {
        "Language": "sl",
        "Content-Type": "text/plain; charset=utf-8",
        "Plural-Forms": "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);",
    }
    seen: dict[tuple[str, str | None], str] = {}
    for part in sorted((HERE / "parts" / "sl").glob("*.po")):
        for entry in polib.pofile(str(part)):
            key = (entry.msgid, entry.msgctxt)
            if key not in seen and not entry.obsolete:
                seen[key] = part.name
                merged.append(entry)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    merged.save_as_mofile(str(TARGET))
    return len(seen)


if __name__ == "__main__":
    sys.stdout.write(f"{build()} Slovenian texts\n")

"""The spool: where the edge leaves its hits, and where ingest finds them.

Each writing process has one SQLite file of its own in the spool folder, apart from the application's database, so the
edge records while everything else is down. See `files` for who may touch which file when.
"""

from odziv.lib.spool.files import SpoolError
from odziv.lib.spool.reader import Backlog, SpoolReader, SpoolRecord
from odziv.lib.spool.writer import FileSpool, SpoolState

__all__ = ["Backlog", "FileSpool", "SpoolError", "SpoolReader", "SpoolRecord", "SpoolState"]

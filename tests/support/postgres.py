"""`python -m tests.support.postgres COMMAND …` runs COMMAND on a fresh PostgreSQL server."""

from __future__ import annotations

import sys

from servers.postgres import main, postgres

__all__ = ["main", "postgres"]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

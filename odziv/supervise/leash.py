"""What the supervisor starts: `python -m odziv.supervise.leash COMMAND …` is `odziv COMMAND …` on a leash.

Its standard input is a pipe that the supervisor holds. When the supervisor is gone, even by SIGKILL, the pipe ends, and
so does the process: no port stays taken and no second worker stays behind.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from odziv import cli

_SECONDS_TO_END = 4.0


def _hold() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_END)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_hold, name="leash", daemon=True).start()
    raise SystemExit(cli.main(sys.argv[1:]))

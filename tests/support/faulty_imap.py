"""An IMAP server on 127.0.0.1 that says what it is told, however wrong; for what a real one never does."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.support.smtp import CLOSE, HANG

CAPABILITIES = "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2\r\nTAG OK done\r\n"


@dataclass
class FaultyImap:
    """`does[command]` is HANG, CLOSE or an answer in which TAG is the command's; commands are lower case, and
    "greeting" comes first. A line in the middle of an exchange is answered by `does["continue"]`. A list is used up.
    """

    does: dict[str, str | list[str]] = field(default_factory=dict)
    slow: float = 0.0  # seconds between the bytes of each answer
    log: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listener.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError, ConnectionError), peer:
            self._say(peer, self._told("greeting", "* OK ready\r\n"))
            tag = ""
            for raw in peer.makefile("rb"):
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                self.log.append(line)
                words = line.split(" ", 2)
                if len(words) > 1:
                    tag, command = words[0], words[1].lower()
                else:
                    command = "continue"
                usual = CAPABILITIES if command == "capability" else "TAG OK done\r\n"
                if command == "logout":
                    usual = "* BYE bye\r\nTAG OK done\r\n"
                self._say(peer, self._told(command, usual).replace("TAG", tag))

    def _told(self, command: str, usual: str) -> str:
        told = self.does.get(command, usual)
        return (told.pop(0) if told else usual) if isinstance(told, list) else told

    def _say(self, peer: socket.socket, text: str) -> None:
        if text == HANG:
            self._over.wait(60)
        if text in (HANG, CLOSE):
            peer.shutdown(socket.SHUT_RDWR)
            raise ConnectionError
        raw = text.encode("utf-8", "surrogateescape")
        if not self.slow:
            return peer.sendall(raw)
        for byte in raw:
            peer.sendall(bytes((byte,)))
            time.sleep(self.slow)
        return None

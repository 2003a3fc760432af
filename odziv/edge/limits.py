"""What one asker may cost: sizes in bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the edge; the defaults suit recipients' programs of every kind."""

    connections: int = 4096
    target: int = 8 * 1024
    """Longest request target; a longer one is no identifier of ours: 404."""
    head: int = 24 * 1024
    """Request line and header fields together."""
    fields: int = 100
    """Number of header fields."""
    body: int = 64 * 1024
    """A body is read and thrown away up to here, so that the answer to it is seen."""
    pipelined: int = 16
    """Requests of one connection that wait for their answers before no more are read."""
    idle_seconds: float = 30
    """Between requests, and before the first."""
    request_seconds: float = 10
    """For a whole request, however slowly its bytes drip."""
    write_seconds: float = 30
    """For any progress of an asker that does not read its answer."""
    linger_seconds: float = 2
    """To take what is still coming in after an answer that ends the connection."""
    record_seconds: float = 2
    """An answer waits no longer than this for its hit to be durable."""
    shutdown_seconds: float = 2
    """For answers that are under way when the process is told to end."""

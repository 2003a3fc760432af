"""UUIDv7 (RFC 9562, section 5.7)."""

from __future__ import annotations

import threading
import time
from uuid import UUID

import pytest

from odziv.lib.uuid7 import uuid7, uuid7_bytes


def test_it_is_a_uuid_of_version_7_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_each_is_greater_than_the_one_before() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_the_order_holds_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    assert first < uuid7() < uuid7()


def test_threads_share_one_order() -> None:
    made: list[UUID] = []
    threads = [threading.Thread(target=lambda: made.extend(uuid7() for _ in range(2_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({uuid.int >> 64 for uuid in made}) == 8_000


def test_a_given_time_is_kept() -> None:
    made = uuid7(1_700_000_000.5)
    assert made.int >> 80 == 1_700_000_000_500
    assert uuid7(1_600_000_000) < made < uuid7()


def test_as_bytes_they_are_in_the_same_order() -> None:
    made = [uuid7()]
    for _ in range(3_000):
        made += [UUID(bytes=uuid7_bytes(time.time())), UUID(bytes=uuid7_bytes(time.time())), uuid7()]
    assert made == sorted(made)
    assert len({each.int & (1 << 62) - 1 for each in made}) == len(made), "their random parts differ"
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}
    assert abs((made[-1].int >> 80) - time.time_ns() // 1_000_000) < 5_000


def test_as_bytes_the_order_holds_when_the_clock_steps_back() -> None:
    now = time.time()
    first = uuid7_bytes(now)
    assert first < uuid7_bytes(1.0) < uuid7_bytes(now - 1) < uuid7_bytes(now + 1)

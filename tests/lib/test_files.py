"""The file store: durable, content-addressed, no way out of its folder (O5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from odziv.lib.files import DirectoryStore, FileMissing, FileStoreError, store_from

ORGANISATION = UUID(int=7)


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "files")


def test_what_is_put_can_be_read(store: DirectoryStore) -> None:
    ref = store.put(ORGANISATION, [b"hello ", b"", b"world"])
    digest = hashlib.sha256(b"hello world").hexdigest()
    assert ref.key == f"{ORGANISATION.hex}/{digest[:2]}/{digest}"
    assert (ref.sha256, ref.size, store.size(ref.key)) == (digest, 11, 11)
    with store.open(ref.key) as stream:
        stream.seek(6)
        assert stream.read() == b"world"


def test_the_same_content_is_kept_once_for_each_organisation(store: DirectoryStore) -> None:
    first, again = store.put(ORGANISATION, [b"x"]), store.put(ORGANISATION, [b"x"])
    other = store.put(UUID(int=8), [b"x"])
    assert first == again
    assert other.key != first.key
    assert sum(path.is_file() for path in store.root.rglob("*")) == 2
    store.delete(first.key)
    assert store.size(other.key) == 1


def test_a_failing_source_leaves_nothing(store: DirectoryStore) -> None:
    def source() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        store.put(ORGANISATION, source())
    assert list(store.root.iterdir()) == []


def test_a_missing_file_is_told(store: DirectoryStore) -> None:
    key = f"{ORGANISATION.hex}/aa/{'aa' * 32}"
    for act in (store.open, store.size):
        with pytest.raises(FileMissing):
            act(key)
    store.delete(key)


@pytest.mark.parametrize(
    "key",
    ["", "../../etc/passwd", "/etc/passwd",
     f"{ORGANISATION.hex}/ab/{'cd' * 32}", f"{ORGANISATION.hex}/aa/{'aa' * 32}\n",
     f"{ORGANISATION.hex}/../{'aa' * 32}", f"{ORGANISATION.hex.upper()}/AA/{'AA' * 32}", "a\0b"],
)  # fmt: skip
def test_no_key_leads_out_of_the_folder(store: DirectoryStore, key: str) -> None:
    store.put(ORGANISATION, [b"x"])
    for act in (store.open, store.size, store.delete):
        with pytest.raises(FileMissing):
            act(key)


def test_the_check_leaves_nothing_behind(store: DirectoryStore) -> None:
    store.check()
    assert not [path for path in store.root.rglob("*") if path.is_file()]


def test_the_check_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("I am in the way")
    with pytest.raises(FileStoreError, match="check that the folder exists"):
        DirectoryStore(tmp_path / "files").check()


def test_a_store_is_named_by_a_path_or_an_address(tmp_path: Path) -> None:
    for place in (tmp_path, str(tmp_path), f"file://{tmp_path}"):
        store = store_from(place)
        assert isinstance(store, DirectoryStore)
        assert store.root == tmp_path
    with pytest.raises(FileStoreError, match="gopher"):
        store_from("gopher://x/y")


def test_files_are_readable_by_their_owner_only(store: DirectoryStore) -> None:
    ref = store.put(ORGANISATION, [b"secret"])
    assert (store.root / ref.key).stat().st_mode & 0o077 == 0
    assert store.root.stat().st_mode & 0o077 == 0

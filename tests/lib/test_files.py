"""The file store: durable, content-addressed, no way out of its place (O5). In a folder and in a bucket alike."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from odziv.lib.files import DirectoryStore, FileMissing, FileStore, FileStoreError, check, store_from
from tests.support.s3 import Bucket, bucket, s3_server

__all__ = ["bucket", "s3_server"]

ORGANISATION = UUID(int=7)


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return DirectoryStore(tmp_path / "files")
    kept: Bucket = request.getfixturevalue("bucket")
    return store_from(kept.place)


@pytest.fixture
def folder(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "files")


def test_what_is_put_can_be_read(store: FileStore) -> None:
    ref = store.put(ORGANISATION, [b"hello ", b"", b"world"])
    digest = hashlib.sha256(b"hello world").hexdigest()
    assert ref.key == f"{ORGANISATION.hex}/{digest[:2]}/{digest}"
    assert (ref.sha256, ref.size, store.size(ref.key)) == (digest, 11, 11)
    with store.open(ref.key) as stream:
        stream.seek(6)
        assert stream.read() == b"world"


def test_the_same_content_is_kept_once_for_each_organisation(store: FileStore) -> None:
    first, again = store.put(ORGANISATION, [b"x"]), store.put(ORGANISATION, [b"x"])
    other = store.put(UUID(int=8), [b"x"])
    assert first == again
    assert other.key != first.key
    store.delete(first.key)
    assert store.size(other.key) == 1


def test_a_long_file_is_read_from_anywhere(store: FileStore) -> None:
    content = bytes(range(251)) * 5_000
    key = store.put(ORGANISATION, (content[at : at + 70_000] for at in range(0, len(content), 70_000))).key
    with store.open(key) as stream:
        for start, length in ((0, 10), (600_000, 300_000), (5, 5), (len(content) - 3, 10), (len(content), 1)):
            stream.seek(start)
            assert stream.read(length) == content[start : start + length]
        assert stream.seek(-7, io.SEEK_END) == len(content) - 7
        assert stream.read() == content[-7:]


def test_an_empty_file_is_a_file(store: FileStore) -> None:
    ref = store.put(ORGANISATION, [])
    assert store.size(ref.key) == 0
    with store.open(ref.key) as stream:
        assert stream.read() == b""


def test_the_same_content_in_a_folder_is_one_file(folder: DirectoryStore) -> None:
    folder.put(ORGANISATION, [b"x"])
    folder.put(ORGANISATION, [b"x"])
    assert sum(path.is_file() for path in folder.root.rglob("*")) == 1


def test_a_failing_source_leaves_nothing(folder: DirectoryStore) -> None:
    def source() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        folder.put(ORGANISATION, source())
    assert list(folder.root.iterdir()) == []


def test_a_missing_file_is_told(store: FileStore) -> None:
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
def test_no_key_leads_elsewhere(store: FileStore, key: str) -> None:
    store.put(ORGANISATION, [b"x"])
    for act in (store.open, store.size, store.delete):
        with pytest.raises(FileMissing):
            act(key)


def test_the_check_leaves_nothing_behind(folder: DirectoryStore) -> None:
    check(folder)
    assert not [path for path in folder.root.rglob("*") if path.is_file()]


def test_the_check_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("I am in the way")
    with pytest.raises(FileStoreError, match="check that the folder exists"):
        check(DirectoryStore(tmp_path / "files"))


def test_a_store_is_named_by_a_path_or_an_address(tmp_path: Path) -> None:
    for place in (tmp_path, str(tmp_path), f"file://{tmp_path}"):
        store = store_from(place)
        assert isinstance(store, DirectoryStore)
        assert store.root == tmp_path
    with pytest.raises(FileStoreError, match="gopher"):
        store_from("gopher://x/y")


def test_files_are_readable_by_their_owner_only(folder: DirectoryStore) -> None:
    ref = folder.put(ORGANISATION, [b"secret"])
    assert (folder.root / ref.key).stat().st_mode & 0o077 == 0
    assert folder.root.stat().st_mode & 0o077 == 0

"""The file store in a bucket: what it leaves there, and what it says when the service fails (O5)."""

from __future__ import annotations

import socket
import subprocess
import sys
from uuid import UUID

import pytest

from odziv.lib.files import FileStoreError, check, store_from
from tests.support.processes import free_port
from tests.support.s3 import Bucket, bucket, s3_server

pytestmark = pytest.mark.slow

__all__ = ["bucket", "s3_server"]

ORGANISATION = UUID(int=7)


@pytest.mark.slow
def test_files_stand_in_their_folder_of_the_bucket_once_for_each_organisation(bucket: Bucket) -> None:
    store = store_from(bucket.place)
    for organisation in (ORGANISATION, ORGANISATION, UUID(int=8)):
        store.put(organisation, [b"x"])
    assert len(bucket.keys) == 2
    assert all(key.startswith("kept/") for key in bucket.keys)


def test_the_check_leaves_nothing_behind(bucket: Bucket) -> None:
    check(store_from(bucket.place))
    assert bucket.keys == []


def test_what_did_not_arrive_whole_is_stored_again(bucket: Bucket) -> None:
    store = store_from(bucket.place)
    key = store.put(ORGANISATION, [b"whole"]).key
    bucket.client.put_object(Bucket=bucket.name, Key=f"kept/{key}", Body=b"half")
    store.put(ORGANISATION, [b"whole"])
    with store.open(key) as stream:
        assert stream.read() == b"whole"


def test_a_bucket_that_is_missing_is_told(bucket: Bucket) -> None:
    store = store_from(bucket.place.replace(bucket.name, "another-bucket"))
    with pytest.raises(FileStoreError, match=r"NoSuchBucket.*check that the bucket exists"):
        store.put(ORGANISATION, [b"x"])


@pytest.mark.slow
def test_a_service_that_is_away_is_told_within_seconds(bucket: Bucket) -> None:
    store = store_from(f"s3://b?endpoint=http://127.0.0.1:{free_port()}")
    for act in (lambda: store.put(ORGANISATION, [b"x"]), lambda: check(store)):
        with pytest.raises(FileStoreError, match="can be reached"):
            act()


def test_an_answer_that_breaks_off_is_no_short_file(bucket: Bucket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = """
import socket, sys
server = socket.socket(fileno=int(sys.argv[1]))
for _ in range(2):
    asked, _ = server.accept()
    asked.recv(65536)
    asked.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\nETag: \\"x\\"\\r\\n\\r\\nhalf")
    asked.close()
"""
        serving = subprocess.Popen([sys.executable, "-c", code, str(server.fileno())], pass_fds=[server.fileno()])
        try:
            store = store_from(f"s3://b?endpoint=http://127.0.0.1:{server.getsockname()[1]}")
            key = f"{ORGANISATION.hex}/aa/{'aa' * 32}"
            with pytest.raises((OSError, FileStoreError)), store.open(key) as stream:
                stream.read()
        finally:
            serving.kill()
            serving.wait()


@pytest.mark.parametrize(
    "place",
    ["s3://", "s3:///folder", "s3://b?endpoint=ftp://x", "s3://b?endpoint=x", "s3://b?colour=red", "s3://k:s@b",
     "s3://b?endpoint=http://[::1", "s3://b:80/x", "s3://b/x#y"],
)  # fmt: skip
def test_a_wrong_address_is_told_with_the_right_form(place: str) -> None:
    with pytest.raises(FileStoreError, match="expected s3://bucket/folder"):
        store_from(place)


def test_the_edge_does_not_pay_for_it_when_files_lie_in_a_folder() -> None:
    code = "import sys; from odziv.lib.files import store_from; store_from('/tmp'); print('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"

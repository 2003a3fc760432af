"""A file store in a bucket of a service that speaks the S3 API: Amazon's, MinIO, Ceph, Garage, …

The access key comes from where boto3 looks for it: the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), its
files, or the role of the machine.
"""

from __future__ import annotations

import hashlib
import io
import logging
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import IO, Any, BinaryIO, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import boto3
import urllib3.exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from odziv.lib.files.store import FileMissing, FileStoreError, StoredRef, checked, key_of

_IN_MEMORY = 1 << 20  # bytes of a file that is being stored; a larger one waits on disk
_READ_AT_ONCE = 1 << 18  # bytes
_CONNECTIONS = 32
_SECONDS_TO_CONNECT = 5
_SECONDS_TO_ANSWER = 20
_TRIES = 3
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_OPTIONS = frozenset({"endpoint", "region"})
_EXPECTED = "expected s3://bucket/folder, with ?endpoint=https://… for a service other than Amazon's and &region=…"
T = TypeVar("T")

logging.getLogger("botocore.credentials").setLevel(logging.WARNING)  # it tells of each start where it found a key


class BucketStore:
    """`s3://bucket/folder?endpoint=https://…&region=…`; the folder and both options may be missing.

    Raises FileStoreError for an address that cannot be used. Nothing is asked of the service before it is needed.
    """

    def __init__(self, place: str) -> None:
        self.bucket, self.folder, options = _parsed(place)
        endpoint = options.get("endpoint", "")
        try:
            self._client = boto3.session.Session().client(
                "s3",
                endpoint_url=endpoint or None,
                region_name=options.get("region") or ("us-east-1" if endpoint else None),
                config=Config(
                    connect_timeout=_SECONDS_TO_CONNECT,
                    read_timeout=_SECONDS_TO_ANSWER,
                    max_pool_connections=_CONNECTIONS,
                    retries={"total_max_attempts": _TRIES, "mode": "standard"},
                    # As servers of others' making understand it; the digest that we send ourselves is checked anyway.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                    s3={"addressing_style": "path" if endpoint else "auto"},
                ),
            )
        except (BotoCoreError, ValueError) as error:
            raise FileStoreError(f"The file store {place} cannot be used ({error}): {_EXPECTED}.") from error

    def __repr__(self) -> str:
        return f"s3://{self.bucket}/{self.folder.rstrip('/')}"

    def put(self, organisation: UUID, chunks: Iterable[bytes]) -> StoredRef:
        """See `FileStore.put`. The service checks the digest of what arrives."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as beside:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                self._keep(beside, chunk)
            ref = StoredRef(key_of(organisation, digest.hexdigest()), digest.hexdigest(), size)
            if not self._has(ref):
                beside.seek(0)
                checksum = b64encode(digest.digest()).decode()
                self._ask(
                    self._client.put_object,
                    Key=self.folder + ref.key,
                    Body=beside,
                    ContentLength=size,
                    ChecksumSHA256=checksum,
                )
        return ref

    def open(self, key: str) -> BinaryIO:
        """See `FileStore.open`. It is fetched while it is read; a jump in it asks for the rest from there."""
        at = self.folder + checked(key)
        whole = self._ask(self._client.get_object, Key=at)

        def behind(start: int) -> Any:
            return self._ask(self._client.get_object, Key=at, Range=f"bytes={start}-", IfMatch=whole["ETag"])["Body"]

        raw = _Remote(whole["Body"], int(whole["ContentLength"]), behind)
        return cast(BinaryIO, io.BufferedReader(raw, _READ_AT_ONCE))

    def size(self, key: str) -> int:
        """See `FileStore.size`."""
        return int(self._ask(self._client.head_object, Key=self.folder + checked(key))["ContentLength"])

    def delete(self, key: str) -> None:
        """See `FileStore.delete`."""
        self._ask(self._client.delete_object, Key=self.folder + checked(key))

    def _has(self, ref: StoredRef) -> bool:
        try:
            return self.size(ref.key) == ref.size
        except FileMissing:
            return False

    def _keep(self, beside: IO[bytes], chunk: bytes) -> None:
        try:
            beside.write(chunk)
        except OSError as error:
            raise FileStoreError(
                f"A file on its way to {self!r} cannot be kept on this machine ({error.strerror}): make room in "
                f"{tempfile.gettempdir()}."
            ) from error

    def _ask(self, operation: Callable[..., T], **arguments: Any) -> T:
        try:
            return operation(Bucket=self.bucket, **arguments)
        except ClientError as error:
            said = error.response.get("Error", {})
            if said.get("Code") in _MISSING:
                raise FileMissing(f"The file {arguments['Key']} is not in the file store.") from error
            why = f"{said.get('Code')}: {said.get('Message', '')}".rstrip(" :")
            raise self._cannot(why) from error
        except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
            raise self._cannot(str(error)) from error

    def _cannot(self, why: str) -> FileStoreError:
        return FileStoreError(
            f"The file store {self!r} does not do what is asked ({why}): check that the bucket exists, that the access "
            f"key may read, write and delete in it, and that the service can be reached from here."
        )


def _parsed(place: str) -> tuple[str, str, dict[str, str]]:
    """Bucket, folder with its slash, options. Raises FileStoreError."""
    try:
        parts = urlsplit(place)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        endpoint = urlsplit(options.get("endpoint", ""))
        right = bool(parts.netloc) and parts.netloc == parts.hostname and not parts.fragment
        right = right and set(options) <= _OPTIONS
        named = endpoint.scheme in ("http", "https") and bool(endpoint.hostname)
        right = right and (named or "endpoint" not in options)
    except ValueError:
        right = False
    if not right:
        raise FileStoreError(f"The file store {place} cannot be used: {_EXPECTED}.")
    folder = parts.path.strip("/")
    return parts.netloc, f"{folder}/" if folder else "", options


class _Remote(io.RawIOBase):
    """A file of the bucket, of which `stream` is the beginning; `behind` gives what lies behind a position."""

    def __init__(self, stream: Any, size: int, behind: Callable[[int], Any]) -> None:
        self._stream, self._size, self._behind = stream, size, behind
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        at = max(0, start + offset)
        if at != self._at:
            self._let_go()
        self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        if self._stream is None:
            self._stream = self._behind(self._at)
        try:
            piece = self._stream.read(min(len(buffer), self._size - self._at))
        except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
            raise FileStoreError(f"A file could not be read to its end ({error}).") from error
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

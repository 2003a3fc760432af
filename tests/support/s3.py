"""A server that speaks the S3 API, on this machine, with an empty bucket for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

KEYS = {"AWS_ACCESS_KEY_ID": "odziv", "AWS_SECRET_ACCESS_KEY": "not so secret"}


@dataclass
class Bucket:
    """`place` is its address as a setting has it, `keys` what stands in it."""

    name: str
    endpoint: str
    client: Any

    @property
    def place(self) -> str:
        return f"s3://{self.name}/kept?endpoint={self.endpoint}"

    @property
    def keys(self) -> list[str]:
        return [item["Key"] for item in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1")
    name = f"odziv-{uuid4().hex}"
    client.create_bucket(Bucket=name)
    return Bucket(name, s3_server, client)

"""A program that talks to the API as Ana."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from odziv.models import ApiToken, User
from tests.support.cast import Cast


class Program:
    """Sends JSON with a token; answers are (status, decoded JSON)."""

    def __init__(self, token: str) -> None:
        self._client = Client()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    @classmethod
    def of(cls, user: User) -> Program:
        return cls(ApiToken.objects.issue(user, "test")[1])

    def get(self, path: str) -> tuple[int, Any]:
        answer = self._client.get(path, headers=self._headers)
        return answer.status_code, answer.json()

    def post(self, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._client.post(
            path, body if body is not None else {}, content_type="application/json", headers=self._headers | named
        )
        return answer.status_code, answer.json()


@pytest.fixture
def ana_program(cast: Cast) -> Program:
    return Program.of(cast.ana)

"""Whatever is sent to the API by its own description, and against it: never a fault of the server (U3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from odziv.models import ApiToken
from tests.support.cast import make_cast


@pytest.fixture
def one_connection() -> Iterator[None]:
    """As Django's test client does: the end of a request must not close the connection of the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())


@pytest.mark.slow
@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_request_has_an_answer(case: schemathesis.Case, one_connection: None) -> None:
    token = ApiToken.objects.filter(name="fuzz").first()
    user = token.user if token else make_cast().ana
    secret = ApiToken.objects.issue(user, "fuzz")[1]
    answer = case.call(headers={"Authorization": f"Bearer {secret}"})
    case.validate_response(answer, checks=[schemathesis.checks.not_a_server_error])
    assert answer.status_code < 500

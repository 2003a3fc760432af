"""For each URL of the product, by its name: the requests in which a foreign identifier could come in.

A new URL needs a line here, else tests/web/test_tenancy.py fails.
"""

from __future__ import annotations

from tests.web.tenancy import Case, Free
from tests.web.tenancy_cases import api, lists, mail, records, settings, today

CASES: dict[str, tuple[Case, ...] | Free] = {
    **today.CASES,
    **records.CASES,
    **lists.CASES,
    **mail.CASES,
    **settings.CASES,
    **api.CASES,
}

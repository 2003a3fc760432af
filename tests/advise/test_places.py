"""From an address or a number to a time zone, offline; none when it could be several (D2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from odziv.advise.places import zone_of_address, zone_of_phone

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ADDRESSES = [
    ("Ljubljana", "", "SI", "Europe/Ljubljana"),
    ("LJUBLJANA", "", "", "Europe/Ljubljana"),
    ("Dunaj", "", "AT", "Europe/Vienna"),
    ("Trst", "", "IT", "Europe/Rome"),
    ("Nova Gorica", "", "SI", "Europe/Ljubljana"),
    ("Beograd", "", "RS", "Europe/Belgrade"),
    ("München", "", "DE", "Europe/Berlin"),
    ("Munchen", "", "DE", "Europe/Berlin"),
    ("Paris", "", "", "Europe/Paris"),
    ("Paris", "TX", "US", "America/Chicago"),
    ("Portland", "Oregon", "US", "America/Los_Angeles"),
    ("Portland", "ME", "US", "America/New_York"),
    ("Springfield", "Illinois", "US", "America/Chicago"),
    ("Springfield", "", "US", ""),
    ("Toronto", "ON", "CA", "America/Toronto"),
    ("London", "Ontario", "CA", "America/Toronto"),
    ("London", "", "", "Europe/London"),
    ("St. John's", "NL", "CA", "America/St_Johns"),
    ("Sydney", "NSW", "AU", "Australia/Sydney"),
    ("Perth", "", "AU", "Australia/Perth"),
    ("Adelaide", "", "AU", "Australia/Adelaide"),
    ("Honolulu", "", "US", "Pacific/Honolulu"),
    ("Phoenix", "AZ", "US", "America/Phoenix"),
    ("Las Palmas", "", "ES", "Atlantic/Canary"),
    ("Manaus", "", "BR", "America/Manaus"),
    ("Mumbai", "", "IN", "Asia/Kolkata"),
    ("Bombay", "", "IN", "Asia/Kolkata"),
    ("Kathmandu", "", "NP", "Asia/Kathmandu"),
    ("Vladivostok", "", "RU", "Asia/Vladivostok"),
    ("Auckland", "", "NZ", "Pacific/Auckland"),
    ("", "", "SI", "Europe/Ljubljana"),
    ("", "", "GB", "Europe/London"),
    ("", "California", "US", "America/Los_Angeles"),
    ("", "", "US", ""),
    ("", "", "ES", ""),
    ("Zvitorepčevo", "", "SI", "Europe/Ljubljana"),
    ("Zvitorepčevo", "", "", ""),
    ("Portland", "Nowhereland", "US", ""),
    ("", "", "", ""),
]


@pytest.mark.parametrize(("city", "region", "country", "zone"), ADDRESSES)
def test_a_postal_address_tells_the_zone_or_nothing(city: str, region: str, country: str, zone: str) -> None:
    assert zone_of_address(city, region, country, NOW) == zone


@pytest.mark.parametrize(
    ("number", "country", "zone"),
    [
        ("+386 1 234 56 78", "", "Europe/Ljubljana"),
        ("01 234 56 78", "SI", "Europe/Ljubljana"),
        ("01 234 56 78", "", ""),
        ("+1 212 736 5000", "", "America/New_York"),
        ("+1 800 555 0199", "", ""),
        ("+49 30 901820", "", "Europe/Berlin"),
        ("+61 2 9374 4000", "", "Australia/Sydney"),
        ("12", "SI", ""),
        ("call me", "SI", ""),
        ("+" + "9" * 5000, "", ""),
    ],
)
def test_a_number_tells_the_zone_if_it_rings_in_one(number: str, country: str, zone: str) -> None:
    assert zone_of_phone(number, country, NOW) == zone

"""Network addresses: coarse places, truncated addresses (E4, L4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from odziv.ingest.places import Place, Places, truncated


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("193.2.1.66", "193.2.1.0/24"),
        ("2001:1470:8000:1::66", "2001:1470:8000::/48"),
        ("::ffff:193.2.1.66", "193.2.1.0/24"),
        ("", ""),
        ("somewhere", ""),
    ],
)
def test_an_address_is_kept_as_a_network(address: str, kept: str) -> None:
    assert truncated(address) == kept


@pytest.mark.parametrize(
    ("address", "country"),
    [("193.2.1.66", "SI"), ("2001:1470:8000::1", "SI"), ("127.0.0.1", ""), ("10.1.2.3", ""), ("somewhere", "")],
)
def test_it_knows_the_country(address: str, country: str) -> None:
    assert Places().of(address) == Place(country)


def test_a_damaged_database_leaves_the_countries(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = tmp_path / "city.mmdb"
    damaged.write_bytes(b"not a database")
    assert Places(damaged).of("193.2.1.66").country == "SI"
    assert "ODZIV_GEOIP" in caplog.text

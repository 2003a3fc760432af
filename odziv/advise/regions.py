"""Regions of the countries with several time zones, as people write them -> GeoNames' codes of the first level.

GeoNames numbers most of them by FIPS 10-4 (https://download.geonames.org/export/dump/admin1CodesASCII.txt); those of
the United States are the postal abbreviations.
"""

from __future__ import annotations

from functools import lru_cache

from odziv.lib.text import fold

_CODES: dict[str, dict[str, tuple[str, ...]]] = {
    "CA": {
        "01": ("AB", "Alberta"),
        "02": ("BC", "British Columbia", "Colombie-Britannique"),
        "03": ("MB", "Manitoba"),
        "04": ("NB", "New Brunswick", "Nouveau-Brunswick"),
        "05": ("NL", "Newfoundland and Labrador", "Newfoundland", "Labrador", "Terre-Neuve-et-Labrador"),
        "07": ("NS", "Nova Scotia", "Nouvelle-Écosse"),
        "08": ("ON", "Ontario"),
        "09": ("PE", "Prince Edward Island", "Île-du-Prince-Édouard"),
        "10": ("QC", "PQ", "Quebec", "Québec"),
        "11": ("SK", "Saskatchewan"),
        "12": ("YT", "Yukon"),
        "13": ("NT", "Northwest Territories"),
        "14": ("NU", "Nunavut"),
    },
    "AU": {
        "01": ("ACT", "Australian Capital Territory"),
        "02": ("NSW", "New South Wales"),
        "03": ("NT", "Northern Territory"),
        "04": ("QLD", "Queensland"),
        "05": ("SA", "South Australia"),
        "06": ("TAS", "Tasmania"),
        "07": ("VIC", "Victoria"),
        "08": ("WA", "Western Australia"),
    },
    "ES": {"53": ("Canarias", "Canary Islands", "Islas Canarias", "Kanarski otoki")},
    "PT": {"23": ("Azores", "Açores", "Azori"), "10": ("Madeira",)},
    "BR": {
        "01": ("AC", "Acre"),
        "04": ("AM", "Amazonas"),
        "11": ("MS", "Mato Grosso do Sul"),
        "14": ("MT", "Mato Grosso"),
        "21": ("RJ", "Rio de Janeiro"),
        "24": ("RO", "Rondônia"),
        "25": ("RR", "Roraima"),
        "27": ("SP", "São Paulo"),
        "15": ("MG", "Minas Gerais"),
        "26": ("SC", "Santa Catarina"),
        "23": ("RS", "Rio Grande do Sul"),
        "18": ("PR", "Paraná"),
        "05": ("BA", "Bahia"),
        "30": ("PE", "Pernambuco"),
        "06": ("CE", "Ceará"),
        "16": ("PA", "Pará"),
        "07": ("DF", "Distrito Federal"),
    },
    "MX": {
        "02": ("BC", "Baja California"),
        "03": ("BCS", "Baja California Sur"),
        "23": ("QROO", "Quintana Roo"),
        "26": ("SON", "Sonora"),
        "09": ("CDMX", "Ciudad de México", "Mexico City", "Distrito Federal"),
        "19": ("NL", "Nuevo León"),
        "14": ("JAL", "Jalisco"),
    },
}


def region_code(country: str, region: str) -> str:
    """GeoNames' code of a region that people name or abbreviate; empty when it is not known (or not needed)."""
    return _names(country).get(fold(region), "") if region.strip() else ""


@lru_cache(maxsize=20)
def _names(country: str) -> dict[str, str]:
    if country == "US":
        return _states()
    return {fold(name): code for code, names in _CODES.get(country, {}).items() for name in names}


def _states() -> dict[str, str]:
    import pycountry

    found: dict[str, str] = {}
    for state in pycountry.subdivisions.get(country_code="US"):  # type: ignore[no-untyped-call]
        code = state.code.removeprefix("US-")
        found |= {fold(state.name): code, fold(code): code}
    return found

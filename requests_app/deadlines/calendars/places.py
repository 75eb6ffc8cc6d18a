"""Which calendars there are: by country and region, and the ones that a statute lists by itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from holidays import country_holidays

from requests_app.deadlines.calendars.base import SATURDAY_SUNDAY, Calendar
from requests_app.deadlines.calendars.statutory import (
    california_civil_code,
    canada_federal,
    canada_interpretation_act,
    new_zealand_privacy,
    none,
)

_FRIDAY_SATURDAY: Final = frozenset({4, 5})
_SATURDAY: Final = frozenset({5})
_COMPUTED: Final = 2050  # holidays that follow from a statute and the sky; days decreed for one year only add closed days
_US_FEDERAL: Final = "5 U.S.C. 6103, with the days on which staff observe those that fall on a weekend"


@dataclass(frozen=True, slots=True)
class Place:
    """A country's public holidays as the library `holidays` has them, and what it does not say.

    law     where they are laid down
    zone    the IANA time zone; None where the country has several
    last    the last year that is known: where days are decreed or seen in the moon, the last decreed or seen one
    trades  a decree opens days of the weekend for days off elsewhere
    """

    law: str
    zone: str | None = None
    last: int = _COMPUTED
    weekend: frozenset[int] = SATURDAY_SUNDAY
    trades: bool = False


class UnknownCalendar(Exception):
    """No calendar has this code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"There is no calendar {code!r}: give one of {', '.join(sorted(CODES))}, or a region such as DE-BY.")


def _member(zone: str) -> Place:
    return Place("the public holidays of the Member State, Regulation (EEC, Euratom) No 1182/71, Art. 2(1)", zone)


_COUNTRIES: Final[Mapping[str, Place]] = MappingProxyType({
    "AT": _member("Europe/Vienna"), "BE": _member("Europe/Brussels"), "BG": _member("Europe/Sofia"),
    "CY": _member("Asia/Nicosia"), "CZ": _member("Europe/Prague"), "DE": _member("Europe/Berlin"),
    "DK": _member("Europe/Copenhagen"), "EE": _member("Europe/Tallinn"), "ES": _member("Europe/Madrid"),
    "FI": _member("Europe/Helsinki"), "FR": _member("Europe/Paris"), "GR": _member("Europe/Athens"),
    "HR": _member("Europe/Zagreb"), "HU": _member("Europe/Budapest"), "IE": _member("Europe/Dublin"),
    "IT": _member("Europe/Rome"), "LT": _member("Europe/Vilnius"), "LU": _member("Europe/Luxembourg"),
    "LV": _member("Europe/Riga"), "MT": _member("Europe/Malta"), "NL": _member("Europe/Amsterdam"),
    "PL": _member("Europe/Warsaw"), "PT": _member("Europe/Lisbon"), "RO": _member("Europe/Bucharest"),
    "SE": _member("Europe/Stockholm"), "SI": _member("Europe/Ljubljana"), "SK": _member("Europe/Bratislava"),
    "IS": _member("Atlantic/Reykjavik"), "LI": _member("Europe/Vaduz"), "NO": _member("Europe/Oslo"),
    "CH": Place("the holidays of the whole Confederation", "Europe/Zurich"),
    "AR": Place("Ley 27.399; single days as decreed", "America/Argentina/Buenos_Aires"),
    "AU": Place("the days that all states and territories keep"),
    "BR": Place("Leis 662/1949, 6.802/1980, 9.093/1995, 14.759/2023"),
    "CL": Place("Ley 2.977 and later laws", "America/Santiago"),
    "CN": Place("yearly notice of the State Council; weekends become days of work", "Asia/Shanghai", 2026, trades=True),
    "CO": Place("Ley 51 de 1983 (Ley Emiliani) and later laws", "America/Bogota"),
    "KR": Place("Public Holidays Act, with substitute days; single days as decreed", "Asia/Seoul"),
    "MX": Place("Ley Federal del Trabajo, Art. 74"),
    "NZ": Place("Holidays Act 2003, s. 44, without the anniversary days of a province", "Pacific/Auckland"),
    "PE": Place("Decreto Legislativo 713 and later laws", "America/Lima"),
    "PH": Place("Republic Act 9492 and the yearly proclamations", "Asia/Manila", 2026),
    "SG": Place("Holidays Act 1998, as published for each year", "Asia/Singapore", 2027),
    "UY": Place("the paid holidays of Ley 12.590", "America/Montevideo"),
    "VN": Place("Labour Code 2019, Art. 112, as the yearly decision lays the days", "Asia/Ho_Chi_Minh", 2026),
    "ZA": Place("Public Holidays Act 36 of 1994, with the Mondays after a Sunday", "Africa/Johannesburg"),
    "AE": Place("Cabinet resolutions; the moon as seen", "Asia/Dubai", 2026),
    "BD": Place("yearly notification; the moon as seen", "Asia/Dhaka", 2026, _FRIDAY_SATURDAY),
    "BH": Place("yearly notification; the moon as seen", "Asia/Bahrain", 2026, _FRIDAY_SATURDAY),
    "EG": Place("yearly notification; the moon as seen", "Africa/Cairo", 2025, _FRIDAY_SATURDAY),
    "IL": Place("the days of rest of the Law and Administration Ordinance 1948", "Asia/Jerusalem", weekend=_FRIDAY_SATURDAY),
    "NP": Place("yearly notification", "Asia/Kathmandu", 2025, _SATURDAY),
    "OM": Place("Royal decree; the moon as seen", "Asia/Muscat", 2026, _FRIDAY_SATURDAY),
    "QA": Place("Cabinet resolution; the moon as seen", "Asia/Qatar", 2026, _FRIDAY_SATURDAY),
    "SA": Place("Labour Law regulations; the moon as seen", "Asia/Riyadh", 2026, _FRIDAY_SATURDAY),
})  # fmt: skip
_REGIONS: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType({
    "UK-ENG": ("GB", "ENG", "Banking and Financial Dealings Act 1971, England and Wales, with proclaimed days", "Europe/London"),
    "UK-SCT": ("GB", "SCT", "Banking and Financial Dealings Act 1971, Scotland, with proclaimed days", "Europe/London"),
    "UK-NIR": ("GB", "NIR", "Banking and Financial Dealings Act 1971, Northern Ireland, with proclaimed days", "Europe/London"),
    "CA-BC": ("CA", "BC", "Employment Standards Act (British Columbia), statutory holidays", "America/Vancouver"),
})  # fmt: skip
_STATUTORY: Final[Mapping[str, Calendar]] = MappingProxyType({
    one.code: one for one in (
        Calendar("NONE", "no holidays are looked at, only weekends", none, last=None),
        Calendar("CA", "Canada Labour Code, s. 166, on their own days", canada_federal),
        Calendar("CA-INTERP", "Interpretation Act, R.S.C. 1985, c. I-21, s. 35(1)", canada_interpretation_act),
        Calendar("NZ-PRIVACY", "Privacy Act 2020, s. 7", new_zealand_privacy, zone="Pacific/Auckland"),
        Calendar("US-CA-STRICT", "Civ. Code ss. 7, 9; Gov. Code ss. 6700, 6701", california_civil_code,
                 weekend=frozenset({6}), zone="America/Los_Angeles"),
    )
})  # fmt: skip
CODES: Final = frozenset({*_COUNTRIES, *_REGIONS, *_STATUTORY, "US-FED"})


@cache
def calendar(code: str) -> Calendar:
    """Return the calendar that has `code`: one of `CODES`, or a region of one of the countries there (`DE-BY`, `ES-CT`).

    Raises:
        UnknownCalendar: there is none.
    """
    if code in _STATUTORY:
        return _STATUTORY[code]
    if code in _REGIONS:
        country, region, law, zone = _REGIONS[code]
        return Calendar(code, law, _holidays(country, region), last=_COMPUTED, zone=zone)
    if code == "US-FED":
        return Calendar(code, _US_FEDERAL, _holidays("US", None), last=_COMPUTED)
    return _country(code)


def _country(code: str) -> Calendar:
    country, _, region = code.partition("-")
    place = _COUNTRIES.get(country)
    if place is None or (bool(region) != ("-" in code)) or (region and not _has(country, region)):
        raise UnknownCalendar(code)
    return Calendar(
        code, place.law, _holidays(country, region or None), place.weekend, last=place.last, zone=place.zone,
        opened_of=_traded(country) if place.trades else None,
    )  # fmt: skip


def _has(country: str, region: str) -> bool:
    library: Any = import_module("holidays")
    return region == region.upper() and region in getattr(library, country).subdivisions


def _holidays(country: str, region: str | None) -> Callable[[int], Iterable[date]]:
    def of(year: int) -> Iterable[date]:
        return frozenset(country_holidays(country, subdiv=region, years=year, expand=False))

    return of


def _traded(country: str) -> Callable[[int], Iterable[date]]:
    @cache
    def of(year: int) -> Iterable[date]:
        return frozenset(country_holidays(country, years=year, expand=False).weekend_workdays)

    return of

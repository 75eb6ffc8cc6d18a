"""What a shop says of the duties to keep that only it can know: is what stands there of the right shape?"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

_LISTS: Final = ("on", "off", "registrations")
_PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_LEAP: Final = "2024"  # a year in which every day of a year is one


def problems(value: Any) -> Iterator[str]:
    """Yield what is wrong with the `duties` of a brand."""
    if not isinstance(value, dict) or value.keys() - {*_LISTS, "financial_year_end"}:
        yield f"may have {', '.join(_LISTS)} and financial_year_end; on and off in quotes, for YAML takes them for yes and no"
        return
    wrong = [name for name in _LISTS if not _is_list(value.get(name, []))]
    yield from (f"{name} must be a list of words" for name in wrong)
    if not wrong:
        yield from (f"{name} stands in on and in off" for name in sorted({*value.get("on", [])} & {*value.get("off", [])}))
        places = (place for place in value.get("registrations", []) if not _PLACE.fullmatch(place))
        yield from (f"registrations: {place} is no country like FR" for place in places)
    if not _is_day(value.get("financial_year_end", "12-31")):
        yield 'financial_year_end must be a month and a day like "12-31", in quotes'


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(f"{_LEAP}-{value}")
    except ValueError:
        return False
    return isinstance(value, str) and len(value) == len("12-31")

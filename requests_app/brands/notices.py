"""Who is told by e-mail that a date comes near: a brand's setting, and what holds where it says nothing."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.core.exceptions import ValidationError

OFFICERS: Final = "officers"
LEADS: Final = "leads"
AUDIENCES: Final = (OFFICERS, LEADS)

# A notice that is missing here is none that officers get. Once the safe date has passed, the leads hear of it too.
DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    dict.fromkeys(("acknowledge", "half_time", "week", "three_days", "tomorrow", "today"), (OFFICERS,))
    | {"overdue": AUDIENCES, "digest": (OFFICERS,)},
)


def told_of(settings: Mapping[str, Any], notice: str) -> tuple[str, ...]:
    """Return who gets a letter of `notice`; nobody, where the brand wants it on the console only."""
    return tuple(settings.get(notice, DEFAULTS[notice]))


def problems(settings: Any) -> Iterator[str]:
    """Yield what no sweep could act on, by name."""
    if not isinstance(settings, dict):
        yield "must be a mapping of notices to audiences"
        return
    for notice, audiences in settings.items():
        if notice not in DEFAULTS:
            yield f"there is no notice {notice}; there are {', '.join(DEFAULTS)}"
        elif not isinstance(audiences, list) or not set(map(str, audiences)) <= set(AUDIENCES):
            yield f"{notice} must be a list of {' and '.join(AUDIENCES)}; [] tells it on the console only"


def check_notices(settings: Any) -> None:
    """Raises: ValidationError: there are `problems`."""
    if found := list(problems(settings)):
        raise ValidationError(found)

"""What the status of an answer, or a fault on the way to it, means: in the words of sources."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from requests_app.connectors.base import (
    Busy,
    Incomplete,
    Misconfigured,
    NotAsDescribed,
    Refused,
    SourceFault,
    TooMuch,
    TooSlow,
    Unreachable,
)
from requests_app.outward import faults
from requests_app.outward.client import Answer

LONGEST: Final = 86_400.0  # seconds for which a system may put us off
_PASSING: Final = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_SECONDS: Final = re.compile(r"[0-9]+(\.[0-9]+)?")  # some write `2.0`, which the standard does not know
_FAULTS: Final[Mapping[type[faults.Outward], type[SourceFault]]] = {
    faults.Blocked: Misconfigured,
    faults.NotResolved: Unreachable,
    faults.NotReached: Unreachable,
    faults.NotTrusted: Unreachable,
    faults.TimedOut: TooSlow,
    faults.BrokenOff: Incomplete,
    faults.TooLarge: TooMuch,
    faults.LedAway: NotAsDescribed,
}


def refuse(name: str, answer: Answer, none: frozenset[int]) -> None:
    """Raises: SourceFault: the status says something else than that all is well."""
    status = answer.status
    if status in none or HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        if status == HTTPStatus.PARTIAL_CONTENT:
            raise Incomplete(f"{name}: only a part was answered")
        return
    wait = _retry_after(answer.headers.get("retry-after", ""))
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status in _PASSING and wait is not None):
        raise Busy(f"{name}: the system asks for patience ({status})", wait)
    if status in _PASSING:
        raise Unreachable(f"{name}: the system is out of order ({status})")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}:
        raise Refused(f"{name}: the system refuses our credentials or rights ({status})")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise NotAsDescribed(f"{name}: the answer leads elsewhere ({status})")
    if status == HTTPStatus.CONFLICT:
        raise Incomplete(f"{name}: the system is busy with these records ({status})")
    raise NotAsDescribed(f"{name}: the system does not know the question ({status})")


@contextmanager
def told(name: str) -> Iterator[None]:
    """Name what happened on the way out in the words of sources."""
    try:
        yield
    except faults.Outward as error:
        fault = _FAULTS[type(error)](f"{name}: {error}")
    else:
        return
    fault.__context__ = fault.__cause__ = None
    raise fault


def _retry_after(text: str) -> float | None:
    """Return the seconds that the header names, as such or as a date (RFC 9110, 10.2.3); None where it says nothing."""
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return min(float(text[:9]), LONGEST)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    left = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(left, 0.0), LONGEST)

"""So much from one network in an hour, and no more: docs/decisions/006. No picture puzzle, and nobody else is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from requests_app.intake import limits

AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pressure:
    """How much of its allowance a network has used, and until when it counts."""

    used: int
    ends_at: datetime

    @property
    def is_near(self) -> bool:
        """Whether half of what is allowed is used."""
        return self.used * 2 >= settings.PORTAL_FILINGS_AN_HOUR

    @property
    def is_full(self) -> bool:
        return self.used >= settings.PORTAL_FILINGS_AN_HOUR


def pressure(request: HttpRequest, kind: str = "filing") -> Pressure | None:
    """Return what came of `kind` from this network in the running hour, None where nothing did; counts nothing."""
    known = limits.running(kind, limits.network(address_of(request)), within=AN_HOUR)
    return Pressure(known[0], known[1] + AN_HOUR) if known else None


def is_flooding(request: HttpRequest, kind: str = "filing") -> bool:
    """Count one more of `kind`, each with an allowance of its own; whether it is one too many.

    Whoever is behind a large network may still write a mail.
    """
    return limits.counted(kind, limits.network(address_of(request)), within=AN_HOUR) > settings.PORTAL_FILINGS_AN_HOUR


def address_of(request: HttpRequest) -> str:
    """Return from where the browser asks, as the outermost of our own proxies saw it."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted: int = settings.TRUSTED_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else str(request.META.get("REMOTE_ADDR", ""))

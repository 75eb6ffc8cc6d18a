"""What this browser may see of a request.

The browser that filed a request holds its claim code in a cookie; that shows that it was filed here, and no more. Only
a mailed link, opened and confirmed, lets a browser see how the request goes: whoever files in another person's name
learns nothing.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from requests_app.portal.place import Place
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import NoSuchLink, Secrets
from requests_app.workflow.models import SubjectRequest

_YEAR: Final = 400 * 24 * 3600  # the longest that browsers keep a cookie, and longer than any clock of the law
_WEEK: Final = 7 * 24 * 3600
_HALF_HOUR: Final = 1800
_SALT: Final = "portal.link"


class Pass(IntEnum):
    """Nothing; that the request was filed here; how it goes; and with a mailed link, also letters and the copy."""

    NONE = 0
    FILED = 1
    SIGNED_IN = 2
    PROVEN = 3


_SESSIONS: Final = {Pass.PROVEN: "requests", Pass.SIGNED_IN: "handed_over"}


@dataclass(frozen=True, slots=True)
class Sight:
    """A request, and how much of it this browser may see."""

    dsr: SubjectRequest
    allowed: Pass


def sight(request: HttpRequest, place: Place, reference: str) -> Sight | None:
    """Return the request of that reference as far as this browser may see it; None where it may not, or there is none."""
    dsr = SubjectRequest.objects.select_related("party").filter(brand=place.brand, reference=reference).first()
    if dsr is None:
        return None
    dsr.brand = place.brand
    for allowed, name in _SESSIONS.items():
        if {str(dsr.pk), str(dsr.before_id), str(dsr.concerns_id)} & set(request.session.get(name, [])):
            return Sight(dsr, allowed)
    claim = claim_of(request, dsr)
    return Sight(dsr, Pass.FILED) if claim and verification.holds_claim(dsr, claim) else None


def remember_filing(response: HttpResponse, place: Place, dsr: SubjectRequest, made: Secrets) -> None:
    """Let the browser keep both secrets: the claim code for as long as it can, the short code while it may be needed."""
    remember_claim(response, place, dsr, made.claim)
    remember_code(response, place, dsr, made.code)


def remember_claim(response: HttpResponse, place: Place, dsr: SubjectRequest, claim: str) -> None:
    _keep(response, place, _claim_cookie(dsr), claim, lasts=_YEAR)


def remember_code(response: HttpResponse, place: Place, dsr: SubjectRequest, code: str) -> None:
    _keep(response, place, _code_cookie(dsr), code, lasts=_WEEK)


def claim_of(request: HttpRequest, dsr: SubjectRequest) -> str:
    """Return the key that this browser holds: of a copy that comes before an erasure, the one of the erasure."""
    own = request.COOKIES.get(_claim_cookie(dsr), "")
    return own if own or not dsr.before else request.COOKIES.get(_claim_cookie(dsr.before), "")


def code_of(request: HttpRequest, dsr: SubjectRequest) -> str:
    return request.COOKIES.get(_code_cookie(dsr), "")


def let_see(request: HttpRequest, dsr: SubjectRequest, *, allowed: Pass = Pass.PROVEN) -> None:
    """Let this browser see how the request goes; its session gets a new name (T-2.09)."""
    name = _SESSIONS[allowed]
    seen = [pk for pk in request.session.get(name, []) if pk != str(dsr.pk)]
    request.session.cycle_key()
    request.session[name] = [*seen[-19:], str(dsr.pk)]


def forget(request: HttpRequest, dsr: SubjectRequest) -> None:
    for name in _SESSIONS.values():
        request.session[name] = [pk for pk in request.session.get(name, []) if pk != str(dsr.pk)]


def carry(response: HttpResponse, place: Place, challenge: Challenge) -> None:
    """Carry an opened link to the page with the button: nothing is written, and the token stands in no address any more."""
    response.set_signed_cookie(
        "link",
        str(challenge.pk),
        salt=_SALT,
        max_age=_HALF_HOUR,
        path=place.path,
        httponly=True,
        secure=settings.SECURE,
        samesite="Lax",
    )


def carried(request: HttpRequest, *purposes: Purpose) -> Challenge:
    """Return the link that this browser opened last.

    Raises:
        NoSuchLink: there is none, or it is no longer good for one of `purposes`.
    """
    challenge = request.get_signed_cookie("link", default="", salt=_SALT, max_age=_HALF_HOUR) or ""
    for purpose in purposes if challenge else ():
        try:
            return verification.in_force(challenge, purpose)
        except NoSuchLink:
            continue
    raise NoSuchLink


def _keep(response: HttpResponse, place: Place, name: str, value: str, *, lasts: int) -> None:
    response.set_cookie(name, value, max_age=lasts, path=place.path, httponly=True, secure=settings.SECURE, samesite="Lax")


def _claim_cookie(dsr: SubjectRequest) -> str:
    return f"claim-{dsr.reference}"


def _code_cookie(dsr: SubjectRequest) -> str:
    return f"code-{dsr.reference}"

"""A small sum for the browser, asked only where a network has used half of what it may send: programs pay, people hardly notice.

The browser derives a key (PBKDF2 with SHA-256) for one number after the other until it meets the one that we drew. We check it
without deriving a key. Each sum is signed, ends, is bound to the form that carries it, and counts once: docs/decisions/030.
"""

import json
import secrets
import time
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from altcha import Payload, create_challenge, verify_solution
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.defaultfilters import date as written
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from requests_app.intake import limits
from requests_app.keys.crypto import derived
from requests_app.portal.answers import TOO_MANY, UNPROCESSABLE
from requests_app.portal.flooding import Pressure, is_flooding, pressure
from requests_app.portal.place import Place

ROUNDS: Final = 5_000  # of PBKDF2 for one number; how long that takes is measured in docs/decisions/030
FEWEST: Final = 150  # numbers to try before the right one
MOST: Final = 250
LASTS: Final = timedelta(minutes=30)
FIELD: Final = "effort"


def asked_of(request: HttpRequest, place: Place, form: BaseForm, kind: str = "filing") -> dict[str, Any]:
    """Return what the page of `form` shows: nothing below half of the limit nor at its end, else the sum."""
    now = pressure(request, kind)
    if now is None or not now.is_near or now.is_full:
        return {}
    return {"effort": {"sum": json.dumps(_sum(place, form, kind)), "most": MOST, "until": _clock(now)}}


def turned_away(request: HttpRequest, place: Place, form: BaseForm, kind: str = "filing") -> int:
    """Count one filing, and return 0; or say on `form` why it is not taken now, and return the status of the answer."""
    now = pressure(request, kind)
    if now and now.is_near and not now.is_full and (wrong := _fault(request, place, form, kind)):
        form.add_error(None, wrong)
        return UNPROCESSABLE
    if is_flooding(request, kind):
        form.add_error(None, _full(place, now))
        return TOO_MANY
    return 0


def _sum(place: Place, form: BaseForm, kind: str) -> dict[str, Any]:
    drawn = FEWEST + secrets.randbelow(MOST - FEWEST)
    made = create_challenge(
        "PBKDF2/SHA-256", ROUNDS, counter=drawn, expires_at=int(time.time() + LASTS.total_seconds()),
        data=_bound(place, form, kind), hmac_secret=derived("portal.effort"), hmac_key_secret=derived("portal.effort.answer"),
    )  # fmt: skip
    return dict(made.to_dict())


def _bound(place: Place, form: BaseForm, kind: str) -> dict[str, str]:
    """To what a sum belongs: the shop, the kind of form, and the very form that was handed out."""
    opened = str(form["opened"].value() or "")
    return {"form": sha256(repr([place.brand.slug, kind, opened]).encode()).hexdigest()}


def _fault(request: HttpRequest, place: Place, form: BaseForm, kind: str) -> str:
    """Return what is wrong with the answer that was sent; nothing where it is good, and it is used up then."""
    answer = request.POST.get(FIELD, "")
    if not answer:
        return _("Much comes from your network at the moment. Before this is sent, your browser works out a small sum; see below.")
    found = verify_solution(answer, derived("portal.effort"), hmac_key_secret=derived("portal.effort.answer"))
    if found.expired:
        return _("The small sum that your browser worked out is too old. It gets a new one: please send this once more.")
    if not found.verified:
        return _wrong()
    solved = Payload.from_base64(answer).challenge
    if solved.parameters.data != _bound(place, form, kind):
        return _wrong()
    if limits.counted("effort", str(solved.signature), within=2 * LASTS) > 1:
        return _("The small sum that your browser worked out was used before. It gets a new one: please send this once more.")
    return ""


def _wrong() -> str:
    return _("The answer to the small sum is not right. Your browser gets a new one: please send this once more.")


def _full(place: Place, now: Pressure | None) -> str:
    if now is None:
        return _("Too much came from your network in the last hour. Please try again later, or write to us.")
    said = _(
        "Too much came from your network in the last hour. Leave this page open and send it after %(time)s, or write to %(email)s."
    )
    return said % {"time": _clock(now), "email": place.brand.privacy_email}


def _clock(now: Pressure) -> str:
    """The minute after which all is as before, on the shop's clock."""
    return written(localtime(now.ends_at + timedelta(minutes=1)), "TIME_FORMAT")

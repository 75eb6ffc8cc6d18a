"""Approving and refusing need the password, typed within the last five minutes. No setting switches this off."""

import time
from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password

from requests_app.console.forms import StepUpForm
from requests_app.console.gate import OfficerRequest

FRESH_FOR: Final = 300  # seconds


def is_fresh(request: OfficerRequest) -> bool:
    """Return whether the officer proved again, lately, who is sitting there. Signing in is not enough."""
    again = [record["at"] for record in get_authentication_records(request, request.user) if record.get("reauthenticated")]
    return bool(again) and time.time() - max(again) < FRESH_FOR


def asks(request: OfficerRequest) -> dict[str, Any]:
    """Return what a `StepUpForm` must know of its reader."""
    return {"officer": request.user, "fresh": is_fresh(request)}


def passed(request: OfficerRequest, form: StepUpForm) -> None:
    """Remember that a valid form carried the password."""
    if "password" in form.fields:
        reauthenticate_by_password(request)

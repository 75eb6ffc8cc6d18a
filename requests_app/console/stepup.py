"""Approving and refusing need the password or a passkey, given within the last five minutes. No setting switches this off."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.webauthn.internal.flows import reauthenticate
from django.utils.functional import Promise

from requests_app.console.forms import StepUpForm
from requests_app.console.gate import OfficerRequest
from requests_app.officers import passkeys
from requests_app.officers.models import Officer

FRESH_FOR: Final = 300  # seconds


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that an officer may do, having proven again who sits there: its form, what does it, and its words."""

    form: type[StepUpForm]
    do: Callable[[Any, Officer, Mapping[str, Any]], None]
    title: str | Promise
    told: str | Promise
    button: str | Promise
    done: str | Promise
    danger: bool = False


def is_fresh(request: OfficerRequest) -> bool:
    """Return whether the officer proved again, lately, who is sitting there. Signing in is not enough."""
    again = [record["at"] for record in get_authentication_records(request, request.user) if record.get("reauthenticated")]
    return bool(again) and time.time() - max(again) < FRESH_FOR


def asks(request: OfficerRequest) -> dict[str, Any]:
    """Return what a `StepUpForm` must know of its reader."""
    return {"officer": request.user, "fresh": is_fresh(request), "passkey": passkeys.KIND in request.factors}


def passed(request: OfficerRequest, form: StepUpForm) -> None:
    """Remember that a valid form carried the password, or what a passkey made."""
    if form.passkey_used is not None:
        reauthenticate(request, form.passkey_used)
    elif "password" in form.fields:
        reauthenticate_by_password(request)

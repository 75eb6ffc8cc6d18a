"""Who gets in: an officer with a second factor, for twelve hours, or until half an hour passes without a click."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import activate
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from requests_app.officers.models import Officer

SESSION_LASTS: Final = 12 * 3600  # seconds since the password was typed
SESSION_RESTS: Final = 30 * 60  # seconds since the last page that was asked for by hand
_NOTE_DELAY: Final = 60  # seconds between two notes of the last click
_CLICKED: Final = "clicked_at"

View = Callable[..., HttpResponseBase]


class OfficerRequest(HttpRequest):
    """What arrives behind the gate."""

    user: Officer
    htmx: HtmxDetails


def gate(view: View) -> View:
    """Let nobody through to `view` but an officer who has proven both factors."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _turned_away(request)
        asked = cast("OfficerRequest", request)
        if _over(asked):
            logout(request)
            return _turned_away(request)
        activate(asked.user.language)
        if not is_mfa_enabled(asked.user, [Authenticator.Type.TOTP]):
            return _elsewhere(asked, reverse("mfa_activate_totp"))
        _note_click(asked)
        try:
            return view(asked, *args, **kwargs)
        finally:
            timezone.deactivate()  # a page of one request tells the time of its shop

    return answer


def _over(request: OfficerRequest) -> bool:
    now = time.time()
    began = [record["at"] for record in get_authentication_records(request, request.user)]
    clicked = request.session.get(_CLICKED, now)
    return not began or now - began[0] > SESSION_LASTS or now - clicked > SESSION_RESTS


def _note_click(request: OfficerRequest) -> None:
    """Remember the last click; what the page fetches by itself is none."""
    now = time.time()
    if not request.htmx and now - request.session.get(_CLICKED, 0) > _NOTE_DELAY:
        request.session[_CLICKED] = now


def _turned_away(request: HttpRequest) -> HttpResponse:
    if cast("OfficerRequest", request).htmx:
        return HttpResponseClientRedirect(reverse("account_login"))
    return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("console:queue"))


def _elsewhere(request: OfficerRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)

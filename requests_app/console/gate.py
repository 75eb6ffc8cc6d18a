"""Who gets in: an officer with a second factor, for twelve hours, or until half an hour passes without a click."""

import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Final, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import activate
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from dsar.settings import browser
from requests_app.audit.services import record
from requests_app.officers import passkeys
from requests_app.officers.models import Officer
from requests_app.workflow import wall
from requests_app.workflow.models import SubjectRequest

SESSION_LASTS: Final = 12 * 3600  # seconds since the password was typed
SESSION_RESTS: Final = 30 * 60  # seconds since the last page that was asked for by hand
_NOTE_DELAY: Final = 60  # seconds between two notes of the last click
_CLICKED: Final = "clicked_at"

View = Callable[..., HttpResponseBase]


class OfficerRequest(HttpRequest):
    """What arrives behind the gate."""

    user: Officer
    htmx: HtmxDetails
    factors: frozenset[str]


def gate(view: View) -> View:
    """Let nobody through to `view` but an officer who has proven both factors."""
    trusting: View = csp_replace(browser.HTMX)(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _turned_away(request)
        asked = cast("OfficerRequest", request)
        if _over(asked):
            logout(request)
            return left(_turned_away(request))
        activate(asked.user.language)
        asked.factors = passkeys.factors_of(asked.user)
        if lacks := _unproven(asked):
            return _elsewhere(asked, lacks)
        _note_click(asked)
        try:
            with wall.narrowed(asked.user):
                answered = trusting(asked, *args, **kwargs)
        except (PermissionDenied, Http404) as refusal:
            _tell_of(asked, refusal, str(kwargs.get("reference", "")))
            raise
        finally:
            timezone.deactivate()  # a page of one request tells the time of its shop
        if isinstance(answered, StreamingHttpResponse):
            body = cast("Iterable[bytes]", answered.streaming_content)  # nothing here answers asynchronously
            answered.streaming_content = wall.read_narrowed(asked.user, body)
        return answered

    return answer


def _tell_of(request: OfficerRequest, refusal: Exception, reference: str) -> None:
    """Write down who was refused which page: for want of a right, or because the request is another's and so is not there."""
    dsr = SubjectRequest.objects.filter(reference=reference).first() if reference else None
    hidden = dsr is not None and not SubjectRequest.objects.visible_to(request.user).filter(pk=dsr.pk).exists()
    if hidden or isinstance(refusal, PermissionDenied):
        page = request.resolver_match.view_name if request.resolver_match else ""
        record("access.refused", by=request.user.actor, dsr_id=dsr.pk if dsr else None, page=page)


def left(answer: HttpResponse) -> HttpResponse:
    """Let the browser of somebody whose session ended keep nothing of what it was shown."""
    answer.headers["Clear-Site-Data"] = browser.LEAVING
    return answer


def _over(request: OfficerRequest) -> bool:
    now = time.time()
    began = [one["at"] for one in get_authentication_records(request, request.user)]
    clicked = request.session.get(_CLICKED, now)
    return not began or now - began[0] > SESSION_LASTS or now - clicked > SESSION_RESTS


def set_up() -> str:
    """Return where an officer sets up the second factor that this house asks for."""
    return reverse("mfa_add_webauthn" if settings.DSAR_PASSKEYS_ONLY else "mfa_activate_totp")


def _unproven(request: OfficerRequest) -> str:
    """Return where the officer sets up, or proves, the second factor that lacks; nothing if none does.

    Who signed in with another factor, before passkeys were asked of everyone, proves the passkey too.
    """
    if not request.factors:
        return set_up()
    kinds = {one.get("type") for one in get_authentication_records(request, request.user)}
    if settings.DSAR_PASSKEYS_ONLY and passkeys.KIND not in kinds:
        return f"{reverse('mfa_reauthenticate_webauthn')}?{urlencode({'next': _here(request)})}"
    return ""


def _here(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else reverse("console:queue")


def _note_click(request: OfficerRequest) -> None:
    """Remember the last click; what the page fetches by itself is none."""
    now = time.time()
    if not request.htmx and now - request.session.get(_CLICKED, 0) > _NOTE_DELAY:
        request.session[_CLICKED] = now


def _turned_away(request: HttpRequest) -> HttpResponse:
    if cast("OfficerRequest", request).htmx:
        return HttpResponseClientRedirect(reverse("account_login"))
    return redirect_to_login(_here(request))


def _elsewhere(request: OfficerRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)

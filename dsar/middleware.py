"""What every answer carries, and what happens when the database is away."""

from collections.abc import Callable
from http import HTTPStatus
from time import monotonic

import structlog
from django.conf import settings
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from requests_app.vault.storage import Away

Answer = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("dsar.web")


def logged(get_response: Answer) -> Answer:
    """Log every answer by the name of its page: an address may hold a link's token (T-2.07)."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = monotonic()
        response = get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else "none"
        ms = round((monotonic() - began) * 1000)
        log.info("answered", method=request.method, route=route, status=response.status_code, ms=ms)
        return response

    return answer


def never_echoed(get_response: Answer) -> Answer:
    """Refuse TRACE, which Django takes for a question (ASVS 13.4.4)."""

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED) if request.method == "TRACE" else get_response(request)

    return answer


def private(get_response: Answer) -> Answer:
    """Let nobody keep an answer, nor another site read it: pages speak about one person (T-6.04)."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response

    return answer


class calm_database:  # noqa: N801  # a middleware is named like a function
    """Say plainly that the service pauses when PostgreSQL, or the place of the files, is away."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if not isinstance(fault, OperationalError | InterfaceError | Away):
            return None
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "10"
        return response

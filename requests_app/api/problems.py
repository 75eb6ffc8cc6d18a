"""Every answer that is no success says why in one shape. Source: RFC 9457."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

TYPE: Final = "urn:dsar:problem:"
TITLES: Final = MappingProxyType(
    {
        "invalid": gettext_lazy("What was sent is not of the right shape"),
        "parse_error": gettext_lazy("What was sent cannot be read"),
        "not_authenticated": gettext_lazy("A key is needed"),
        "authentication_failed": gettext_lazy("This key does not work"),
        "permission_denied": gettext_lazy("This key is not good for that"),
        "not_found": gettext_lazy("There is nothing here"),
        "method_not_allowed": gettext_lazy("That cannot be done here"),
        "not_acceptable": gettext_lazy("It cannot be answered in that form"),
        "unsupported_media_type": gettext_lazy("Send JSON"),
        "throttled": gettext_lazy("Too many questions"),
        "too_large": gettext_lazy("That is too much at once"),
        "idempotency_key": gettext_lazy("The header Idempotency-Key is missing or not usable"),
        "other_words": gettext_lazy("This Idempotency-Key was used for something else"),
        "not_offered": gettext_lazy("This right does not hold for this person"),
        "not_now": gettext_lazy("The request is not where that can be done"),
    }
)


class Problem(APIException):
    """A refusal with a code of `TITLES`."""

    def __init__(self, code: str, status: int, detail: str = "") -> None:
        self.status_code = status
        super().__init__(detail or str(TITLES[code]), code)


class ProblemRenderer(JSONRenderer):
    """`application/problem+json`, whatever was asked for: an error answers in the one form there is."""

    media_type = "application/problem+json"
    charset = None


def answer(fault: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an exception into a problem; what nobody foresaw goes on to be logged, and is answered without a word about it."""
    if isinstance(fault, Http404):
        fault = exceptions.NotFound()
    elif isinstance(fault, PermissionDenied):
        fault = exceptions.PermissionDenied()
    if not isinstance(fault, APIException):
        return None
    set_rollback()
    response = Response(described(fault), status=fault.status_code, headers=_headers(fault))
    response.accepted_renderer = ProblemRenderer()
    response.accepted_media_type = ProblemRenderer.media_type
    response.renderer_context = dict(context)  # type: ignore[attr-defined]  # the stubs lack it
    response.content_type = ProblemRenderer.media_type
    context["request"].accepted_renderer = response.accepted_renderer
    context["request"].accepted_media_type = response.accepted_media_type
    return response


def described(fault: APIException) -> dict[str, Any]:
    """Return the members of the problem; nothing of what was sent comes back in it."""
    code = "invalid" if isinstance(fault, ValidationError) else _code(fault)
    title = str(TITLES.get(code, HTTPStatus(fault.status_code).phrase))
    said: dict[str, Any] = {"type": TYPE + code, "title": title, "status": fault.status_code, "code": code}
    if isinstance(fault, ValidationError):
        said["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in _errors(fault.detail, "")]
        said["detail"] = _("Look at `errors`: each names the place in what was sent.")
    elif isinstance(fault, Problem):
        said["detail"] = str(fault.detail)
    return said


def _code(fault: APIException) -> str:
    codes = fault.get_codes()
    return codes if isinstance(codes, str) else str(fault.default_code)


def _errors(detail: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield each place (a JSON pointer, RFC 6901) with what is wrong there."""
    if isinstance(detail, ErrorDetail | str):
        yield pointer, str(detail)
    elif isinstance(detail, dict):
        for name, below in detail.items():
            yield from _errors(below, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    else:
        for below in detail:
            yield from _errors(below, pointer)


def _headers(fault: APIException) -> dict[str, str]:
    found = {}
    if header := getattr(fault, "auth_header", None):
        found["WWW-Authenticate"] = header
    if wait := getattr(fault, "wait", None):
        found["Retry-After"] = str(int(wait) + 1)
    return found

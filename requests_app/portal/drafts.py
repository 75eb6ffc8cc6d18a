"""What somebody typed and has not filed yet stays, sealed, in the browser: going back or changing the language loses nothing.

It counts for half an hour. We keep none of it.
"""

import json
import time
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from requests_app.keys.crypto import Undecipherable, derived, derived_ever, seal, unseal_with_any
from requests_app.portal.place import Place

_COOKIE: Final = "draft"
_PURPOSE: Final = "portal.draft"
_HALF_HOUR: Final = 1800
_ROOM: Final = 3600  # bytes: a browser keeps 4096 of a cookie, its name and path among them
_STAMP: Final = 8  # bytes: the second at which a draft ends
_NEVER: Final = frozenset({"opened", "website", "account", "declared"})


def keep(request: HttpRequest, response: HttpResponse, place: Place, form: BaseForm) -> None:
    """Let the browser keep what `form` was sent with; what is too long for a browser is left out, the longest first."""
    said = {name: form[name].value() for name in form.fields if name not in _NEVER}
    kept = {name: value for name, value in said.items() if value not in (None, "", [], False)}
    while kept and len(sealed := _sealed(request, place, kept)) > _ROOM:
        kept.pop(max(kept, key=lambda name: len(str(kept[name]))))
    if kept:
        response.set_cookie(
            _COOKIE, sealed, path=place.path, max_age=_HALF_HOUR, httponly=True, secure=settings.SECURE, samesite="Lax"
        )


def of(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Return what was typed into the form at this address, in whichever language; nothing where there is none."""
    try:
        opened = unseal_with_any(
            derived_ever(_PURPOSE), urlsafe_b64decode(request.COOKIES.get(_COOKIE, "")), place.brand.slug.encode()
        )
        draft = json.loads(zlib.decompress(opened[_STAMP:]))
    except (ValueError, zlib.error, Undecipherable):
        return {}
    lasts = int.from_bytes(opened[:_STAMP]) > time.time()
    said: dict[str, Any] = draft["said"] if draft["of"] == _where(request) and lasts else {}
    return said


def forget(request: HttpRequest, response: HttpResponse, place: Place) -> None:
    if _COOKIE in request.COOKIES:
        response.delete_cookie(_COOKIE, path=place.path, samesite="Lax")


def _sealed(request: HttpRequest, place: Place, kept: dict[str, Any]) -> str:
    until = int(time.time() + _HALF_HOUR).to_bytes(_STAMP)  # outside of what is compressed: the length is that of the words
    draft = zlib.compress(json.dumps({"of": _where(request), "said": kept}).encode())
    return urlsafe_b64encode(seal(derived(_PURPOSE), until + draft, place.brand.slug.encode())).decode()


def _where(request: HttpRequest) -> list[str]:
    match = request.resolver_match
    return [] if match is None else [match.view_name, match.kwargs.get("right", ""), match.kwargs.get("part", "")]

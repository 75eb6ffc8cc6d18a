"""The demo's own pages. Nothing here exists unless DSAR_DEMO is on, and that only in the settings of development."""

import hmac
import json
import time
from base64 import b32decode
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from demo.mailbox import letters

STEP: Final = 30  # seconds, RFC 6238


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """List the letters that were sent, the newest first."""
    return _shown(request, "mail", {"letters": letters(_folder())})


@require_safe
def letter(request: HttpRequest, letter: str) -> HttpResponse:
    """Show one letter; its addresses can be followed."""
    found = next((sent for sent in letters(_folder()) if sent.name == letter), None)
    if found is None:
        raise Http404
    return _shown(request, "letter", {"letter": found})


@require_safe
def code(request: HttpRequest) -> HttpResponse:
    """Show the second factor of the demo's officer, and where the password lies."""
    path = Path(getattr(settings, "DSAR_DEMO_HOME", ".dsar")) / "officer.json"
    now = time.time()
    try:
        officer = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _shown(request, "code", {"path": path})
    context = {"email": officer["email"], "code": totp(officer["totp_secret"], now), "left": STEP - int(now) % STEP, "path": path}
    return _shown(request, "code", context)


def totp(secret: str, at: float) -> str:
    """Return the six digits of `secret` (base 32) at a moment in seconds since 1970. RFC 6238 with SHA-1."""
    key = b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    digest = hmac.digest(key, (int(at) // STEP).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH or "")


def _shown(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    with translation.override("en"):
        return render(request, f"demo/{template}.html", context)

"""Pages for development: they answer only where DSAR_DEMO is on."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from typing import Any, Final

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from requests_app.correspondence.linking import linked

_PERIOD: Final = 30  # seconds for which a code holds
_END: Final = b"\n" + b"-" * 79 + b"\n"  # how Django's file backend ends a message
_A_PAGE: Final = 50

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as it left; `name` is its file's."""

    name: str
    at: datetime
    to: str
    sender: str
    subject: str
    text: str


def in_the_demo(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DSAR_DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return answer


@require_safe
@in_the_demo
def mails(request: HttpRequest) -> HttpResponse:
    """List what was sent, newest first."""
    page = Paginator(sorted(_files(), key=lambda file: file.stat().st_mtime_ns, reverse=True), _A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "demo/mails.html", {"mails": [_read(file) for file in page], "page": page})


@require_safe
@in_the_demo
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail, with its links."""
    file = next((file for file in _files() if file.name == name), None)
    if file is None:
        raise Http404
    shown = _read(file)
    return render(request, "demo/mail.html", {"mail": shown, "words": linked(shown.text)})


@require_safe
@in_the_demo
def code(request: HttpRequest) -> HttpResponse:
    """Show how the demo's officer signs in at this moment, or the second one (`?who=second`)."""
    file = "second-officer.json" if request.GET.get("who") == "second" else "officer.json"
    try:
        secret = json.loads((Path(settings.DSAR_DEMO_HOME) / file).read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise Http404 from fault
    now = int(time.time())
    shown = format_hotp_value(hotp_value(secret["totp_secret"], now // _PERIOD))
    return render(request, "demo/code.html", {"officer": secret, "code": shown, "left": _PERIOD - now % _PERIOD})


def _files() -> list[Path]:
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    return list(Path(folder).glob("*.log")) if folder else []


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes().removesuffix(_END), EmailMessage, policy=policy.default)
    body = message.get_body(("plain",))
    return Mail(
        name=file.name,
        at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        to=str(message["To"]),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        text=body.get_content() if body else "",
    )

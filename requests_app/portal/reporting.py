"""Where a hole in this service is reported. Source: RFC 9116."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_GOOD_FOR: Final = timedelta(days=180)


@require_safe
def security(_request: HttpRequest) -> HttpResponse:
    """Name the address of those who mend, and until when that counts; nothing stands here where no address is set."""
    if not settings.DSAR_SECURITY_CONTACT:
        raise Http404
    until = (datetime.now(UTC) + _GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {settings.DSAR_SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.DSAR_BASE_URL}/.well-known/security.txt",
    )
    return HttpResponse("".join(f"{line}\r\n" for line in lines), content_type="text/plain; charset=utf-8")

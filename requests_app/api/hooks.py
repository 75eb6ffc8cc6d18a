"""Mail that a provider hands in: the whole message as it came (`message/rfc822`), signed with a key that both know."""

import hmac
import time
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from requests_app.brands.models import Brand
from requests_app.intake import mailroom
from requests_app.intake.mail import LARGEST
from requests_app.vault.scanning import ScannerAway
from requests_app.vault.storage import Away, NoSpace

HEADER: Final = "Mail-Signature"
_TOLERANCE: Final = 300  # seconds that the two clocks may be apart
_NOTHING_SAID: Final = {"Cache-Control": "no-store"}


@csrf_exempt
@require_POST
def mail(request: HttpRequest, brand: str) -> HttpResponse:
    """Take one mail in. 204: it is kept (or was before); 503: send it again later; 403: not signed, whatever else is wrong."""
    raw = request.read(LARGEST + 1)
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None or not is_signed(request.headers.get(HEADER, ""), brand, raw):
        return HttpResponse(status=403, headers=_NOTHING_SAID)
    try:
        mailroom.take_in(shop, raw[:LARGEST], whole=len(raw) <= LARGEST)
    except (ScannerAway, NoSpace, Away):
        return HttpResponse(status=503, headers=_NOTHING_SAID | {"Retry-After": "300"})
    return HttpResponse(status=204, headers=_NOTHING_SAID)


def is_signed(said: str, brand: str, raw: bytes) -> bool:
    """Whether `said` (`t=<seconds>,v1=<hex>`) signs this mail for this brand, now; compared in constant time."""
    parts = dict(part.partition("=")[::2] for part in said.split(","))
    moment = parts.get("t", "")
    if not settings.DSAR_MAIL_HOOK_KEY or not moment.isascii() or not moment.isdigit() or len(moment) > len("9999999999"):
        return False
    fresh = abs(time.time() - int(moment)) <= _TOLERANCE
    return hmac.compare_digest(parts.get("v1", "").encode(), signature(brand, moment, raw).encode()) and fresh


def signature(brand: str, moment: str, raw: bytes) -> str:
    """Return the HMAC-SHA-256 over brand, moment and mail, each ended by a full stop but the last."""
    return hmac.new(settings.DSAR_MAIL_HOOK_KEY.encode(), f"{brand}.{moment}.".encode() + raw, sha256).hexdigest()

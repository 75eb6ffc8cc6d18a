"""Making, knowing and revoking keys; filing what a machine sends, once."""

import json
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.api.models import ApiKey, Scope, SentOnce
from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.intake import services as intake
from requests_app.intake.services import Application
from requests_app.keys.crypto import keyed_index
from requests_app.values import CUSTOMER, Actor
from requests_app.verification import services as verification
from requests_app.verification.services import Secrets
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

MARK: Final = "dsar"
REMEMBERED: Final = timedelta(days=7)
_SEEN: Final = timedelta(minutes=1)
_UNPROVEN: Final = frozenset({State.RECEIVED, State.VERIFYING})


class OtherWords(Exception):
    """The same `Idempotency-Key` came with another body."""


@transaction.atomic
def make(brand: Brand, scopes: Collection[Scope], *, label: str, by: Actor, lasts: timedelta | None = None) -> str:
    """Make a key and return it: it is shown this once, and cannot be found out again."""
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = f"{MARK}_{prefix}_{secret}"
    key = ApiKey.objects.create(
        brand=brand, label=label, prefix=prefix, digest=_digest(token), scopes=sorted(scopes),
        ends_at=Now() + lasts if lasts else None,
    )  # fmt: skip
    record("api_key.made", by=by, brand=brand.slug, key=key.prefix, scopes=sorted(scopes))
    return token


@transaction.atomic
def revoke(prefix: str, *, by: Actor) -> bool:
    """Make a key worthless at once; False where there is none that works."""
    done = ApiKey.objects.filter(prefix=prefix, revoked_at=None).update(revoked_at=Now())
    if done:
        record("api_key.revoked", by=by, key=prefix)
    return bool(done)


def known(token: str) -> ApiKey | None:
    """Return the key that `token` is, if it works. Compared in constant time."""
    mark, _, rest = token.partition("_")
    found = ApiKey.objects.in_force().select_related("brand").filter(prefix=rest.partition("_")[0]).first()
    if mark != MARK or found is None or not compare_digest(bytes(found.digest), _digest(token)):
        return None
    stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - _SEEN)  # one write a minute is enough
    ApiKey.objects.filter(stale, pk=found.pk).update(last_used_at=Now())
    return found


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()


@transaction.atomic
def file(key: ApiKey, once: str, said: Mapping[str, Any]) -> tuple[SubjectRequest, Secrets | None]:
    """Take a request down, once under `once`; return it, and the two secrets as long as its address is not proven.

    Raises:
        OtherWords: `once` was used for another filing.
        NotOffered, NotAnAddress, ImpossiblePlace, ValueError: as `intake.open_request`.
    """
    body = keyed_index("api filing", json.dumps(said, sort_keys=True, default=str))
    row, _made = SentOnce.objects.get_or_create(
        key=key, digest=sha256(once.encode()).digest(), defaults={"body": body, "dsr": None}
    )
    if not compare_digest(bytes(row.body), body):
        raise OtherWords
    application = Application(**said, channel="api", key=uuid5(NAMESPACE_URL, f"{key.prefix}:{once}"))
    dsr = intake.open_request(key.brand, application, by=CUSTOMER)
    SentOnce.objects.filter(pk=row.pk, dsr=None).update(dsr=dsr)
    return dsr, verification.begin(dsr) if dsr.stage in _UNPROVEN else None


def tidy() -> None:
    """Forget what was sent so long ago that nobody sends it again."""
    SentOnce.objects.filter(sent_at__lt=Now() - REMEMBERED).delete()

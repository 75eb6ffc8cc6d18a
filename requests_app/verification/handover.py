"""Sign-off from the shop's own account: a signed token hands over a signed-in customer. The strongest proof there is.

The token is a JWT (RFC 7519) of a key that the brand's table names; what its head says chooses among those keys and
nothing else (RFC 8725). It is taken once: issuer and `jti` are written down by the statement that asks whether they were
there. Why one is refused stands in the log as a code; whoever presented it always gets the same answer, for the same work.
"""

import json
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any, Final

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.brands.signers import BadKey, Signer, in_force
from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.verification.models import HandOver
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance, locked
from requests_app.workflow.states import State

LONGEST: Final = 8192  # characters of a token
LASTS: Final = timedelta(minutes=5)  # from `iat` to `exp`, at most
SKEW: Final = timedelta(seconds=30)
GOOD_FOR: Final = timedelta(minutes=30)  # the customer reads and types
CHANNEL: Final = "account"
_HEAD: Final = frozenset({"alg", "kid", "typ"})  # `crit`, `cty`, `jku`, `jwk`, `x5c` … each change what a signature means
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_JOINERS: Final = frozenset("\u200c\u200d")  # several scripts are not written without them
_REQUIRED: Final[Mapping[str, tuple[int, int]]] = {
    "iss": (1, 200), "sub": (1, 128), "email": (3, 254), "name": (1, 200), "jti": (8, 128),
}  # fmt: skip
_OPTIONAL: Final[Mapping[str, tuple[int, int]]] = {"phone": (1, 40), "locale": (1, 35), "right": (1, 50)}
_SIGNATURE_ALONE: Final = {"verify_signature": True} | dict.fromkeys(
    ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub", "verify_jti"), False
)
_log: Final = structlog.get_logger(__name__)


class NotHandedOver(Exception):
    """The token hands nobody over. `code` says why, to the log alone: whoever presents one gets one answer for all."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom the shop vouches for, by which key, and until when (seconds since 1970) a request may be filed with it."""

    customer_id: str
    email: str
    name: str
    phone: str
    locale: str
    right: str
    kid: str
    digest: str
    until: int


def receive(brand: Brand, token: str) -> SignedIn:
    """Return whom `token` hands over, and write down that it was presented.

    Every call checks one signature and asks the database once, whatever is wrong with the token.

    Raises:
        NotHandedOver: it is none, none of ours, too old, or was presented before.
    """
    now = datetime.now(UTC)
    try:
        kid, claims = _signed(brand, token, now)
        signed_in = _vouched(brand, kid, claims, now)
    except NotHandedOver as fault:
        _present(brand, token_bytes(32), ends_at=None)
        _log.info("hand_over_refused", brand=brand.slug, code=fault.code)
        raise
    if not _present(brand, bytes.fromhex(signed_in.digest), ends_at=now + GOOD_FOR + SKEW):
        _log.info("hand_over_refused", brand=brand.slug, code="replayed")
        raise NotHandedOver("replayed")
    return signed_in


@transaction.atomic
def accept(dsr: SubjectRequest, signed_in: SignedIn) -> None:
    """Take the shop's word for who files `dsr`: it goes on without a mailed link. One hand-over files one request.

    Raises:
        NotHandedOver: its time is over, its key was revoked meanwhile, or another request was filed with it.
    """
    dsr = locked(dsr)
    presented = HandOver.objects.filter(digest=bytes.fromhex(signed_in.digest), brand=dsr.brand, ends_at__gt=Now())
    if signed_in.kid not in _keys(dsr.brand, datetime.now(UTC)):
        raise NotHandedOver("revoked")
    if not presented.filter(Q(dsr=None) | Q(dsr=dsr)).update(dsr=dsr):
        raise NotHandedOver("spent")
    if dsr.stage != State.RECEIVED:
        return  # the same form, sent twice
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    record("proof.accepted", by=CUSTOMER, dsr_id=dsr.pk, method="hand_over", key=signed_in.kid)
    advance(dsr, Move.ACCEPT_PROOF, by=CUSTOMER)


def offered(brand: Brand) -> bool:
    """Whether the shop has a key that counts now: else nobody can be handed over."""
    return bool(_keys(brand, datetime.now(UTC)))


def tidy() -> None:
    """Remove what is too old to be presented again or filed with."""
    HandOver.objects.filter(ends_at__lt=Now()).delete()


def _signed(brand: Brand, token: str, now: datetime) -> tuple[str, Mapping[str, Any]]:
    """Return by which key what was signed. Of a token that cannot be read, or names no key of ours, a signature is checked too."""
    keys = _keys(brand, now)
    head = _head(token)
    known = keys.get(str(head.get("kid")))
    signer = known or next(iter(keys.values()), _NOBODY)
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token if head else _NOTHING,
            signer.key,
            algorithms=[signer.algorithm],
            options=_SIGNATURE_ALONE,  # type: ignore[arg-type]
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as fault:
        raise NotHandedOver("signature" if known else "unknown_key") from fault
    if known is None:
        raise NotHandedOver("unknown_key")
    return known.kid, claims


def _keys(brand: Brand, now: datetime) -> Mapping[str, Signer]:
    try:
        return in_force(brand.hand_over, now)
    except BadKey:
        _log.error("hand_over_keys_unusable", brand=brand.slug)  # the text may quote what stands there
        return {}


def _head(token: str) -> Mapping[str, Any]:
    """Return the head of a token that may be one; nothing of what is too long, holds something else, or asks for more."""
    if len(token) > LONGEST or not token.isascii():
        return {}
    try:
        head: Mapping[str, Any] = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return {}
    plain = head.keys() <= _HEAD and str(head.get("typ", "JWT")).upper() == "JWT" and isinstance(head.get("kid"), str)
    return head if plain else {}


def _vouched(brand: Brand, kid: str, claims: Mapping[str, Any], now: datetime) -> SignedIn:
    said = _texts(claims)
    if said["iss"] != brand.hand_over.get("issuer"):
        raise NotHandedOver("issuer")
    if claims.get("aud") != brand.slug:
        raise NotHandedOver("audience")
    _check_time(claims, now)
    if claims.get("email_verified") is not True:
        raise NotHandedOver("email_not_verified")
    try:
        mailbox(said["email"])
    except NotAnAddress as fault:
        raise NotHandedOver("email") from fault
    digest = sha256(json.dumps([brand.slug, said.pop("iss"), said.pop("jti")]).encode()).hexdigest()
    until = int((now + GOOD_FOR).timestamp())
    return SignedIn(customer_id=said.pop("sub"), kid=kid, digest=digest, until=until, **said)


def _texts(claims: Mapping[str, Any]) -> dict[str, str]:
    """Return the claims that are words: each one there, a text, of bearable length, with nothing hidden in it."""
    wrong = [name for name, size in _REQUIRED.items() if not _plain(claims.get(name), *size)]
    wrong += [name for name, size in _OPTIONAL.items() if claims.get(name) is not None and not _plain(claims[name], *size)]
    if wrong:
        raise NotHandedOver(f"claim_{wrong[0]}")
    said = {name: claims.get(name) or "" for name in (*_REQUIRED, *_OPTIONAL)}
    return said | {"name": unicodedata.normalize("NFC", said["name"])}


def _plain(value: Any, shortest: int, longest: int) -> bool:
    if not isinstance(value, str) or not shortest <= len(value) <= longest or value != value.strip():
        return False
    return not any(unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS for sign in value)


def _check_time(claims: Mapping[str, Any], now: datetime) -> None:
    begun, ends, not_before = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    if type(begun) is not int or type(ends) is not int or type(not_before) is not int:
        raise NotHandedOver("time")
    moment, skew = now.timestamp(), SKEW.total_seconds()
    if not 0 < ends - begun <= LASTS.total_seconds():
        raise NotHandedOver("lasts_too_long")
    if max(begun, not_before) > moment + skew:
        raise NotHandedOver("from_the_future")
    if ends < moment - skew:
        raise NotHandedOver("expired")


def _present(brand: Brand, digest: bytes, *, ends_at: datetime | None) -> bool:
    """Write down that a token was presented, unless it was before; of two at the same moment one is the first.

    Without `ends_at` nothing is written: the statement is the same, so that a refused token costs what a good one does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO requests_app_handover (digest, brand_id, ends_at) SELECT %s, %s, %s::timestamptz WHERE %s "
            "ON CONFLICT (digest) DO NOTHING",
            [digest, brand.pk, ends_at or datetime.now(UTC), ends_at is not None],
        )
        return bool(cursor.rowcount)


def _decoy() -> tuple[Signer, str]:
    """Return a key of nobody, and a token that no key has signed: something to check where there is nothing to check."""
    key = Ed25519PrivateKey.generate().public_key()
    parts = (b'{"alg":"EdDSA","typ":"JWT"}', b"{}", token_bytes(64))
    token = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return Signer(kid="", key=key, algorithm="EdDSA", valid_from=None, valid_until=None, revoked=False), token


_NOBODY, _NOTHING = _decoy()

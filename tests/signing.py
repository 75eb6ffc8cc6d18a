"""A shop's own account page: it has a key of its own, and signs whom it hands over."""

import json
import time
from functools import cache
from secrets import token_urlsafe
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from requests_app.brands.models import Brand
from tests.making import ADDRESS, a_brand

ISSUER: Final = "https://shop.example"
PrivateKey = Ed25519PrivateKey | RSAPrivateKey


@cache
def edwards(name: str = "shop") -> Ed25519PrivateKey:
    """Return the key of that name: the same one for the whole run."""
    return Ed25519PrivateKey.generate()


@cache
def rsa(name: str = "shop", bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(65537, bits)


def pem(key: PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signing_keys(**more: Any) -> dict[str, Any]:
    """Return a brand's `hand_over` with one key of either kind; `more` is added to both."""
    return {
        "issuer": ISSUER,
        "keys": [{"kid": "ed", "pem": pem(edwards()), **more}, {"kid": "rsa", "pem": pem(rsa()), **more}],
    }


def a_signing_shop(slug: str = "o-jewels", **fields: Any) -> Brand:
    return a_brand(slug, **{"hand_over": signing_keys()} | fields)


def claims(**changes: Any) -> dict[str, Any]:
    """Return what a good token says; what is changed to None is left out."""
    now = int(time.time())
    said = {
        "iss": ISSUER, "aud": "o-jewels", "sub": "1", "email": ADDRESS, "email_verified": True, "name": "Ada Example",
        "iat": now, "exp": now + 120, "jti": token_urlsafe(16),
    }  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value is not None}


def a_token(*, kid: str | None = "ed", key: PrivateKey | None = None, head: dict[str, Any] | None = None, **changes: Any) -> str:
    signs = key or (rsa() if kid == "rsa" else edwards())
    algorithm = "RS256" if isinstance(signs, RSAPrivateKey) else "EdDSA"
    payload = json.dumps(claims(**changes)).encode()
    return jwt.api_jws.encode(payload, signs, algorithm=algorithm, headers={"kid": kid, **(head or {})})

"""AES-256-GCM and the keys derived from the master key. The one place that touches a cipher for fields and keys."""

import hmac
import secrets
from contextlib import suppress
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = b"\x01"  # AES-256-GCM, 96-bit random nonce, 128-bit tag
_NONCE = 12


class Undecipherable(Exception):
    """The bytes are not what was sealed under this key and context."""


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypt `plain`; only the same key and the same `context` open it again."""
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _VERSION + context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        Undecipherable: wrong key, wrong context, changed or cut bytes, unknown version.
    """
    if sealed[:1] != _VERSION:
        raise Undecipherable("unknown version of sealing")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _VERSION + context)
    except (InvalidTag, ValueError) as fault:
        raise Undecipherable("not sealed under this key and context") from fault


def derived(purpose: str) -> bytes:
    """Return the 32-byte key that the master key yields for `purpose`: what is wrapped or signed from now on."""
    return _yielded(settings.DSAR_MASTER_KEY, purpose)


def derived_ever(purpose: str) -> tuple[bytes, ...]:
    """Return the keys for `purpose` of the master key and of those that stand beside it while it is changed, the present first."""
    return tuple(_yielded(key, purpose) for key in (settings.DSAR_MASTER_KEY, *settings.DSAR_MASTER_KEY_FALLBACKS))


def derived_for_good(purpose: str) -> bytes:
    """Return the key for digests that stand in tables or with others: changing the master key does not change it."""
    return _yielded(settings.DSAR_DIGEST_KEY or settings.DSAR_MASTER_KEY, purpose)


def unseal_with_any(keys: tuple[bytes, ...], sealed: bytes, context: bytes) -> bytes:
    """Decrypt what was sealed under one of `keys`.

    Raises:
        Undecipherable: under none of them.
    """
    for key in keys[:-1]:
        with suppress(Undecipherable):
            return unseal(key, sealed, context)
    return unseal(keys[-1], sealed, context)


def keyed_index(kind: str, value: str) -> bytes:
    """Return a digest by which equal values can be found, and which nobody without the key can guess back."""
    return hmac.new(derived_for_good(f"index:{kind}"), value.encode(), sha256).digest()


@cache
def _yielded(master: bytes, purpose: str) -> bytes:
    """HKDF-SHA-256, RFC 5869."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(master)

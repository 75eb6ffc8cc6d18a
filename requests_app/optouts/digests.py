"""By what an address stands on the list: an HMAC under a key that the shop has too, and nobody else.

digest  = HMAC-SHA-256(key, kind ":" canonical), where `kind` is `email` or `phone`
token   = channel "." digest "." first half of HMAC-SHA-256(key, "unsubscribe:" channel ":" digest), both in hexadecimal
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel
from requests_app.emails import NotAnAddress, canonical_email
from requests_app.keys.crypto import derived_for_good
from requests_app.values import Claim, Identity

_KINDS: Final = {"email": "email", "phone_number": "phone"}
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MARK: Final = 32  # hexadecimal digits: 128 bits
_SIGNS: Final = re.compile(r"[\s().\-/\u2010-\u2015]")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{5,14}")


class NotANumber(ValueError):
    """It is no telephone number with the code of its country. The text is not repeated."""


class NoSuchToken(Exception):
    """The link of a mail was changed, or is another shop's."""


@dataclass(frozen=True, slots=True)
class Token:
    """What the link of a mail refuses."""

    channel: Channel
    digest: bytes


def key_of(brand: Brand) -> bytes:
    """Return the key that a shop's mailer shares with us; it serves nothing else."""
    return derived_for_good(f"optouts:{brand.slug}")


def shown_key(brand: Brand) -> str:
    """Return the key as the shop is given it."""
    return urlsafe_b64encode(key_of(brand)).decode()


def canonical_phone(number: str) -> str:
    """Return a telephone number as E.164 writes it: `+`, the country's code, digits.

    Raises:
        NotANumber: it has no country's code, or is no number.
    """
    bare = _SIGNS.sub("", number)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    if not (bare.isascii() and _NUMBER.fullmatch(bare)):
        raise NotANumber("not a telephone number with its country's code")
    return bare


def digest_of(brand: Brand, claim: Claim) -> bytes:
    """Return by what an address or number stands on the list of `brand`.

    Raises:
        NotAnAddress, NotANumber: it is none.
        KeyError: nobody is written to by a claim of that kind.
    """
    canonical = canonical_email(claim.value) if claim.kind == "email" else canonical_phone(claim.value)
    return hmac.digest(key_of(brand), f"{_KINDS[claim.kind]}:{canonical}".encode(), sha256)


def digests_of(brand: Brand, identity: Identity) -> Iterator[bytes]:
    """Yield the digests of all by which a person is reached; what is neither address nor number has none."""
    for claim in identity.claims:
        if claim.kind in _KINDS:
            try:
                yield digest_of(brand, claim)
            except (NotAnAddress, NotANumber):
                continue


def token_for(brand: Brand, digest: bytes, channel: Channel) -> str:
    """Return what stands in the link of a mail."""
    return f"{channel}.{digest.hex()}.{_mark(brand, channel, digest.hex())}"


def opened(brand: Brand, token: str) -> Token:
    """Return what a token refuses.

    Raises:
        NoSuchToken: it was not made with the key of `brand`.
    """
    channel, _dot, rest = token.partition(".")
    digest, _dot, mark = rest.partition(".")
    known = channel in set(Channel) and bool(_DIGEST.fullmatch(digest))
    if not (hmac.compare_digest(mark.encode(), _mark(brand, channel, digest).encode()) and known):
        raise NoSuchToken
    return Token(Channel(channel), bytes.fromhex(digest))


def _mark(brand: Brand, channel: str, digest: str) -> str:
    return hmac.digest(key_of(brand), f"unsubscribe:{channel}:{digest}".encode(), sha256).hex()[:_MARK]

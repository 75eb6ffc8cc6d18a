"""The public keys with which a shop's own account page signs whom it hands over: several, so that they can be changed.

The kind of the key says how it signs, never what signed: an Edwards key means EdDSA, an RSA key RS256, and no other kind
is taken. What the head of a token claims can so only agree or be refused (RFC 8725, 3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

PublicKey = Ed25519PublicKey | RSAPublicKey
_SHORTEST_RSA: Final = 2048  # bits: NIST SP 800-131A, table 2
_LONGEST_KID: Final = 64
_FIELDS: Final = frozenset({"kid", "pem", "jwk", "not_before", "not_after", "revoked"})


class BadKey(ValueError):
    """An entry is no key that could be used; the text names the entry and the fault."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One public key, how it signs, and from when until when it counts."""

    kid: str
    key: PublicKey
    algorithm: str
    valid_from: datetime | None
    valid_until: datetime | None
    revoked: bool

    def counts_at(self, moment: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= moment
        return not self.revoked and begun and (self.valid_until is None or moment <= self.valid_until)


def signers(hand_over: Mapping[str, Any]) -> Mapping[str, Signer]:
    """Return every key of a brand's `hand_over` by its `kid`.

    Raises:
        BadKey: an entry cannot be used, or two share a name.
    """
    found: dict[str, Signer] = {}
    for number, entry in enumerate(hand_over.get("keys", []), 1):
        signer = _signer(entry, f"key {number}")
        if signer.kid in found:
            raise BadKey(f"key {number}: kid {signer.kid} stands there twice")
        found[signer.kid] = signer
    return found


def in_force(hand_over: Mapping[str, Any], moment: datetime) -> Mapping[str, Signer]:
    """Return the keys that count at `moment`."""
    return {kid: signer for kid, signer in signers(hand_over).items() if signer.counts_at(moment)}


def _signer(entry: Any, where: str) -> Signer:
    if not isinstance(entry, dict) or entry.keys() - _FIELDS:
        raise BadKey(f"{where}: only {', '.join(sorted(_FIELDS))} may stand there")
    kid = entry.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_KID or not kid.isascii() or not kid.isprintable():
        raise BadKey(f"{where}: kid must be 1 to {_LONGEST_KID} printable ASCII characters")
    key = _key(entry, where)
    return Signer(
        kid=kid,
        key=key,
        algorithm="EdDSA" if isinstance(key, Ed25519PublicKey) else "RS256",
        valid_from=_moment(entry.get("not_before"), time.min, f"{where}: not_before"),
        valid_until=_moment(entry.get("not_after"), time.max, f"{where}: not_after"),
        revoked=_flag(entry.get("revoked", False), f"{where}: revoked"),
    )


def _key(entry: Mapping[str, Any], where: str) -> PublicKey:
    if ("pem" in entry) == ("jwk" in entry):
        raise BadKey(f"{where}: either pem or jwk")
    key = _from_pem(entry["pem"], where) if "pem" in entry else _from_jwk(entry["jwk"], where)
    if isinstance(key, RSAPublicKey) and key.key_size < _SHORTEST_RSA:
        raise BadKey(f"{where}: an RSA key needs {_SHORTEST_RSA} bits at least")
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey):
        raise BadKey(f"{where}: neither a public Ed25519 nor a public RSA key")
    return key


def _from_pem(text: Any, where: str) -> object:
    try:
        return load_pem_public_key(str(text).encode())
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise BadKey(f"{where}: pem is no public key") from fault


def _from_jwk(value: Any, where: str) -> object:
    if not isinstance(value, dict) or "d" in value:
        raise BadKey(f"{where}: jwk must be a mapping without a private part")
    try:
        return jwt.PyJWK.from_dict(value).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise BadKey(f"{where}: jwk is no public key") from fault


def _moment(value: Any, of_day: time, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        if len(str(value)) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(str(value)), of_day, UTC)
        moment = datetime.fromisoformat(str(value))
    except ValueError as fault:
        raise BadKey(f"{where} must be a date, or a moment in ISO 8601") from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadKey(f"{where} must be true or false")
    return value

"""The Ed25519 signature over a manifest, and the public key that goes with it. RFC 8032."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def signature(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the 64 raw bytes of the signature, as OpenSSL reads them."""
    return key.sign(manifest)


def public_key(key: Ed25519PrivateKey) -> bytes:
    """Return the public key as a PEM file."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PrivateKey) -> str:
    """Return the SHA-256 of the public key (DER) in groups of four, to compare with one told elsewhere."""
    digest = sha256(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))

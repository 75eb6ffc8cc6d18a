"""The key that signs the trail, and the mark that every event bears from the moment in which it is written.

An event is sealed up to a minute after it was committed. Until then only its mark tells that nobody has changed it.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from requests_app.values import Actor

MARKED: Final = "dsar-event-mark/1"


@lru_cache(maxsize=4)
def _from(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def signer() -> Ed25519PrivateKey:
    return _from(settings.DSAR_SIGNING_KEY)


def key_id() -> str:
    """Return the public key that seals are checked with: its 32 bytes in hexadecimal."""
    return signer().public_key().public_bytes_raw().hex()


def mark(action: str, by: Actor, dsr_id: UUID | None, facts: Mapping[str, Any]) -> bytes:
    """Return the signature over what an event says; its number and its time are the database's."""
    return signer().sign(_marked(action, by, str(dsr_id) if dsr_id else None, facts))


def bears_its_mark(event: Mapping[str, Any]) -> bool:
    """Whether an entry of the trail says what it said when it was written."""
    said = _marked(event["action"], Actor(event["actor"], event["name"]), event["dsr"], event["facts"])
    try:
        signer().public_key().verify(bytes.fromhex(event["mark"]), said)
    except InvalidSignature:
        return False
    return True


def _marked(action: str, by: Actor, dsr_id: str | None, facts: Mapping[str, Any]) -> bytes:
    told = [action, dsr_id, by.kind, by.name, dict(facts)]
    return f"{MARKED}\n{json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(',', ':'))}".encode()

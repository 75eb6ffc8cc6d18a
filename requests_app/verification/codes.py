"""The two secrets that a page shows once at filing: how they are drawn, and what is kept of them."""

import secrets
from hashlib import sha256
from typing import Final

from requests_app.keys.crypto import keyed_index
from requests_app.workflow.models import SubjectRequest

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no letter that looks like a figure or another
_LONG: Final = 28  # signs of 5 bits each: 140


def new_code() -> str:
    """Return six figures."""
    return f"{secrets.randbelow(10**6):06}"


def new_claim() -> str:
    """Return a claim code in groups of four."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_LONG))
    return "-".join(drawn[at : at + 4] for at in range(0, _LONG, 4))


def claim_digest(claim: str) -> bytes:
    """Return what is kept of a claim code. What looks alike is the same; blanks, hyphens and case do not count."""
    plain = "".join(claim.lower().split()).replace("-", "").translate(str.maketrans("oil", "011"))
    return sha256(plain.encode()).digest()


def code_digest(dsr: SubjectRequest, code: str) -> bytes:
    """Return what is kept of a code: of so few figures, only a keyed digest cannot be guessed back."""
    return keyed_index("code", f"{dsr.pk}:{''.join(code.split())}")

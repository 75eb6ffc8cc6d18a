"""The secrets that a page shows once at filing, or a letter on paper: how they are drawn, and what is kept of them."""

import secrets
from hashlib import sha256
from typing import Final

from requests_app.keys.crypto import keyed_index
from requests_app.workflow.models import SubjectRequest

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no letter that looks like a figure or another
_LONG: Final = 28  # signs of 5 bits each: 140
_SHORT: Final = 6
_ON_PAPER: Final = 16  # 80 bits: nobody finds one by trying it on the page, and everybody can type it
_LOOKS_LIKE: Final = str.maketrans("oil", "011")


def new_code() -> str:
    """Return six figures."""
    return f"{secrets.randbelow(10**6):06}"


def new_claim() -> str:
    """Return a claim code in groups of four."""
    return _grouped(_LONG)


def new_token() -> str:
    """Return what stands for a link in a letter on paper, in groups of four."""
    return _grouped(_ON_PAPER).upper()


def plain(code: str) -> str:
    """Return a code as it is compared: what looks alike is the same; blanks, hyphens and case do not count."""
    return "".join(code.lower().split()).replace("-", "").replace(".", "").translate(_LOOKS_LIKE)


def is_short(code: str) -> bool:
    """Whether somebody typed figures that prove, and not what stands for a link."""
    return len(plain(code)) <= _SHORT


def _grouped(length: int) -> str:
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    return "-".join(drawn[at : at + 4] for at in range(0, length, 4))


def claim_digest(claim: str) -> bytes:
    """Return what is kept of a claim code. What looks alike is the same; blanks, hyphens and case do not count."""
    return sha256(plain(claim).encode()).digest()


def code_digest(dsr: SubjectRequest, code: str) -> bytes:
    """Return what is kept of a code: of so few figures, only a keyed digest cannot be guessed back."""
    return keyed_index("code", f"{dsr.pk}:{''.join(code.split())}")

"""When two e-mail addresses are the same mailbox, as far as anyone but its own server may say.

The domain is compared as its lowercase A-label, ASCII letters of the local part without case, everything else byte for
byte. Nothing that is not ASCII ever becomes ASCII, dots and plus signs mean what they say.
"""

import unicodedata
from collections.abc import Callable
from itertools import product
from string import ascii_lowercase, ascii_uppercase
from typing import Final, Literal

_TO_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_LONGEST: Final = 320  # octets of 64 + "@" + 255: RFC 3696, erratum 1690


class NotAnAddress(ValueError):
    """The text has no two sides of an `@`, holds blanks or control characters, or is too long. The text is not repeated."""


def ascii_lower(text: str) -> str:
    """Lower the 26 letters A to Z and nothing else, whatever the locale."""
    return text.translate(_TO_LOWER)


def canonical_email(address: str) -> str:
    """Return the form in which two spellings of one mailbox are equal.

    A non-ASCII local part is compared in NFC; a domain label that is not ASCII becomes its A-label (RFC 5890, Punycode).

    Raises:
        NotAnAddress: `address` cannot be one.
    """
    local, domain = _sides(address)
    return f"{ascii_lower(_normal('NFC', local))}@{_alabels(domain)}"


def same_mailbox(one: str, other: str) -> bool:
    """Tell whether both are addresses, and of one mailbox."""
    try:
        return canonical_email(one) == canonical_email(other)
    except NotAnAddress:
        return False


def needs_officer(address: str) -> bool:
    """Tell whether the local part is not ASCII: how its server compares it is unknown, so a person decides.

    Raises:
        NotAnAddress: `address` cannot be one.
    """
    return not _sides(address)[0].isascii()


def spellings(address: str) -> tuple[str, ...]:
    """Return every text, with A to Z lowered, under which a system is likely to keep this mailbox.

    They differ in the domain (A-label, U-label, the latter in capitals) and in NFC or NFD. What a system keeps in yet
    another mixture is not found: a comparison inside a database needs a finite list.

    Raises:
        NotAnAddress: `address` cannot be one.
    """
    typed_local, typed_domain = map(ascii_lower, _sides(address))
    local, domain = canonical_email(address).rsplit("@", 1)
    readable = _ulabels(domain)
    capitals = ascii_lower(_each(readable, str.upper))
    locals_ = (local, _normal("NFD", local), typed_local)
    domains = (domain, readable, _normal("NFD", readable), capitals, _normal("NFD", capitals), typed_domain)
    return tuple(dict.fromkeys(f"{left}@{right}" for left, right in product(locals_, domains)))


def _sides(address: str) -> tuple[str, str]:
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or len(address) > _LONGEST:
        raise NotAnAddress("not an e-mail address")
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Zs", "Zl", "Zp"} for sign in address):
        raise NotAnAddress("not an e-mail address")
    return local, domain


def _each(text: str, change: Callable[[str], str]) -> str:
    """Apply `change` to each non-ASCII character, except where the result would hold ASCII."""
    return "".join(sign if sign.isascii() or any(map(str.isascii, change(sign))) else change(sign) for sign in text)


def _normal(form: Literal["NFC", "NFD"], text: str) -> str:
    """Normalise, unless a character would turn into ASCII by itself (the Kelvin sign is such a one)."""
    if any(unicodedata.normalize(form, sign).isascii() for sign in text if not sign.isascii()):
        return text
    return unicodedata.normalize(form, text)


def _alabels(domain: str) -> str:
    return ".".join(_alabel(label) for label in ascii_lower(domain).split("."))


def _alabel(label: str) -> str:
    if label.isascii():
        return label
    folded = _normal("NFC", _each(_normal("NFC", label), str.lower))
    return "xn--" + folded.encode("punycode").decode("ascii")


def _ulabels(domain: str) -> str:
    return ".".join(_ulabel(label) for label in domain.split("."))


def _ulabel(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        readable = label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return readable if _alabel(readable) == label else label

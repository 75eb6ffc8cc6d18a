"""What a file says about how fields are overwritten, in fideslang's own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from requests_app.connectors.sql.description import Field, Masking

NULL: Final = "null"
TEXT: Final = "text"
EMPTY: Final = "empty"  # of a list inside a column
RANDOM: Final = "random"
HASH: Final = "hash"
HMAC: Final = "hmac"
DELETE: Final = "delete"  # of a collection: its rows go
_RANDOM_LENGTH: Final = 30  # fideslang's own
_BITS: Final = MappingProxyType({"SHA-256": 256, "SHA-512": 512})
_REFUSED: Final = MappingProxyType(
    {
        "aes_encrypt": "what is encrypted can be read again by who has the key; `hmac` keeps equal values equal, and no key",
        "ip_mask": "three parts of four of an address still lead to a connection; `null_rewrite` leaves nothing",
        "preserve": "the file says that the field keeps what it holds",
        DELETE: "it is for collections: one field of a record cannot be deleted alone",
    }
)
_KEYS: Final = MappingProxyType(
    {
        "null_rewrite": frozenset[str](),
        "string_rewrite": frozenset({"rewrite_value", "format_preservation"}),
        "random_string_rewrite": frozenset({"length", "format_preservation"}),
        "hash": frozenset({"algorithm", "format_preservation"}),
        "hmac": frozenset({"algorithm", "format_preservation"}),
    }
)


@dataclass(frozen=True, slots=True)
class Mask:
    """What is written into a field where it is not NULL. `kind` is one of the constants above.

    `text`: what is written as it stands. `length`: characters of a random text, or to which a hash is cut.
    `lead` and `suffix` stand before and behind.
    """

    kind: str
    text: str = ""
    length: int = 0
    bits: int = 256
    lead: str = ""
    suffix: str = ""

    @property
    def how(self) -> str:
        """What is written, in a word for whoever reads the plan."""
        if self.kind == NULL:
            return "NULL"
        if self.kind == TEXT:
            return f"'{self.text}'"
        if self.kind == EMPTY:
            return "[]"
        what = f"{self.kind} SHA-{self.bits}" if self.kind in {HASH, HMAC} else f"random {self.length}"
        return " ".join(part for part in (self.lead, what, self.suffix) if part)


class Unmaskable(Exception):
    """A field cannot be overwritten; `code` and `message` say why."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def said(masking: Masking, field: Field) -> Mask:
    """Return what a strategy writes into a field.

    Raises:
        Unmaskable: it is none that can be done in the system itself, or none of those settings.
    """
    name, configuration = masking.strategy, masking.configuration
    if name in _REFUSED:
        raise Unmaskable("strategy", f"`{name}`: {_REFUSED[name]}")
    if name not in _MADE:
        raise Unmaskable("strategy", f"`{name}` is no strategy that we know; we do: {', '.join(_MADE)}")
    if strange := set(configuration) - _KEYS[name]:
        raise Unmaskable("strategy", f"`{name}`: its setting `{min(strange)}` is none that we know")
    mask = _MADE[name](name, configuration)
    suffix = _suffix(name, configuration)
    whole = replace(mask, text=mask.text + suffix) if mask.kind == TEXT else replace(mask, suffix=suffix)
    return cut(whole, field.length)


def cut(mask: Mask, length: int) -> Mask:
    """Cut what is written to the length that the file states; what stands behind stays whole where that is possible."""
    if not length or mask.kind == NULL:
        return mask
    if mask.kind == TEXT:
        return replace(mask, text=mask.text[:length])
    room = length - len(mask.suffix) - len(mask.lead)
    if room < 1:
        raise Unmaskable("too_long", f"`{mask.suffix}` leaves no room in {length} characters")
    return replace(mask, length=min(mask.length or mask.bits // 4, room))


def _string(name: str, configuration: Mapping[str, object]) -> Mask:
    value = configuration.get("rewrite_value")
    if not isinstance(value, str):
        raise Unmaskable("strategy", f"`{name}` needs a `rewrite_value`")
    return Mask(TEXT, value)


def _random(name: str, configuration: Mapping[str, object]) -> Mask:
    length = str(configuration.get("length") or _RANDOM_LENGTH)
    if not (length.isascii() and length.isdecimal() and int(length)):
        raise Unmaskable("strategy", f"`{name}`: its `length` must be a whole number above 0")
    return Mask(RANDOM, length=int(length))


def _digest(name: str, configuration: Mapping[str, object]) -> Mask:
    algorithm = str(configuration.get("algorithm") or "SHA-256")
    if algorithm not in _BITS:
        raise Unmaskable("strategy", f"`{name}`: `{algorithm}` is no algorithm that we know; we do: {', '.join(_BITS)}")
    return Mask(name, length=_BITS[algorithm] // 4, bits=_BITS[algorithm])


_MADE: Final[Mapping[str, Callable[[str, Mapping[str, object]], Mask]]] = MappingProxyType(
    {
        "null_rewrite": lambda _name, _configuration: Mask(NULL),
        "string_rewrite": _string,
        "random_string_rewrite": _random,
        HASH: _digest,
        HMAC: _digest,
    }
)


def _suffix(name: str, configuration: Mapping[str, object]) -> str:
    kept = configuration.get("format_preservation") or {}
    suffix = kept.get("suffix", "") if isinstance(kept, dict) and not set(kept) - {"suffix"} else None
    if not isinstance(suffix, str):
        raise Unmaskable("strategy", f"`{name}`: `format_preservation` takes a `suffix`")
    return suffix

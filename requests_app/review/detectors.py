"""What may be about somebody else, by its look alone: proposals for a person to decide. Pure functions on text.

They find what has a form: an address, a number with a check digit, a name behind a title. A name without a title, or a story
that everybody in the family would recognise, has none; therefore free text is flagged as a whole, and a person reads it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from requests_app.collection.cards import is_card
from requests_app.emails import NotAnAddress, canonical_email

Span = tuple[int, int]
"""Where something stands in a text: its first character, and the one behind its last."""


class Kind(StrEnum):
    """What may be found in a text, and why a field is flagged as a whole (`BOTH`, `FREE`)."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    FREE = "free"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Known:
    """What is the person's own, or the shop's: addresses in canonical form, last digits of numbers, words of names."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *, emails: Iterable[str] = (), phones: Iterable[str] = (), names: Iterable[str] = ()) -> "Known":
        return cls(
            frozenset(filter(None, map(_canonical, emails))),
            frozenset(filter(None, map(_last_digits, phones))),
            frozenset(word.casefold() for name in names for word in re.findall(r"\w+", name)),
        )


_EMAIL: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")
_PHONE: Final = re.compile(
    r"(?<![\w+./-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}(?:[ .\-/]?\(?\d{1,4}\)?){2,6}"  # with the code of a country
    r"|0[1-9](?:[ .\-/]?\d{2,4}){3,5}"  # of the same country, in Europe
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}"  # in North America
    r")(?![\w-])"
)
_IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
_CARD: Final = re.compile(r"(?<![\d-])[2-6](?:[ -]?\d){12,18}(?![\d-])")
_TITLE: Final = (
    r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Mme|Mlle|Dr|Prof|Me|M|Hr|Fr|κ|κα|Κ|Κα)\.?|Monsieur|Madame|Mademoiselle|Maître|Herrn?|Frau|Doktor|Docteur"
    r"|Professor|Κύριος|Κυρία|κύριος|κυρία|κύριο)"
)
_WORD: Final = r"[^\W\d_a-z][\w’'-]+"
_TITLED: Final = re.compile(
    rf"(?<![\w.’'-]){_TITLE}[ \u00a0\u202f]+"
    rf"(?P<name>{_WORD}(?:[ \u00a0](?:(?:de|du|von|van|der|den|le|la)[ \u00a0])*{_WORD}){{0,2}})"
)
_PHONE_DIGITS: Final = range(9, 16)
_COMPARED: Final = 9  # last digits of a telephone number: what stands before them is dialled or not
_FREE_WORDS: Final = 6
_LETTERS_OF_ALL: Final = 0.6


def _emails(text: str, known: Known) -> Iterator[Span]:
    for found in _EMAIL.finditer(text):
        if _canonical(found[0]) not in known.emails:
            yield found.span()


def _phones(text: str, known: Known) -> Iterator[Span]:
    for found in _PHONE.finditer(text):
        count = sum(sign.isdecimal() for sign in found[0])
        if count in _PHONE_DIGITS and _last_digits(found[0]) not in known.phones and not is_card(found[0]):
            yield found.span()


def _ibans(text: str, _known: Known) -> Iterator[Span]:
    """ISO 13616: the first four signs go to the end, letters count from 10, and the whole leaves 1 when divided by 97."""
    for found in _IBAN.finditer(text):
        for length in range(len(found[0]), 14, -1):
            bare = found[0][:length].replace(" ", "")
            if found[0][length - 1] != " " and len(bare) > 14 and _checks(bare):  # noqa: PLR2004  # the shortest there is has 15
                yield found.start(), found.start() + length
                break


def _checks(bare: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1


def _cards(text: str, _known: Known) -> Iterator[Span]:
    yield from (found.span() for found in _CARD.finditer(text) if is_card(found[0]))


def _names(text: str, known: Known) -> Iterator[Span]:
    for found in _TITLED.finditer(text):
        words = {word.casefold() for word in re.findall(r"\w+", found["name"])}
        if found["name"][0].isupper() and not words <= known.names:
            yield found.span("name")


_DETECTORS: Final[Mapping[Kind, Callable[[str, Known], Iterator[Span]]]] = MappingProxyType(
    {Kind.NAME: _names, Kind.EMAIL: _emails, Kind.PHONE: _phones, Kind.IBAN: _ibans, Kind.CARD: _cards}
)
FOUND: Final = tuple(_DETECTORS)
"""The kinds of which passages are found."""


def detect(kind: Kind, text: str, known: Known) -> list[Span]:
    """Return where something of `kind` stands in `text` that is not known to be the person's own."""
    return list(_DETECTORS[kind](text, known))


def is_free(text: str) -> bool:
    """Whether somebody wrote `text` in own words: several words, most signs of them letters."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    return len(words) >= _FREE_WORDS and sum(map(len, words)) >= _LETTERS_OF_ALL * len(text.replace(" ", ""))


def _canonical(address: str) -> str:
    try:
        return canonical_email(address)
    except NotAnAddress:
        return address.casefold()


def _last_digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdecimal())[-_COMPARED:]

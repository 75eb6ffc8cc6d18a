"""What a letter must say under the laws of a request."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from requests_app.jurisdictions.base import Regime
from requests_app.jurisdictions.shelf import REGIMES
from requests_app.jurisdictions.tables import Letter, Row, When, content, letters
from requests_app.jurisdictions.vocabulary import ClockKind, Right

_CLOCKS: Final = {
    Letter.ACKNOWLEDGEMENT: ClockKind.ACKNOWLEDGEMENT,
    Letter.APPEAL_GRANTED: ClockKind.APPEAL,
    Letter.APPEAL_DENIED: ClockKind.APPEAL,
}
_TIMED: Final = frozenset({*_CLOCKS, Letter.ANSWER, Letter.PARTIAL_ANSWER})


@dataclass(frozen=True, slots=True)
class Code:
    """One thing a letter must say: its key, what that means, why, and the laws that ask for it (none: only the house does)."""

    key: str
    says: str
    because: tuple[str, ...]
    laws: tuple[str, ...]


def required(regimes: Iterable[str], right: str, letter: Letter | str, *, on: date = date.max) -> tuple[Code, ...]:
    """Return all that a `letter` on `right` must say under `regimes` as they stand on `on`, in the order of the catalogue.

    Overlays list no contents; a request under no law at all needs what the house always says.

    Raises:
        KeyError: there is no such regime.
        ValueError: there is no such right or kind of letter.
    """
    right, letter = Right(right), Letter(letter)
    theirs = {law.id: frozenset(listed(law, right, letter, on)) for law in _asked(regimes, right, on)}
    needs = [(code, row.because, law) for row in letters() if row.covers(right, letter) for code, law in _needs(row, theirs)]
    return tuple(
        Code(key, says, tuple(dict.fromkeys(why for code, why, _ in needs if code == key)),
             tuple(dict.fromkeys(law for code, _, law in needs if code == key and law)))
        for key, says in content().items() if any(code == key for code, _, _ in needs)
    )  # fmt: skip


def listed(regime: Regime, right: Right, letter: Letter, on: date) -> tuple[str, ...]:
    """Return the contents that the regime's own file lists for such a letter; the table says which of them the right needs."""
    clock = regime.clock(_CLOCKS.get(letter, ClockKind.ANSWER), right, on)
    if letter == Letter.EXTENSION:
        extension = clock.extension if clock else None
        applies = extension is not None and (extension.applies_to is None or right in extension.applies_to)
        return extension.notice_must_include if extension is not None and applies else ()
    of_the_clock = clock.must_include if clock and letter in _TIMED else ()
    return of_the_clock + _of_the_law(regime, letter)


def _of_the_law(regime: Regime, letter: Letter) -> tuple[str, ...]:
    return {
        Letter.ANSWER: regime.response_must_include,
        Letter.PARTIAL_ANSWER: regime.response_must_include + regime.refusal_must_include,
        Letter.REFUSAL: regime.refusal_must_include,
    }.get(letter, ())


def _asked(regimes: Iterable[str], right: Right, on: date) -> tuple[Regime, ...]:
    """Return the laws that grant `right` on `on`; where none does, it is answered of the shop's own will, by the words of all."""
    laws = tuple(law for name in regimes if not (law := REGIMES[name]).is_overlay)
    return tuple(law for law in laws if law.rights[right].holds(on)) or laws


def _needs(row: Row, theirs: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Yield each content of `row` that is needed, with the law that asks for it; no law where the house does."""
    if row.when == When.ALWAYS:
        yield from ((code, "") for code in row.codes)
    for law, codes in theirs.items():
        if row.when == When.LISTED:
            yield from ((code, law) for code in row.codes if code in codes)
        elif row.when == When.UNLESS_LISTED and codes.isdisjoint(row.instead):
            yield from ((code, law) for code in row.codes)

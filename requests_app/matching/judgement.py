"""How sure are we? Pure: candidates and what the person typed go in, a verdict comes out. It never merges people."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from requests_app.connectors.base import Candidate
from requests_app.emails import needs_officer
from requests_app.values import Root

SIGNED: Final = "customer_id"
"""The one kind of claim that no customer types: the shop's number of the person, signed by the shop."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with the facts that agree with what the person typed, and those that differ."""

    candidate: Candidate
    agrees: tuple[str, ...]
    differs: tuple[str, ...]

    @property
    def plain(self) -> dict[str, object]:
        """Return it as JSON values, for the sealed record of the match."""
        root = self.candidate.root
        return {
            "root": [root.collection, list(root.key)],
            "matched": list(self.candidate.matched),
            "evidence": {kind: list(values) for kind, values in self.candidate.evidence.items()},
            "agrees": list(self.agrees),
            "differs": list(self.differs),
        }


def weigh(candidate: Candidate, typed: Mapping[str, str]) -> Weighed:
    """Compare the facts that the person typed with those on record; what either side lacks says nothing."""
    known = {kind: values for kind, values in candidate.evidence.items() if values and typed.get(kind)}
    agrees = tuple(kind for kind, values in known.items() if any(same(kind, typed[kind], value) for value in values))
    if SIGNED in candidate.matched and typed.get(SIGNED) and SIGNED not in known:
        agrees = (*agrees, SIGNED)
    return Weighed(candidate, agrees, tuple(kind for kind in known if kind not in agrees))


def again(plain: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, object]:
    """Weigh a candidate, as `Weighed.plain` gave it, by what the person says now."""
    collection, key = plain["root"]
    candidate = Candidate(
        Root(collection, tuple(key)), matched=tuple(plain["matched"]),
        evidence={kind: tuple(values) for kind, values in plain["evidence"].items()},
    )  # fmt: skip
    return weigh(candidate, typed).plain


def is_clear(weighed: Sequence[Weighed], address: str) -> bool:
    """One record, nobody else's too, found by the proven address, nothing that differs, a spelling with one reading (T-1.07).

    Or one record that carries the customer number which the shop itself signed: nothing else need agree.
    """
    if len(weighed) != 1 or weighed[0].candidate.owned:
        return False
    if SIGNED in weighed[0].agrees:
        return True
    if needs_officer(address):
        return False
    return "email" in weighed[0].candidate.matched and not weighed[0].differs


def same(kind: str, typed: str, held: str) -> bool:
    """Whether two ways to write a fact of one kind are the same fact."""
    if kind == SIGNED:
        return typed == held
    if kind == "name":
        left, right = set(words_of(typed)), set(words_of(held))
        return bool(left and right) and (left <= right or right <= left)
    if kind == "phone_number":
        return _digits(typed)[-9:] == _digits(held)[-9:] != ""
    return "".join(words_of(typed)) == "".join(words_of(held)) != ""


def words_of(text: str) -> list[str]:
    """Return the words without case, accents or signs."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return "".join(sign if sign.isalnum() else " " for sign in bare).split()


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())

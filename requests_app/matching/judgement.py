"""How sure are we? Pure: candidates and what the person typed go in, a verdict comes out. It never merges people."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from requests_app.connectors.base import Candidate
from requests_app.emails import needs_officer


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
    agrees = tuple(kind for kind, values in known.items() if any(_same(kind, typed[kind], value) for value in values))
    return Weighed(candidate, agrees, tuple(kind for kind in known if kind not in agrees))


def is_clear(weighed: Sequence[Weighed], address: str) -> bool:
    """One record, found by the proven address, nothing that differs, and an address whose spelling has one reading (T-1.07)."""
    if len(weighed) != 1 or needs_officer(address):
        return False
    return "email" in weighed[0].candidate.matched and not weighed[0].differs


def _same(kind: str, typed: str, held: str) -> bool:
    if kind == "name":
        left, right = set(_words(typed)), set(_words(held))
        return bool(left and right) and (left <= right or right <= left)
    if kind == "phone_number":
        return _digits(typed)[-9:] == _digits(held)[-9:] != ""
    return "".join(_words(typed)) == "".join(_words(held)) != ""


def _words(text: str) -> list[str]:
    """Return the words without case, accents or signs."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return "".join(sign if sign.isalnum() else " " for sign in bare).split()


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())

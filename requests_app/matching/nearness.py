"""How near two spellings are, for an officer's eyes: it puts candidates in order and explains, and decides nothing. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from requests_app.matching.judgement import words_of

_NEARLY: Final = 2  # signs that may be missing, changed or swapped
_LONG: Final = 5  # in shorter words two signs are too much
_SIMILAR: Final = 75  # of 100
_WORDS: Final = frozenset({"name"})
_WEIGHT: Final[Mapping[str, int]] = {"customer_id": 400, "email": 200}
_AGREES: Final = 100


class Nearness(StrEnum):
    """From the same to nothing in common."""

    SAME = "same"
    NEARLY = "nearly"
    PART = "part"
    SIMILAR = "similar"
    OTHER = "other"


def nearness(kind: str, typed: str, held: str) -> Nearness:
    """Return how near what was typed is to what is held: case, accents, signs and the order of words do not count."""
    left, right = (words_of(typed), words_of(held))
    one, other = (" ".join(sorted(left)), " ".join(sorted(right))) if kind in _WORDS else ("".join(left), "".join(right))
    if one == other:
        return Nearness.SAME
    if min(len(one), len(other)) >= _LONG and OSA.distance(one, other) <= _NEARLY:
        return Nearness.NEARLY
    if kind not in _WORDS:
        return Nearness.OTHER
    if left and right and (set(left) <= set(right) or set(right) <= set(left)):
        return Nearness.PART
    return Nearness.SIMILAR if fuzz.token_sort_ratio(one, other) >= _SIMILAR else Nearness.OTHER


def nearest(kind: str, typed: str, held: list[str]) -> Nearness | None:
    """Return the nearest of several values; None where one side says nothing."""
    order = list(Nearness)
    return min((nearness(kind, typed, one) for one in held), key=order.index) if typed and held else None


def rank(candidate: Mapping[str, Any], typed: Mapping[str, str]) -> int:
    """Return a number that puts candidates in order, the likeliest first: what agrees and what is near, less what differs."""
    met = {*candidate["agrees"], *candidate["matched"]}
    points = sum(_WEIGHT.get(kind, _AGREES) for kind in met) - _AGREES // 2 * len(candidate["differs"])
    for kind, values in candidate["evidence"].items():
        near = nearest(kind, typed.get(kind, ""), list(values))
        if near is not None and kind not in met:
            points += {Nearness.NEARLY: 60, Nearness.PART: 40, Nearness.SIMILAR: 20}.get(near, 0)
    return points

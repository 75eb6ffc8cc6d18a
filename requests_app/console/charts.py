"""Bars and a line as SVG that the server draws. Each says in words what it shows, and has a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640
LABEL: Final = 170  # where the bars begin
ROOM: Final = 70  # behind the longest bar, for its figure
ROW: Final = 30
THICK: Final = 18
HIGH: Final = 200
LEFT, TOP, BELOW, RIGHT = 60, 16, 28, 30
LONGEST: Final = 22  # signs of a label


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar, or one point of a line: where it lies, and the words beside it."""

    x: float
    y: float
    width: float
    label: str
    said: str
    middle: float = 0.0
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Chart:
    """`name` is that of its template; `points` those of a line; `grid` what its left edge says, and at which height."""

    name: str
    title: str
    told: str
    width: int
    height: int
    marks: Sequence[Mark]
    points: str = ""
    grid: Sequence[tuple[float, str]] = ()


Figure = tuple[str, float | None, str]  # label, size, and the size in words; None: nothing is known


def bars(title: str, figures: Sequence[Figure], *, most: float | None = None) -> Chart | None:
    """Return bars from left to right, one a row; `most` is the size of a full one, the greatest where none is given."""
    known = [(label, size, said) for label, size, said in figures if size is not None]
    if not known:
        return None
    full = most or max(size for _label, size, _said in known) or 1
    wide = WIDTH - LABEL - ROOM
    marks = [
        Mark(
            x=LABEL, y=row * ROW + (ROW - THICK) / 2, width=_round(wide * size / full), label=_short(label), said=said,
            middle=row * ROW + ROW / 2, after=_round(LABEL + wide * size / full + 8),
        )
        for row, (label, size, said) in enumerate(known)
    ]  # fmt: skip
    return Chart("bars", title, _told(known), WIDTH, ROW * len(known), marks)


def line(title: str, figures: Sequence[Figure], grid: Sequence[tuple[float, str]]) -> Chart | None:
    """Return a line through parts of a whole (0 to 1), with `grid` lines at some of them; None for fewer than two points."""
    known = [(label, size, said) for label, size, said in figures if size is not None]
    if len(known) < 2:  # noqa: PLR2004  # a line has two ends
        return None
    step = (WIDTH - LEFT - RIGHT) / (len(known) - 1)
    marks = [Mark(_round(LEFT + place * step), _level(size), 0, label, said) for place, (label, size, said) in enumerate(known)]
    points = " ".join(f"{mark.x},{mark.y}" for mark in marks)
    levels = [(_level(size), said) for size, said in grid]
    return Chart("line", title, _told(known), WIDTH, HIGH, marks, points, levels)


def _level(size: float) -> float:
    return _round(TOP + (1 - size) * (HIGH - TOP - BELOW))


def _round(number: float) -> float:
    return round(number, 1)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _told(known: Sequence[tuple[str, float, str]]) -> str:
    return "; ".join(f"{label}: {said}" for label, _size, said in known)

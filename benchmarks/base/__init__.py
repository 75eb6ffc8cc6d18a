"""What a benchmark is, and the one line with which it ends."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

SHOWN_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured. `goal` bounds the ratio of figure to limit, or the figure itself, as the benchmark says; `met` decides."""

    figure: float
    limit: float
    unit: str
    goal: str
    met: bool

    @property
    def ratio(self) -> float:
        return self.figure / self.limit if self.limit else 0.0

    def line(self, name: str) -> str:
        """Return `NAME: FIGURE UNIT, limit FIGURE UNIT, ratio R, goal G, met|missed`."""
        said = f"{name}: {shown(self.figure)} {self.unit}, limit {shown(self.limit)} {self.unit}, ratio {self.ratio:.2f}"
        return f"{said}, goal {self.goal}, {'met' if self.met else 'missed'}"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a benchmark works: `admin` is the URL of a PostgreSQL role that may make databases; `folder` is thrown away.

    `mariadb` is the URL of a server whose role may make databases, or empty. `tiny`: sizes at which nothing is measured but
    everything runs.
    """

    admin: str
    folder: Path
    mariadb: str = ""
    tiny: bool = False

    def size(self, wanted: int, tiny: int) -> int:
        return tiny if self.tiny else wanted


class Benchmark(ABC):
    """One goal. What it prints on the way is for people; the line at the end is for machines."""

    title: ClassVar[str]

    @abstractmethod
    def run(self, ground: Ground) -> Result:
        """Measure, and the limit in the same run."""


def shown(figure: float) -> str:
    """Return a figure with three digits that mean something."""
    if abs(figure) >= 10 ** (SHOWN_DIGITS - 1):
        return f"{figure:.0f}"
    return f"{figure:.{SHOWN_DIGITS}g}"

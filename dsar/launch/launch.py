from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dsar.launch.home import Home
from dsar.launch.packages import Venv
from dsar.launch.processes import Processes


@dataclass(frozen=True)
class Launch:
    """What every part of a start works with: the project's folder, the home of its data, its packages, its processes."""

    root: Path
    home: Home
    venv: Venv
    processes: Processes

    @classmethod
    def of(cls, root: Path, home: Home) -> Self:
        """Begin a start in `home`, which is open, and end what a killed one left there."""
        processes = Processes(home)
        processes.clear_leftovers()
        return cls(root, home, Venv(root, processes), processes)

    def module(self, *words: str | Path) -> list[str | Path]:
        """Return the command that runs a module with .venv's Python."""
        return [self.venv.python, "-m", *words]

    def manage(self, *words: str | Path) -> list[str | Path]:
        return [self.venv.python, self.root / "manage.py", *words]

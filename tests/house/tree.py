"""The project as its rules see it: files, syntax trees, functions."""

import ast
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ROOT / "requests_app"
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file of the project; in an unpacked copy without git, every file that is there."""
    asked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if asked.returncode:
        left_out = {".venv", ".dsar", "__pycache__", ".git", "staticfiles"}
        return tuple(path for path in ROOT.rglob("*") if path.is_file() and not left_out & set(path.parts))
    return tuple(path for name in asked.stdout.splitlines() if (path := ROOT / name).is_file())


def python(*folders: str) -> tuple[Path, ...]:
    """Return the Python files below `folders` (all, when none is named), without the generated migrations."""
    inside = tuple(ROOT / folder for folder in folders) or (ROOT,)
    return tuple(
        path for path in tracked()
        if path.suffix == ".py" and "migrations" not in path.parts and any(path.is_relative_to(folder) for folder in inside)
    )  # fmt: skip


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def rooms() -> tuple[str, ...]:
    return tuple(
        sorted(path.parent.name for path in ROOMS.glob("*/__init__.py") if path.parent.name not in {"migrations", "management"})
    )


@dataclass(frozen=True, slots=True)
class Function:
    """A function where it stands, and its length in lines without decorators and docstring."""

    where: str
    name: str
    length: int
    node: ast.AST

    @classmethod
    def found_in(cls, path: Path) -> Iterator["Function"]:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, FUNCTION):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield cls(f"{named(path)}:{node.lineno} {node.name}", node.name, length, node)


def p90(values: Sequence[int]) -> float:
    return statistics.quantiles(values, n=10, method="inclusive")[-1]

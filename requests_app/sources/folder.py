"""A folder of JSON lists, one for each collection: written beside what is there, and put in its place whole or not at all."""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final

MARK: Final = ".written-by-source-find"
_DRAFT: Final = ".source-find.new"
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\]")
_LONGEST: Final = 120  # characters of a name
_DECODER: Final = json.JSONDecoder()


class Occupied(Exception):
    """Files that somebody else put there bear names that are needed."""


class Lists:
    """What is being written: lists of records, and the files that belong to them."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._folder, self._stack = folder, ExitStack()
        self._names = _distinct(names)
        self._open: dict[str, IO[bytes]] = {}

    @property
    def entries(self) -> list[str]:
        return [entry for name in self._names.values() for entry in (f"{name}.json", name)]

    def begin(self) -> None:
        """Begin every list; it stays empty when nothing is added."""
        for name in self._names.values():
            _file(self._folder / f"{name}.json").close()

    def add(self, collection: str, lines: bytes) -> None:
        """Add records, one JSON object a line."""
        if collection not in self._open:
            self._end_all()
            self._open[collection] = self._stack.enter_context((self._folder / f"{self._names[collection]}.json").open("ab"))
        file = self._open[collection]
        file.write(b",\n" if file.tell() else b"[\n")
        file.write(lines.removesuffix(b"\n").replace(b"\n", b",\n"))

    def attach(self, collection: str, name: str, chunks: Iterable[bytes]) -> None:
        """Add a file under a name made safe; a name that is taken gets a number."""
        folder = self._folder / self._names[collection]
        folder.mkdir(mode=0o700, exist_ok=True)
        with _file(_free(folder, _safe(name))) as file:
            for chunk in chunks:
                file.write(chunk)

    def end(self) -> None:
        self._end_all()
        for name in self._names.values():
            with (self._folder / f"{name}.json").open("ab") as file:
                file.write(b"\n]\n" if file.tell() else b"[]\n")

    def _end_all(self) -> None:
        self._stack.close()
        self._open.clear()


@contextmanager
def lists(path: Path, names: Iterable[str]) -> Iterator[Lists]:
    """Give lists for the collections `names`, which stand in the folder `path` when the block ended well.

    What an earlier search left there is replaced; whatever else is there stays. Readable by their owner only.

    Raises:
        Occupied: a file of somebody else bears a needed name.
        OSError: the folder cannot be written.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft, own = path / _DRAFT, _own(path)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        begun = Lists(draft, names)
        foreign = [entry for entry in begun.entries if entry not in own and os.path.lexists(path / entry)]
        if foreign:
            raise Occupied(
                f"Not written here by an earlier search: {', '.join(foreign[:5])}. Choose another folder, or move it away."
            )
        begun.begin()
        yield begun
        begun.end()
        _publish(draft, path, own)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _publish(draft: Path, path: Path, own: frozenset[str]) -> None:
    new = sorted(entry.name for entry in draft.iterdir())
    _mark(path, own.union(new))
    for name in sorted(own):
        _remove(path / name)
    for name in new:
        (draft / name).replace(path / name)
    _mark(path, new)


def _mark(path: Path, names: Iterable[str]) -> None:
    with _file(path / _DRAFT / MARK) as file:
        file.write(json.dumps(sorted(names)).encode())
    (path / _DRAFT / MARK).replace(path / MARK)


def _own(path: Path) -> frozenset[str]:
    try:
        names = json.loads((path / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return frozenset()
    return frozenset(name for name in names if isinstance(name, str) and _safe(name) == name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")


def _safe(name: str) -> str:
    """Return a name that means a file right here, on every system."""
    plain = _UNSAFE.sub("_", name.encode("utf-8", "replace").decode())
    suffix = Path(plain).suffix if plain.strip(".") else ""
    stem = plain.removesuffix(suffix)
    plain = stem[: _LONGEST - len(suffix[:20])] + suffix[:20]
    return "_" + plain[1:] if plain[:1] in {"", "."} else plain


def _distinct(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = base = _safe(name)
        number = 1
        while {plain, f"{plain}.json"} & taken:
            number += 1
            plain = f"{base}~{number}"
        taken |= {plain, f"{plain}.json"}
        found[name] = plain
    return found


def _free(folder: Path, name: str) -> Path:
    number, path = 1, folder / name
    while os.path.lexists(path):
        number += 1
        path = folder / f"{number}-{name}"
    return path


def narrowed(lines: bytes, fields: frozenset[str]) -> bytes:
    """Return the records with these fields only; what stays is byte for byte as it was."""
    return b"".join(_narrowed(line, fields).encode() + b"\n" for line in lines.decode().removesuffix("\n").split("\n"))


def _narrowed(line: str, fields: frozenset[str]) -> str:
    return "{" + ",".join(text for name, text in _members(line) if name in fields) + "}"


def _members(line: str) -> Iterator[tuple[str, str]]:
    at = _skipped(line, 1)
    while line[at] != "}":
        begin = at
        name, at = _DECODER.raw_decode(line, at)
        at = _skipped(line, at) + 1
        _, at = _value(line, _skipped(line, at))
        yield name, line[begin:at]
        at = _skipped(line, at)
        at = _skipped(line, at + 1) if line[at] == "," else at


def _value(line: str, at: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(line, at)


def _skipped(line: str, at: int) -> int:
    while line[at] in " \t\r":
        at += 1
    return at

"""What earlier starts finished, so that the next one need not do it again, and what they left half done is done anew."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from dsar.launch.home import Home


def digest(root: Path, patterns: Iterable[str], *words: str) -> str:
    """Return one digest of the files below `root` that match `patterns`, by name and content, and of `words`."""
    total = hashlib.sha256("\0".join(words).encode())
    for file in sorted({file for pattern in patterns for file in root.glob(pattern) if file.is_file()}):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"\0{file.relative_to(root)}\0{content}".encode())
    return total.hexdigest()


def is_done(home: Home, stage: str, inputs: str) -> bool:
    """Tell whether `stage` was finished with the same inputs (a digest)."""
    return bool(home.state.get("done", {}).get(stage) == inputs)


def note(home: Home, stage: str, inputs: str) -> None:
    home.remember("done", home.state.get("done", {}) | {stage: inputs})


def forget(home: Home, *stages: str) -> None:
    """Have these stages done again; without names, all."""
    done = home.state.get("done", {})
    home.remember("done", {stage: inputs for stage, inputs in done.items() if stages and stage not in stages})

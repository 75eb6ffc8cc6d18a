"""Named points at which a process may be told to kill itself: a file of that name in its folder is the order, taken once."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, Final

# What is called there, and whether the killing comes before it or after it.
POINTS: Final[dict[str, tuple[str, str, bool]]] = {
    "claimed": ("requests_app.ledger.services", "run", False),
    "worked": ("requests_app.ledger.services", "finish", False),
    "finished": ("requests_app.ledger.services", "finish", True),
    "woken": ("requests_app.ledger.sweeper", "due", True),
    "collected": ("requests_app.collection.services", "keep", False),
    "half_written": ("requests_app.vault.storage:DiskFile", "write", True),
    "before_fsync": ("os", "fsync", False),
    "in_the_vault": ("requests_app.vault.storage", "_sync_folder", True),
    "before_the_manifest": ("requests_app.bundle.assemble", "manifest", False),
    "sealed": ("requests_app.bundle.services", "keep", False),
    "intended": ("requests_app.erasure.running", "intend", True),
    "erased": ("requests_app.erasure.deed", "check_gone", False),
    "certified": ("requests_app.erasure.certifying", "make", True),
    "mailed": ("requests_app.correspondence.steps", "hand_over", True),
}
DIED: Final = "died"


def order(folder: Path, name: str) -> None:
    (folder / name).touch()


def died(folder: Path) -> list[str]:
    """Return the points at which somebody died, in order."""
    path = folder / DIED
    return path.read_text(encoding="ascii").split() if path.exists() else []


def arm(folder: Path) -> None:
    """Let this process, and those it forks, obey."""
    for name, (place, attribute, after) in POINTS.items():
        module, _, inside = place.partition(":")
        owner: Any = import_module(module)
        owner = getattr(owner, inside) if inside else owner
        setattr(owner, attribute, _obeying(folder, name, getattr(owner, attribute), after=after))


def _obeying(folder: Path, name: str, act: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    @wraps(act)
    def obey(*values: Any, **named: Any) -> Any:
        if not after:
            _die_if_told(folder, name)
        result = act(*values, **named)
        if after:
            _die_if_told(folder, name)
        return result

    return obey


def _die_if_told(folder: Path, name: str) -> None:
    with suppress(FileNotFoundError):
        (folder / name).unlink()
        with (folder / DIED).open("a", encoding="ascii") as log:
            log.write(f"{name}\n")
        os.kill(os.getpid(), signal.SIGKILL)

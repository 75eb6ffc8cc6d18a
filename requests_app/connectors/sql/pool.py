"""Connections to a shop's systems that are kept for the next question: opening one costs more than a small answer.

Each process keeps a few for itself. A kept connection is inside no transaction; the next user begins a snapshot of its own
and so finds out whether it is still alive. The address is the key, so that a changed password opens a new one.
"""

import atexit
import os
import threading
from collections import defaultdict
from time import monotonic
from typing import Any, Final

KEPT: Final = 2  # connections for one address
IDLE: Final = 30.0  # seconds after which a kept connection is closed instead of used

_lock: Final = threading.Lock()
_kept: Final[defaultdict[tuple[int, str], list[tuple[float, Any]]]] = defaultdict(list)


def taken(address: str) -> Any | None:
    """Return a kept connection to `address`, alive or not; None where none is kept."""
    with _lock:
        kept = _kept[os.getpid(), address]
        over = [connection for since, connection in kept if monotonic() - since > IDLE]
        kept[:] = [one for one in kept if one[1] not in over]
        found = kept.pop()[1] if kept else None
    for connection in over:
        connection.close()
    return found


def keep(address: str, connection: Any) -> None:
    """Keep a connection that is inside no transaction for the next one who asks, or close it."""
    with _lock:
        kept = _kept[os.getpid(), address]
        has_room = len(kept) < KEPT
        if has_room:
            kept.append((monotonic(), connection))
    if not has_room:
        connection.close()


@atexit.register
def close() -> None:
    """Close what this process keeps."""
    with _lock:
        ours = [one for (process, _), kept in _kept.items() if process == os.getpid() for one in kept]
        _kept.clear()
    for _, connection in ours:
        connection.close()

"""Heads kept outside the database: a file to which every new head is added, best on a disk of another machine."""

import fcntl
import json
import os
from typing import Final

import structlog
from django.conf import settings

from requests_app.audit import heads
from requests_app.audit.heads import Head
from requests_app.audit.models import TrailSeal

_TAIL: Final = 4096  # bytes; a head takes less than 600
log = structlog.get_logger(__name__)


def anchor() -> int:
    """Add the heads that the file does not hold yet; return how many. Without `DSAR_ANCHOR_FILE` there is no file.

    A file that holds a longer trail than the database is left as it is: the database was put back, and a person must look.

    Raises:
        OSError: the file cannot be written.
    """
    if not settings.DSAR_ANCHOR_FILE:
        return 0
    descriptor = os.open(settings.DSAR_ANCHOR_FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return _add(descriptor)
    finally:
        os.close(descriptor)


def _add(descriptor: int) -> int:
    held, whole = _held(descriptor)
    newest = heads.latest()
    if newest is None or newest.size <= held:
        if newest is None or newest.size < held:
            log.error("trail_shorter_than_its_anchor", anchored=held, sealed=newest.size if newest else 0)
        return 0
    added = [heads.of(seal) for seal in TrailSeal.objects.filter(size__gt=held).order_by("size").iterator(chunk_size=1000)]
    os.write(descriptor, (b"" if whole else b"\n") + b"".join(as_line(head) for head in added))
    os.fsync(descriptor)
    return len(added)


def _held(descriptor: int) -> tuple[int, bool]:
    """Return the size of the last head in the file, and whether its last line is whole: a writer may have been killed."""
    end = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _TAIL, max(0, end - _TAIL))
    for line in reversed(tail.splitlines()):
        try:
            return int(json.loads(line)["size"]), tail.endswith(b"\n")
        except (ValueError, KeyError, TypeError):
            continue
    return 0, not tail or tail.endswith(b"\n")


def as_line(head: Head) -> bytes:
    return (json.dumps(head.told(), separators=(",", ":")) + "\n").encode()

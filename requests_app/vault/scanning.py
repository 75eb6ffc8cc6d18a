"""Asking a virus scanner, where one is set up: clamd over a socket, in its own protocol (`INSTREAM`)."""

import socket
import struct
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

_PATIENCE: Final = 30.0  # seconds; of a file of 10 MiB clamd needs a few at most
_CHUNK: Final = 1 << 16
_LONGEST: Final = 4096
_PORT: Final = 3310


class ScannerAway(Exception):
    """A scanner is set up, and does not say whether the file is clean."""


def is_clean(content: bytes) -> bool:
    """Whether the scanner finds nothing; True where none is set up.

    Raises:
        ScannerAway: it cannot be asked, or gives no verdict.
    """
    if not settings.DSAR_CLAMD:
        return True
    try:
        with closing(_connected(settings.DSAR_CLAMD)) as line:
            said = _asked(line, content)
    except OSError as fault:
        raise ScannerAway(type(fault).__name__) from None
    if said.endswith(b" FOUND"):
        return False
    if said == b"stream: OK":
        return True
    raise ScannerAway("no verdict")


def _connected(place: str) -> socket.socket:
    """Return a line to the scanner at `tcp://host:port` or `unix:///path`."""
    parts = urlsplit(place)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or _PORT), _PATIENCE)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_PATIENCE)
    try:
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line


def _asked(line: socket.socket, content: bytes) -> bytes:
    line.sendall(b"zINSTREAM\0")
    for at in range(0, len(content), _CHUNK):
        chunk = content[at : at + _CHUNK]
        line.sendall(struct.pack(">I", len(chunk)) + chunk)
    line.sendall(struct.pack(">I", 0))
    said = b""
    while len(said) < _LONGEST and not said.endswith(b"\0") and (more := line.recv(_LONGEST)):
        said += more
    return said.rstrip(b"\0\n")

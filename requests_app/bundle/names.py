"""Names inside a bundle: made from system, collection and a counter, never from what a source calls a file."""

import re
from collections.abc import Iterable
from typing import Final

_STEM: Final = r"[a-z0-9][a-z0-9_-]{0,63}"
_ENDING: Final = r"schema\.json|jsonld|json|csv|html|txt|bin|pdf|png|jpg|gif|webp|tif|mp3|m4a|wav|ogg|mp4|webm"
SAFE: Final = re.compile(rf"{_STEM}(?:/{_STEM}){{0,3}}\.(?:{_ENDING})")
OURS: Final = frozenset({"README.txt", "check.py", "public-key.pem", "manifest.json.sig"})
RESERVED: Final = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)})
ENDINGS: Final = {
    "application/json": "json",
    "application/pdf": "pdf",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
    "text/csv": "csv",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/webm": "webm",
}


class UnsafeName(ValueError):
    """A name that could do harm when the bundle is unpacked. The name itself is not told: it may be personal."""


def safe(name: str) -> str:
    """Return `name` if it may stand in a bundle.

    Raises:
        UnsafeName: it may not, on some system a customer might have.
    """
    if name in OURS:
        return name
    stems = {part.partition(".")[0] for part in name.split("/")}
    if not SAFE.fullmatch(name) or stems & RESERVED:
        raise UnsafeName("a name that may not stand in a bundle")
    return name


def stems(names: Iterable[str]) -> dict[str, str]:
    """Give each name a stem of its own that is safe in a path. Same names in the same order: same stems."""
    given: dict[str, str] = {}
    for name in names:
        stem = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:48] or "data"
        if stem in RESERVED:
            stem = f"{stem}-data"
        taken, number, wanted = set(given.values()), 1, stem
        while stem in taken:
            number += 1
            stem = f"{wanted}-{number}"
        given[name] = stem
    return given


def ending(media_type: str) -> str:
    """Return the ending for a file of that type; what a browser might run, or nobody knows, is `bin`."""
    return ENDINGS.get(media_type.partition(";")[0].strip().lower(), "bin")

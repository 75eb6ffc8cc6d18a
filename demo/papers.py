"""The files of the demo shop: scans, recordings and photographs, made from their number alone."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

WARRANTY: Final = "warranties/{:06d}.pdf"
IDENTITY: Final = "papers/{:06d}.pdf"
RECORDING: Final = "calls/{:06d}.wav"


def pdf(text: str) -> bytes:
    """Return a PDF of one page that shows `text`, which must be ASCII."""
    content = f"BT /F1 18 Tf 72 760 Td ({text}) Tj ET".encode("ascii")
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def wav(number: int) -> bytes:
    """Return a quarter of a second of a quiet tone, 8,000 samples a second."""
    wave = bytes((sample * (3 + number % 5)) % 16 + 120 for sample in range(2000))
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(wave))
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
        + (b"data" + struct.pack("<I", len(wave)) + wave)
    )


def png(number: int) -> bytes:
    """Return a picture of 16 by 16 points in one colour."""
    line = b"\0" + bytes((200, 150 + number % 100, number % 256)) * 16

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(line * 16)) + chunk(b"IEND", b"")


def content(path: str) -> bytes:
    """Return what the file at `path`, one of the patterns above, holds."""
    kind, _, name = path.partition("/")
    number = int(name.partition(".")[0])
    match kind:
        case "warranties":
            return pdf(f"Warranty certificate {number}")
        case "papers":
            return pdf(f"Copy of identity paper {number} - specimen")
        case _:
            return wav(number)


def write(root: Path, paths: Iterator[str]) -> int:
    """Write the files below `root`; return how many."""
    for folder in ("warranties", "papers", "calls"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    count = 0
    for path in paths:
        (root / path).write_bytes(content(path))
        count += 1
    return count

"""The mail of the demo: files into which the product's letters went instead of to a server."""

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from hashlib import sha256
from pathlib import Path
from typing import Final

_BETWEEN: Final = b"\n" + b"-" * 79 + b"\n"
"""What Django's file backend writes after each message."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One sent message. `name` is made from its bytes and may stand in an address."""

    name: str
    to: str
    subject: str
    sent: str
    text: str


def letters(folder: Path) -> list[Letter]:
    """Return what was sent, the newest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    found = [_letter(message) for file in files for message in file.read_bytes().split(_BETWEEN) if message.strip()]
    return found[::-1]


def _letter(raw: bytes) -> Letter:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw.lstrip(b"\n"))
    body = message.get_body(("plain", "html"))
    said = {name: str(message.get(name, "")) for name in ("to", "subject", "date")}
    return Letter(sha256(raw).hexdigest()[:16], said["to"], said["subject"], said["date"], body.get_content() if body else "")

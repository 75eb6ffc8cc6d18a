"""Reading mail from strangers. Pure and bounded: whatever comes, the answer is a `Mail`; what cannot be read is said to be so.

Who automatic senders are: RFC 3834 (Auto-Submitted), RFC 5321 4.5.5 (the null return path), RFC 2919 (List-Id), RFC 3464 (reports).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from typing import Any, Final

LARGEST: Final = 25 << 20  # bytes: as much as most mail servers let through
_HEAD: Final = 64 << 10
_PARTS: Final = 100
_BOUNDARIES: Final = 500
_WORDS: Final = 100_000
_LINE: Final = 300
_FILES: Final = 20
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ROBOTS: Final = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|listserv|majordomo)\b", re.IGNORECASE)
_FORWARDED: Final = re.compile(r"^\s*(?:fwd?|wg|tr|rv|i|πρθ|πρ)\s*:", re.IGNORECASE)
_INNER: Final = re.compile(
    r"^[>\s*_]*(?:from|de|von|da|από|expéditeur)[\s*_\u00a0]*:[\s*_]*(?P<who>[^\n]{1,300})$", re.IGNORECASE | re.MULTILINE
)
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,253}")
_OURS: Final = re.compile(rb"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_FAILED: Final = re.compile(rb"(?im)^(?:action:\s*failed|status:\s*5\.)")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment, as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. `sender` is empty where nobody can be read out of it.

    `automatic`: a machine wrote it, and nobody is answered. `failed`: the letters of ours that it says did not arrive, by number.
    `unreadable`: somebody must be asked again, because not all of it could be read.
    """

    sender: str = ""
    name: str = ""
    subject: str = ""
    text: str = ""
    message_id: str = ""
    files: tuple[File, ...] = ()
    left_out: tuple[str, ...] = ()
    automatic: bool = False
    forwarded: bool = False
    unreadable: bool = False
    failed: frozenset[str] = field(default=frozenset())


def read(raw: bytes, *, whole: bool = True) -> Mail:
    """Return what `raw` says. `whole` is False where only its head was fetched, because it is too large."""
    bounded = whole and len(raw) <= LARGEST and raw.count(b"\n--") <= _BOUNDARIES
    try:
        return _read(raw, bounded=bounded)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):  # the parser's own ways to give up
        return _head_alone(raw)


def _read(raw: bytes, *, bounded: bool) -> Mail:
    message = message_from_bytes(raw if bounded else _head(raw))
    mail = _headers(message)
    if not bounded:
        return replace(mail, unreadable=True)
    mail = _with_body(mail, message)
    if mail.automatic and message.get_content_type() == "multipart/report" and _FAILED.search(raw):
        return replace(mail, failed=frozenset(number.decode() for number in _OURS.findall(raw)))
    return mail if mail.automatic else _forwarded(mail, message)


def _head_alone(raw: bytes) -> Mail:
    try:
        return replace(_headers(message_from_bytes(_head(raw))), unreadable=True)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return Mail(unreadable=True)


def _head(raw: bytes) -> bytes:
    head = raw[:_HEAD]
    ends = [at for at in (head.find(b"\n\n"), head.find(b"\n\r\n")) if at >= 0]
    return head[: min(ends) + 1] if ends else head


def _headers(message: "Message[Any, Any]") -> Mail:
    name, address = parseaddr(_said(message, "Reply-To") or _said(message, "From"))
    if "@" not in address:
        name, address = parseaddr(_said(message, "From"))
    return Mail(
        sender=address if "@" in address else "", name=_line(name), subject=_line(_said(message, "Subject")),
        message_id=_line(_said(message, "Message-ID")), automatic=_is_automatic(message, address),
    )  # fmt: skip


def _is_automatic(message: "Message[Any, Any]", address: str) -> bool:
    submitted = _said(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _said(message, "Return-Path").strip() == "<>"
        or any(name in message for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Loop"))
        or _said(message, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}
        or _said(message, "X-Auto-Response-Suppress").strip().lower() in {"all", "oof", "autoreply"}
        or message.get_content_type() == "multipart/report"
        or bool(_ROBOTS.match(address))
    )


def _with_body(mail: Mail, message: "Message[Any, Any]") -> Mail:
    words: list[str] = []
    pages: list[str] = []
    files: list[File] = []
    left_out: list[str] = []
    for number, part in enumerate(_leaves(message)):
        name = _line(_named(part))
        if number >= _PARTS or len(files) >= _FILES:
            left_out.append(name or part.get_content_type())
        elif part.get_content_disposition() != "attachment" and not name and part.get_content_type() == "text/plain":
            words.append(_text(part))
        elif part.get_content_disposition() != "attachment" and not name and part.get_content_type() == "text/html":
            pages.append(_plain(_text(part)))
        elif content := _bytes(part):
            files.append(File(name or "file", content))
    text = "\n\n".join(words) or "\n\n".join(pages)
    return replace(
        mail, text=_CONTROL.sub("", text.replace("\r\n", "\n"))[:_WORDS].strip(), files=tuple(files),
        left_out=tuple(left_out[:_PARTS]), unreadable=len(text) > _WORDS or bool(left_out),
    )  # fmt: skip


def _leaves(message: "Message[Any, Any]") -> Iterator["Message[Any, Any]"]:
    """Yield the parts that hold something; a mail within a mail is walked into as well."""
    for part in message.walk():
        if not part.is_multipart():
            yield part


def _forwarded(mail: Mail, message: "Message[Any, Any]") -> Mail:
    """Let the person be the one whose mail was passed on, where it was."""
    inner = next((part.get_payload() for part in message.walk() if part.get_content_type() == "message/rfc822"), None)
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        name, address = parseaddr(_said(inner[0], "From"))
    elif _FORWARDED.match(mail.subject) and (found := _INNER.search(mail.text)):
        name, address = _person(found["who"])
    else:
        return mail
    return replace(mail, sender=address, name=_line(name), forwarded=True) if "@" in address else mail


def _person(who: str) -> tuple[str, str]:
    who = re.sub(r"\[mailto:([^\]]+)\]", r"<\1>", who)
    for name, address in getaddresses([who]):
        if "@" in address:
            return name, address
    found = _ADDRESS.search(who)
    return ("", found[0]) if found else ("", "")


def _said(message: "Message[Any, Any]", name: str) -> str:
    """Return a header's words, whatever they are encoded in."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        pieces = decode_header(str(value)[:_HEAD])
    except (ValueError, LookupError):
        return str(value)
    return "".join(piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces)


def _named(part: "Message[Any, Any]") -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return "file"


def _bytes(part: "Message[Any, Any]") -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: "Message[Any, Any]") -> str:
    return _decoded(_bytes(part), part.get_content_charset())


def _decoded(content: bytes, charset: str | None) -> str:
    """Decode as the sender says, as UTF-8, or sign by sign: never not at all."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _line(words: str) -> str:
    return re.sub(r"\s+", " ", _CONTROL.sub("", words)).strip()[:_LINE]


class _Words(HTMLParser):
    """The words of a page, without what is not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # the library's signature
        if tag in {"script", "style", "head", "title"}:
            self._hidden += 1
        elif tag in {"p", "br", "div", "li", "tr", "h1", "h2", "h3"}:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "head", "title"} and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _plain(page: str) -> str:
    reader = _Words()
    reader.feed(page[: _WORDS * 4])
    return re.sub(r"\n\s*\n+", "\n\n", "".join(reader.words)).strip()

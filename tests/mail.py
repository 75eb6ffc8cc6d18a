"""A mail server of a test's own: what it took, byte for byte, and how it may fail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from re import findall, sub
from typing import Any, Final

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from tests.brokers import free_port

HEADERS: Final = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def tokens(self) -> list[str]:
        """The secrets of the links to our own pages, in the order in which they stand."""
        return findall(r"/letter/([\w-]+)", self.text)

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass(slots=True)
class Post:
    """An SMTP server on loopback. `answers` maps a command (RCPT, DATA) to the line with which it is refused."""

    port: int = field(default_factory=free_port)
    taken: list[Delivered] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    utf8: bool = True
    controller: Any = None

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=self.utf8, ready_timeout=60)
        self.controller.start()

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def restart(self, *, utf8: bool) -> None:
        self.stop()
        self.utf8 = utf8
        self.start()

    def to(self, address: str) -> list[Delivered]:
        return [one for one in self.taken if one.recipients == (address,)]

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str],
    ) -> str:  # fmt: skip
        if refusal := self.answers.get("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        if refusal := self.answers.get("DATA"):
            return refusal
        content = envelope.original_content or b""
        self.taken.append(Delivered(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return "250 OK"


def words(text: str) -> list[str]:
    """Return what a reader reads: no tags, no white space that means nothing."""
    body = sub(r"(?s)<head>.*?</head>", " ", text)
    return unescape(sub(r"<[^>]+>", " ", sub(r"</?a\b[^>]*>", "", body))).split()


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    office = Post()
    settings.EMAIL_BACKEND = "requests_app.correspondence.post.Post"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 5
    office.start()
    yield office
    office.stop()

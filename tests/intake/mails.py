"""Mails as people and machines send them."""

from email.message import EmailMessage
from typing import Final

PDF: Final = b"%PDF-1.7\n% an invoice\n"


def a_mail(text: str = "Please delete all my data.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    known = {
        "From": "Ada Example <ada@example.com>", "To": "privacy@o-jewels.example", "Subject": "My data",
        "Message-ID": "<1@mail.example>", "Date": "Sun, 22 Nov 2026 10:00:00 +0100",
    }  # fmt: skip
    for name, value in {**known, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        message[name] = value
    message.set_content(text)
    return message


def raw(text: str = "Please delete all my data.", **headers: str) -> bytes:
    return a_mail(text, **headers).as_bytes()


def a_bounce(letter: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Return a delivery report (RFC 3464) about the letter of that number."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example\r\nTo: privacy@localhost\r\nSubject: Undelivered\r\n"
        "Message-ID: <bounce@mail.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; ada@example.com\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{letter}@testserver>\r\nSubject: Confirm\r\n\r\n--b--\r\n"
    ).encode()

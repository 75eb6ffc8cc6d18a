"""Mails of the house itself, in the name of no shop."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives


def host() -> str:
    """Return the name under which the product is reached."""
    return urlsplit(settings.DSAR_BASE_URL).hostname or ""


def mail(subject: str, body: str, *, to: str, name: str) -> EmailMultiAlternatives:
    """Return a mail of plain text. `name` is its own: a second copy of it is known as one."""
    return EmailMultiAlternatives(
        subject=subject, body=body, from_email=settings.DEFAULT_FROM_EMAIL, to=[to],
        headers={"Message-ID": f"<{name}@{host()}>", "Auto-Submitted": "auto-generated"},
    )  # fmt: skip

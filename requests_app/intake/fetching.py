"""Reading a mailbox over IMAP (RFC 3501): what is new since last time. Nothing there is changed, marked or deleted."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.intake import mailroom
from requests_app.intake.mail import LARGEST
from requests_app.intake.models import Mailbox
from requests_app.vault.scanning import ScannerAway
from requests_app.vault.storage import Away, NoSpace

AT_ONCE: Final = 50
_PATIENCE: Final = 30.0  # seconds
_NUMBER: Final = re.compile(rb"UID (\d+)")
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxAway(Exception):
    """The mailbox cannot be read; `code` says why in a word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fetch(brand: Brand) -> int:
    """Take in what is new in the mailbox of `brand`, at most `AT_ONCE`; return how many mails were looked at.

    One process at a time reads a mailbox; another one that comes meanwhile goes away.
    """
    place = settings.DSAR_MAILBOXES.get(brand.slug)
    if not place:
        return 0
    with _alone(brand) as mine:
        if not mine:
            return 0
        try:
            count = _read(brand, place)
        except (MailboxAway, ScannerAway, NoSpace, Away) as fault:
            Mailbox.objects.update_or_create(brand=brand, defaults={"fault": getattr(fault, "code", "") or type(fault).__name__})
            return 0
        Mailbox.objects.update_or_create(brand=brand, defaults={"fault": "", "read_at": Now()})
    return count


@contextmanager
def _alone(brand: Brand) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('mailbox'), %s)", [brand.pk])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('mailbox'), %s)", [brand.pk])


def _read(brand: Brand, place: str) -> int:
    state, _made = Mailbox.objects.get_or_create(brand=brand)
    with _opened(place) as (box, validity):
        if validity != state.validity:
            state.validity, state.last = validity, 0  # the numbers mean other mails now; each is known again by its digest
        numbers = _since(box, state.last)
        for number in numbers[:AT_ONCE]:
            raw, whole = _mail(box, number)
            if raw:
                mailroom.take_in(brand, raw, whole=whole)
            state.last = number
            state.save(update_fields=["validity", "last"])
    return len(numbers[:AT_ONCE])


@contextmanager
def _opened(place: str) -> Iterator[tuple[imaplib.IMAP4, int]]:
    """Yield the mailbox at `imaps://user:password@host:port/folder`, to be read only, and its validity."""
    with _told():
        box = _connected(place)
    try:
        with _told():
            folder = unquote(urlsplit(place).path.strip("/")) or "INBOX"
            kind, _ = box.select(f'"{folder}"', readonly=True)
            validity = box.response("UIDVALIDITY")[1]
            if kind != "OK" or not validity or validity[0] is None:
                raise MailboxAway("no_folder")
        yield box, int(validity[0])
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _connected(place: str) -> imaplib.IMAP4:
    parts = urlsplit(place)
    secure = parts.scheme == "imaps"
    box = (
        imaplib.IMAP4_SSL(parts.hostname or "", parts.port or 993, ssl_context=ssl.create_default_context(), timeout=_PATIENCE)
        if secure
        else imaplib.IMAP4(parts.hostname or "", parts.port or 143, timeout=_PATIENCE)
    )
    try:
        if not secure and "STARTTLS" in box.capabilities and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
            box.starttls(ssl.create_default_context())
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
    except (imaplib.IMAP4.error, OSError):
        with suppress(imaplib.IMAP4.error, OSError):
            box.shutdown()
        raise
    return box


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong in a word: what a server answers may hold an address."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise MailboxAway("cut_off") from None
    except imaplib.IMAP4.error:
        raise MailboxAway("refused") from None
    except OSError as fault:
        raise MailboxAway(type(fault).__name__) from None


def _since(box: imaplib.IMAP4, last: int) -> list[int]:
    with _told():
        kind, found = box.uid("SEARCH", f"UID {last + 1}:*")
    if kind != "OK":
        raise MailboxAway("refused")
    numbers = sorted(int(number) for number in (found[0] or b"").split())
    return [number for number in numbers if number > last]  # a server answers with the last one where there is nothing new


def _mail(box: imaplib.IMAP4, number: int) -> tuple[bytes, bool]:
    """Return a mail, or its head alone where it is too large; empty where it has gone meanwhile."""
    with _told():
        _kind, told = box.uid("FETCH", str(number), "(UID RFC822.SIZE)")
        size = _SIZE.search(told[0]) if told and isinstance(told[0], bytes) else None
        if size is None:
            return b"", True
        whole = int(size[1]) <= LARGEST
        _kind, answer = box.uid("FETCH", str(number), "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])")
    return _literal(answer), whole


def _literal(answer: list[Any]) -> bytes:
    return next((bytes(one[1]) for one in answer if isinstance(one, tuple)), b"")


def fetch_all() -> int:
    """Read every mailbox that is set up."""
    return sum(fetch(brand) for brand in Brand.objects.filter(slug__in=settings.DSAR_MAILBOXES))

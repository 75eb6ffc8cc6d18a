"""The list as a file, for a mailer that would rather read it once a day than ask for each address: signed, and whole."""

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.keys.signature import public_key, signature
from requests_app.ledger.services import enqueue
from requests_app.optouts import register
from requests_app.values import SYSTEM

HEAD: Final = "# refusals of {slug}, {day}: channel, digest; docs/how-to/honour-the-suppression-list.md\n"


class NoFolder(Exception):
    """Nobody said where the file shall lie: `DSAR_LISTS`."""


def folder() -> Path:
    """Return where the files lie. Raises: NoFolder: nowhere."""
    if not settings.DSAR_LISTS:
        raise NoFolder
    return Path(settings.DSAR_LISTS)


def write(brand: Brand, day: str, into: Path) -> tuple[int, str]:
    """Write `<slug>.txt`, its signature `<slug>.txt.sig` over its SHA-256, and the key to check it; return entries and digest.

    The signature is Ed25519 (RFC 8032) over the 64 hexadecimal digits of the SHA-256 of the file. The signature of the file
    before goes first: a reader finds a pair that fits, or none.
    """
    into.mkdir(parents=True, exist_ok=True)
    count, digest = 0, sha256()
    with NamedTemporaryFile("wb", dir=into, prefix=f".{brand.slug}-", delete=False) as file:
        try:
            for line in _lines(brand, day):
                digest.update(line)
                file.write(line)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink()
            raise
    seal, place = into / f"{brand.slug}.txt.sig", into / f"{brand.slug}.txt"
    with suppress(FileNotFoundError):
        seal.unlink()
    Path(file.name).replace(place)
    key = Ed25519PrivateKey.from_private_bytes(settings.DSAR_SIGNING_KEY)
    (into / f"{brand.slug}.pem").write_bytes(public_key(key))
    seal.write_bytes(signature(digest.hexdigest().encode(), key))
    record("suppression.listed", by=SYSTEM, brand=brand.slug, entries=count - 1, digest=digest.hexdigest())
    return count - 1, digest.hexdigest()


def _lines(brand: Brand, day: str) -> Iterator[bytes]:
    yield HEAD.format(slug=brand.slug, day=day).encode()
    for channel, digest in register.entries(brand):
        yield f"{channel} {digest}\n".encode()


@transaction.atomic
def list_everywhere(today: str) -> int:
    """Write down that the list of every brand is written today; return how many. None where nobody said where to."""
    brands = list(Brand.objects.all()) if settings.DSAR_LISTS else []
    for brand in brands:
        enqueue("optouts.list", key=f"list:{brand.pk}:{today}", brand=brand.pk, day=today)
    return len(brands)

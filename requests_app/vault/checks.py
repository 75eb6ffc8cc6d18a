"""`manage.py check --tag vault`: is the place of the files there, and may we do there what we must?"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.checks import CheckMessage, Error, register

from requests_app.vault import services
from requests_app.vault.storage import Away, Missing, NoSpace, Storage

_PROBE: Final = b"written and read by manage.py check"
_HINTS: Final = {
    "NoSuchBucket": "The bucket of DSAR_VAULT is not there: make it.",
    "InvalidAccessKeyId": "The server does not know DSAR_S3_ACCESS_KEY.",
    "SignatureDoesNotMatch": "DSAR_S3_SECRET_KEY is not that of DSAR_S3_ACCESS_KEY.",
    "AccessDenied": "The key may not do this: it needs s3:PutObject, s3:GetObject, s3:DeleteObject, s3:AbortMultipartUpload, "
    "s3:ListMultipartUploadParts on the objects, and s3:ListBucket, s3:ListBucketMultipartUploads on the bucket.",
    "EndpointConnectionError": "Nothing answers at DSAR_S3_ENDPOINT.",
}


@register("vault")
def place_can_be_used(**_: Any) -> list[CheckMessage]:
    """Write a small file, read it, list and delete it, and look for leftovers; name the first thing that fails."""
    place = services.storage()
    name, done = uuid4(), "written"
    try:
        name = _written(place)
        done = "read"
        with place.open(name) as file:
            whole = file.read() == _PROBE
        done = "listed"
        listed = name in set(place.names(timedelta(days=-1)))
        done = "swept"
        place.sweep(timedelta(days=3650))
        done = "deleted"
        place.delete(name)
    except (Away, NoSpace, Missing, OSError) as fault:
        code = fault.code if isinstance(fault, Away) else type(fault).__name__
        return [Error(f"A file of the vault could not be {done} ({code}).", hint=_HINTS.get(code), id="vault.E001")]
    if not (whole and listed):
        return [Error("The vault does not give back what was written there.", id="vault.E002")]
    return []


def _written(place: Storage) -> UUID:
    with place.put() as incoming:
        incoming.write(_PROBE)
    return incoming.name

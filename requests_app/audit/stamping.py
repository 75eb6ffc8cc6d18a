"""Time stamps on heads of the trail (RFC 3161): somebody who cannot see what was sealed says by when it was."""

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import now
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampTokenInfo,
    VerificationError,
    Verifier,
    VerifierBuilder,
    decode_timestamp_response,
)

from requests_app.audit import heads
from requests_app.audit.models import TrailStamp
from requests_app.outward.allowed import Allowed, Host
from requests_app.outward.client import Ask, Client, Limits
from requests_app.outward.faults import Outward

EVERY: Final = timedelta(minutes=50)  # the clock asks four times an hour: every fourth time it is time
ASIDE: Final = timedelta(minutes=10)  # so much may the clocks of both differ
LIMITS: Final = Limits(read_delay=10, total_delay=30, body_bytes=64 * 1024)
_QUESTION: Final = {"Content-Type": "application/timestamp-query"}  # RFC 3161, section 3.4


class NotStamped(Exception):
    """There is no time stamp of that head by that authority; the text is a code that says why."""


def stamp() -> bool:
    """Have the newest head stamped and keep the token; False where there is no authority, nothing new, or one from this hour.

    Raises:
        NotStamped: the authority gave none.
    """
    head = heads.latest()
    if not settings.DSAR_ANCHOR_TSA or head is None:
        return False
    if TrailStamp.objects.filter(Q(size=head.size) | Q(at__gt=Now() - EVERY)).exists():
        return False
    verifier, asked = _verifier(), TimestampRequestBuilder(head.text(), HashAlgorithm.SHA256).build()
    token = _checked(_answered(asked), asked, verifier)
    TrailStamp.objects.bulk_create([TrailStamp(size=head.size, token=token)], ignore_conflicts=True)
    return True


def _answered(asked: TimeStampRequest) -> bytes:
    address, _, behind = settings.DSAR_ANCHOR_TSA.partition("#")
    question = Ask(address, "POST", _QUESTION, body=asked.as_bytes())
    try:
        allowed = Allowed((Host.at(address, dict(parse_qsl(behind))),))
        with Client(allowed, LIMITS) as client, client.ask(question) as answer:
            if answer.status != HTTPStatus.OK:
                raise NotStamped(f"status_{answer.status}")
            return answer.body()
    except Outward as fault:
        raise NotStamped(type(fault).__name__.lower()) from None


def _checked(answer: bytes, asked: TimeStampRequest, verifier: Verifier) -> bytes:
    """Return the token of an answer: granted, to this question, signed under the certificates of the setting, and of now."""
    try:
        answered = decode_timestamp_response(answer)
        if answered.status != PKIStatus.GRANTED:
            raise NotStamped("declined")
        said = answered.tst_info
        if _meant(said) != _meant(asked):
            raise NotStamped("something_else")
        verifier.verify(answered, asked.message_imprint.message)
    except ValueError:
        raise NotStamped("unreadable") from None
    except VerificationError:
        raise NotStamped("not_trusted") from None
    if abs(said.gen_time - now()) > ASIDE:
        raise NotStamped("another_time")
    return answered.time_stamp_token()


def _meant(one: TimeStampRequest | TimeStampTokenInfo) -> tuple[object, ...]:
    return one.nonce, one.message_imprint.hash_algorithm, one.message_imprint.message


def _verifier() -> Verifier:
    try:
        return VerifierBuilder(roots=load_pem_x509_certificates(Path(settings.DSAR_ANCHOR_TSA_CA).read_bytes())).build()
    except (OSError, ValueError):
        raise NotStamped("no_certificates") from None

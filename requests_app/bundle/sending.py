"""A copy goes to another company, on the person's word: over HTTPS, with a token that it gave the person. GDPR Art. 20(2)."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.bundle.models import Bundle, Transfer, TransferState
from requests_app.bundle.services import NotAvailable, opened
from requests_app.ledger.services import enqueue
from requests_app.outward.addresses import target
from requests_app.outward.allowed import Allowed, Host
from requests_app.outward.client import Ask, Client, Limits
from requests_app.outward.faults import Blocked
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked

RIGHT: Final = "portability"
MOST: Final = 5  # sendings of one request
LIMITS: Final = Limits(read_delay=120, total_delay=3600, body_bytes=64 * 1024)
_RECEIVED: Final = frozenset({200, 201, 202, 204})
_LATER: Final = frozenset({408, 425, 429})


class BadAddress(ValueError):
    """Nothing can be sent there: it is no plain https address of a public host."""


class TooOften(Exception):
    """The copy was sent on as often as may be."""


class Declined(Exception):
    """The other company did not take the copy; `again`: it may do so later."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.again = status in _LATER or status >= 500  # noqa: PLR2004  # RFC 9110, 15.6


def check(address: str) -> None:
    """Raises: BadAddress: nothing can be sent to `address`."""
    try:
        Allowed(anywhere=True).check(target(address))
    except Blocked as fault:
        raise BadAddress(str(fault)) from None


@transaction.atomic
def send(dsr: SubjectRequest, address: str, token: str) -> Transfer:
    """Have the copy that `dsr` offers sent to `address`; it counts as no download.

    Raises:
        NotAvailable: there is no copy to take along.
        BadAddress: nothing can be sent there.
        TooOften: it was sent on as often as may be.
    """
    check(address)
    dsr = locked(dsr)
    if dsr.right != RIGHT or _copy(dsr) is None:
        raise NotAvailable
    number = dsr.transfers.count() + 1
    if number > MOST:
        raise TooOften
    made = Transfer.objects.create(dsr=dsr, number=number, address=address, token=token)
    record("copy.sending_asked", by=CUSTOMER, dsr_id=dsr.pk, number=number)
    enqueue("bundle.send", key=f"transfer:{made.pk}", dsr=dsr, transfer=str(made.pk))
    return made


def carry_out(transfer: Transfer, hold: Callable[[], object], *, hosts: tuple[Host, ...] = ()) -> None:
    """Send the copy in pieces; what came back is that it was taken. `hosts`: those beside the public ones that may be asked.

    Raises:
        NotAvailable: the copy is not there any more.
        Outward, Declined: the other company cannot be reached, or does not take it.
    """
    copy = _copy(transfer.dsr)
    if copy is None:
        raise NotAvailable
    allowed = Allowed(hosts, anywhere=True)
    with opened(copy) as reader, Client(allowed, LIMITS) as client:
        sent = _held(reader.plain(), hold)
        with client.ask(_ask(transfer, copy, sent)) as answer:
            if answer.status not in _RECEIVED:
                raise Declined(answer.status)


def end(transfer: Transfer, state: TransferState, fault: str = "") -> None:
    """Write down how it ended; the token is forgotten."""
    Transfer.objects.filter(pk=transfer.pk).update(state=state, fault=fault, token=None, ended_at=Now())
    record("copy.sent_on", by=SYSTEM, dsr_id=transfer.dsr_id, number=transfer.number, state=state.value, fault=fault)


def _copy(dsr: SubjectRequest) -> Bundle | None:
    found: Bundle | None = dsr.bundles.available().filter(file__isnull=False).last()
    return found


def _ask(transfer: Transfer, copy: Bundle, sent: Iterator[bytes]) -> Ask:
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{transfer.dsr.reference}.zip"',
        "Repr-Digest": f"sha-256=:{_base64(copy.digest)}:",
    }
    secret = {"Authorization": f"Bearer {transfer.token}"} if transfer.token else {}
    return Ask(transfer.address or "", "PUT", headers, secret, sent=sent, sent_bytes=copy.size)


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()


def _held(pieces: Iterator[bytes], hold: Callable[[], object]) -> Iterator[bytes]:
    for piece in pieces:
        hold()
        yield piece

"""Build the copy as one stream from vault parts to a sealed file; and search again what was missing."""

from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256

from django.db import connection

from requests_app.bundle import sending, services
from requests_app.bundle.assemble import assemble
from requests_app.bundle.gather import DescriptionChanged, gather
from requests_app.bundle.models import Transfer, TransferState
from requests_app.bundle.services import NotAvailable
from requests_app.correspondence.services import tell_officers
from requests_app.keys.store import KeyGone
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.outward.faults import Blocked, Outward
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.failing import told_to_the_ledger
from requests_app.vault.rows import Kind
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance


def _given_up(claim: Claim, _code: str) -> None:
    with suppress(KeyGone):  # without it no letter can be kept either
        tell_officers(SubjectRequest.objects.select_related("brand").get(steps=claim.step), "officer_stuck")


@handles("bundle.build", queue="bundle", retry=Backoff(first=10, factor=3, ceiling=1800, attempts=30), on_dead=_given_up)
def build(claim: Claim) -> Outcome:
    """Stream the ZIP into the vault; the request is answered in the commit that keeps it."""
    dsr = SubjectRequest.objects.select_related("brand").get(steps=claim.step)
    if dsr.stage != State.FULFILLING:
        return Done(proof={"moved_on": True})
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    try:
        with told_to_the_ledger():
            material, digest, size = gather(dsr, now), sha256(), 0
            with vault.writing(dsr, Kind.FILE, level=0) as draft:
                for chunk in assemble(material):
                    claim.hold()
                    draft.writer.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
    except DescriptionChanged:
        raise StepFailed("description_changed") from None
    sealed = services.Sealed(digest.hexdigest(), size, material.records)
    return Done(proof=asdict(sealed), commit=lambda: services.keep(dsr, draft.file, sealed))


def _not_sent(claim: Claim, code: str) -> None:
    sending.end(_transfer(claim), TransferState.FAILED, code)


@handles("bundle.send", queue="bundle", retry=Backoff(first=60, factor=4, ceiling=7200, attempts=6), on_dead=_not_sent)
def send(claim: Claim) -> Outcome:
    """Send a copy to another company; the same bytes again where it is not known whether it took them."""
    transfer = _transfer(claim)
    if transfer.state != TransferState.WAITING:
        return Done(proof={"moved_on": True})
    try:
        sending.carry_out(transfer, claim.hold)
    except NotAvailable:
        raise StepFailed("not_available", again=False) from None
    except sending.Declined as fault:
        raise StepFailed("declined", again=fault.again) from None
    except Blocked:
        raise StepFailed("blocked", again=False) from None
    except Outward as fault:
        raise StepFailed(type(fault).__name__.lower()) from None
    return Done(proof={"received": True}, commit=lambda: sending.end(transfer, TransferState.RECEIVED))


def _transfer(claim: Claim) -> Transfer:
    return Transfer.objects.select_related("dsr__brand").get(pk=claim.step.param("transfer"))


@handles("bundle.supplement", queue="housekeeping")
def supplement(claim: Claim) -> Outcome:
    """Search the missing systems again, unless somebody did."""
    dsr = SubjectRequest.objects.select_related("brand").get(steps=claim.step)
    if dsr.stage != State.ANSWERED_IN_PART:
        return Done(proof={"moved_on": True})
    return Done(commit=lambda: advance(dsr, Move.SEARCH_AGAIN, by=SYSTEM))

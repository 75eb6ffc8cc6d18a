"""Proof that another tool took, before the request came here: an officer says how, when and by whom."""

from django.db import transaction

from requests_app.audit.services import record
from requests_app.values import SYSTEM, Actor
from requests_app.verification import codes
from requests_app.verification.models import Proof
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance


@transaction.atomic
def accept(dsr: SubjectRequest, *, note: str, by: Actor) -> None:
    """Take the proof for given. `note`: how, when and by whom it was taken; it stands in the timeline."""
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    record("proof.accepted", by=by, dsr_id=dsr.pk, method="elsewhere")
    advance(dsr, Move.ACCEPT_PROOF, by=by, reason=note)


@transaction.atomic
def first_key(dsr: SubjectRequest) -> str:
    """Return the key of the request for the first browser that opens a mailed link; empty where somebody has one, or may get one.

    Who was proven elsewhere saw no page of ours on which a key stood.
    """
    if dsr.taken_over_at is None or dsr.verified_at is None or dsr.is_by_post:
        return ""
    claim = codes.new_claim()
    digests = {"claim_digest": codes.claim_digest(claim), "code_digest": codes.code_digest(dsr, codes.new_code())}
    _proof, made = Proof.objects.get_or_create(dsr=dsr, defaults=digests)
    if made:
        record("key.given", by=SYSTEM, dsr_id=dsr.pk)
    return claim if made else ""

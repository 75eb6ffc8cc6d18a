"""Instructions on what becomes of somebody's data after death: kept, changed, taken back, and found when an heir asks.

They are sealed under a key of their own, since they must outlive the request by which they were given. What was changed or
taken back is unreadable from then on.
"""

from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.services import write
from requests_app.keys import store
from requests_app.replies.models import Instruction, Reach
from requests_app.values import CUSTOMER, SYSTEM, Actor
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked

RIGHT = "post_mortem"


class NoInstruction(Exception):
    """Nothing stands that could be changed or taken back."""


@dataclass(frozen=True, slots=True)
class Will:
    """What somebody wants: about all data or some of it, in the person's words, and who may see to it."""

    reach: Reach
    text: str
    trustee: str = ""


def asked(dsr: SubjectRequest) -> Will:
    """Return what `dsr` asked to be kept."""
    wish = dsr.wish or {}
    return Will(Reach(wish.get("reach", Reach.GENERAL)), dsr.details or "", wish.get("trustee", ""))


def standing(dsr: SubjectRequest) -> Instruction | None:
    """Return what the person whom `dsr` is about wants done after death, if anything stands."""
    return Instruction.objects.standing().of(dsr).first()


@transaction.atomic
def keep(dsr: SubjectRequest, will: Will, *, by: Actor) -> Instruction:
    """Keep `will` from now on, in place of whatever stood for the same mailbox at the same shop."""
    _end(dsr)
    kept = Instruction(
        brand=dsr.brand, dsr=dsr, email_index=bytes(dsr.email_index), reach=will.reach, name=dsr.name, text=will.text,
        trustee=will.trustee or None,
    )  # fmt: skip
    store.create(kept.key_id)
    kept.save(force_insert=True)
    record("instruction.kept", by=by, dsr_id=dsr.pk, reach=will.reach.value)
    return kept


@transaction.atomic
def change(dsr: SubjectRequest, will: Will) -> Instruction:
    """Keep `will` in place of what stands, and confirm it by letter.

    Raises:
        NoInstruction: nothing stands.
    """
    dsr = locked(dsr)
    if standing(dsr) is None:
        raise NoInstruction
    kept = keep(dsr, will, by=CUSTOMER)
    write(dsr, "will_changed", links=verification.links(dsr), will=kept)
    return kept


@transaction.atomic
def take_back(dsr: SubjectRequest) -> None:
    """End what stands, and confirm it by letter.

    Raises:
        NoInstruction: nothing stands.
    """
    dsr = locked(dsr)
    if not _end(dsr):
        raise NoInstruction
    record("instruction.taken_back", by=CUSTOMER, dsr_id=dsr.pk)
    write(dsr, "will_changed", links=verification.links(dsr), will=None)


def _end(dsr: SubjectRequest) -> bool:
    """End what stands for the person of `dsr`; its words go at once."""
    ended = list(Instruction.objects.standing().of(dsr).select_for_update())
    for one in ended:
        Instruction.objects.filter(pk=one.pk).update(ended_at=Now(), name=None, text=None, trustee=None)
        transaction.on_commit(partial(store.destroy, one.key_id))
    if ended:
        record("instruction.ended", by=SYSTEM, dsr_id=dsr.pk)
    return bool(ended)

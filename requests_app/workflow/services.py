"""THE door: the only code that changes a request's state."""

import secrets
from collections.abc import Collection
from datetime import date
from typing import Any, Final, cast
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.keys import store
from requests_app.ledger.services import enqueue
from requests_app.values import SYSTEM, Actor
from requests_app.workflow.delegations import Delegation
from requests_app.workflow.guards import APPEAL, DECIDING_MOVES
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.naming import name_index
from requests_app.workflow.states import CLOSED, STOPPING_MOVES, Move, State, destination

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter that looks like a figure
_STAMPS: Final = {
    Move.ACCEPT_PROOF: "verified_at", Move.APPROVE: "approved_at", Move.APPROVE_ERASURE: "approved_at",
}  # fmt: skip


class MoveNotAllowed(Exception):
    """The state does not allow the move."""


class DecidedBefore(MoveNotAllowed):
    """Whoever decided on a request does not decide on the appeal against it."""


class StaleState(Exception):
    """Somebody else moved the request first."""


@transaction.atomic
def open_dsr(*, by: Actor, **fields: Any) -> SubjectRequest:
    """Write a new request, its audit line and the step that lets the journey begin. `fields` are the model's."""
    found_by = {"name_index": name_index(fields.get("name") or "")}
    dsr = SubjectRequest(**{"id": uuid4(), "reference": _reference()} | found_by | fields)
    store.create(dsr.key_id)
    dsr.save(force_insert=True)
    record("request.opened", by=by, dsr_id=dsr.pk, right=dsr.right, brand=dsr.brand.slug, channel=dsr.channel)
    enqueue("journey.follow", key=f"follow:{dsr.pk}:0", dsr=dsr, number=0)
    return dsr


@transaction.atomic
def advance(dsr: SubjectRequest, move: Move, *, by: Actor, reason: str = "") -> Transition:
    """Take `dsr` through `move`; the one place where a state changes.

    The UPDATE names the state it expects: of two concurrent callers one wins, the other
    gets `StaleState`, and no lock is held while a stage works. The step that lets the journey
    follow is written in the same transaction.

    Raises:
        MoveNotAllowed: the state does not allow `move`.
        DecidedBefore: it would decide on an appeal, and `by` decided on what it is about.
        StaleState: the state in the database is no longer `dsr.state`.
    """
    source = dsr.stage
    target = destination(source, move)
    if target is None or move not in dsr.moves:
        raise MoveNotAllowed(f"{dsr.reference}: {move} is not possible from {source}")
    if move in DECIDING_MOVES and has_decided(dsr, by):
        raise DecidedBefore(f"{dsr.reference}: {by.name} decided on what it is about")
    stamps: dict[str, Now | Coalesce | None] = {_STAMPS[move]: Now()} if move in _STAMPS else {}
    if move == Move.ERASE:
        stamps["erasing_at"] = Coalesce("erasing_at", Now())  # from the first time on there is no way back
    if (source in CLOSED) != (target in CLOSED):
        stamps["closed_at"] = Now() if target in CLOSED else None
    as_known = {"state": source} | ({"erasing_at": None} if move in STOPPING_MOVES else {})
    if not SubjectRequest.objects.filter(pk=dsr.pk, **as_known).update(state=target, **stamps):
        raise StaleState(f"{dsr.reference} is no longer {source}")
    dsr.state = target
    if stamps:
        dsr.refresh_from_db(fields=list(stamps))
    transition = Transition.objects.create(
        dsr=dsr, number=dsr.transitions.count() + 1, move=move, source=source, target=target,
        actor_kind=by.kind, actor_name=by.name, reason=reason or None,
    )  # fmt: skip
    if target in CLOSED:
        _lent_no_more(dsr)
    record("request.moved", by=by, dsr_id=dsr.pk, move=move.value, source=source.value, target=target.value)
    enqueue("journey.follow", key=f"follow:{dsr.pk}:{transition.number}", dsr=dsr, number=transition.number)
    return transition


def _lent_no_more(dsr: SubjectRequest) -> None:
    """End what was lent of a request that closes, so that nothing of it comes back should the request be taken up again."""
    for lent in dsr.delegations.filter(ended_at=None):
        Delegation.objects.filter(pk=lent.pk).update(ended_at=Now())
        record("delegation.ended", by=SYSTEM, dsr_id=dsr.pk, officer=lent.officer_id)


def has_decided(dsr: SubjectRequest, by: Actor) -> bool:
    """Whether `by` decided on the request against which `dsr` appeals; the shop of one officer has no other."""
    if dsr.right != APPEAL or dsr.concerns_id is None or dsr.brand.solo_mode:
        return False
    moved = Q(transitions__move__in=DECIDING_MOVES, transitions__actor_kind=by.kind, transitions__actor_name=by.name)
    number = by.name.removeprefix("officer:")
    approved = Q(approvals__officer=int(number)) if by.kind == "officer" and number.isdecimal() else Q(pk=None)
    return SubjectRequest.objects.filter(moved | approved, pk=dsr.concerns_id).exists()


def locked(dsr: SubjectRequest) -> SubjectRequest:
    """Return `dsr` as it is now, locked until the transaction ends: two that end together see one another.

    Its brand is not locked, and rows that belong to the request can still be written: two that wrote some first would
    else wait for each other.
    """
    return SubjectRequest.objects.select_for_update(of=("self",), no_key=True).select_related("brand").get(pk=dsr.pk)


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of requests whose time is over only what names nobody: for the reports, with their moves and dates."""
    SubjectRequest.objects.filter(pk__in=dsrs).update(
        email=None, postal_address=None, email_index=b"", name=None, name_index=None, facts=None, details=None, law_note=None,
        customer_id=None, scope=None, wish=None, forgotten_at=Now(),
    )  # fmt: skip
    Transition.objects.filter(dsr__in=dsrs).update(reason=None)


@transaction.atomic
def remove(limit: int) -> int:
    """Delete the records of requests whose person was forgotten long ago; the audit trail says that they were. Return how many."""
    over = list(SubjectRequest.objects.to_remove().select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
    for dsr_id in over:
        record("request.removed", by=SYSTEM, dsr_id=dsr_id)
    SubjectRequest.objects.filter(pk__in=over).delete()
    return len(over)


def today_of(brand: Brand) -> date:
    """Return today's date at the controller's place, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE %s)::date", [brand.time_zone])
        (today,) = cursor.fetchone()
    return cast("date", today)


def _reference() -> str:
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"DSR-{drawn[:4]}-{drawn[4:]}"


__all__ = [
    "DecidedBefore", "Move", "MoveNotAllowed", "StaleState", "State", "advance", "forget", "has_decided", "locked", "open_dsr",
    "remove", "today_of",
]  # fmt: skip

"""THE door: the only code that changes a request's state."""

import secrets
from collections.abc import Collection
from datetime import date
from typing import Any, Final, cast
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.keys import store
from requests_app.ledger.services import enqueue
from requests_app.values import Actor
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import CLOSED, Move, State, destination

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter that looks like a figure
_STAMPS: Final = {Move.ACCEPT_PROOF: "verified_at", Move.APPROVE: "approved_at"}


class MoveNotAllowed(Exception):
    """The state does not allow the move."""


class StaleState(Exception):
    """Somebody else moved the request first."""


@transaction.atomic
def open_dsr(*, by: Actor, **fields: Any) -> SubjectRequest:
    """Write a new request, its audit line and the step that lets the journey begin. `fields` are the model's."""
    dsr = SubjectRequest(**{"id": uuid4(), "reference": _reference()} | fields)
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
        StaleState: the state in the database is no longer `dsr.state`.
    """
    source = dsr.stage
    target = destination(source, move)
    if target is None:
        raise MoveNotAllowed(f"{dsr.reference}: {move} is not possible from {source}")
    stamps = {_STAMPS[move]: Now()} if move in _STAMPS else {}
    if target in CLOSED:
        stamps["closed_at"] = Now()
    if not SubjectRequest.objects.filter(pk=dsr.pk, state=source).update(state=target, **stamps):
        raise StaleState(f"{dsr.reference} is no longer {source}")
    dsr.refresh_from_db(fields=["state", *stamps])
    transition = Transition.objects.create(
        dsr=dsr, number=dsr.transitions.count() + 1, move=move, source=source, target=target,
        actor_kind=by.kind, actor_name=by.name, reason=reason or None,
    )  # fmt: skip
    record("request.moved", by=by, dsr_id=dsr.pk, move=move.value, source=source.value, target=target.value)
    enqueue("journey.follow", key=f"follow:{dsr.pk}:{transition.number}", dsr=dsr, number=transition.number)
    return transition


def locked(dsr: SubjectRequest) -> SubjectRequest:
    """Return `dsr` as it is now, locked until the transaction ends: two that end together see one another.

    Its brand is not locked, and rows that belong to the request can still be written: two that wrote some first would
    else wait for each other.
    """
    return SubjectRequest.objects.select_for_update(of=("self",), no_key=True).select_related("brand").get(pk=dsr.pk)


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of requests whose time is over only what names nobody: for the reports, with their moves and dates."""
    SubjectRequest.objects.filter(pk__in=dsrs).update(
        email=None, email_index=b"", name=None, facts=None, details=None, forgotten_at=Now(),
    )  # fmt: skip
    Transition.objects.filter(dsr__in=dsrs).update(reason=None)


def today_of(brand: Brand) -> date:
    """Return today's date at the controller's place, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE %s)::date", [brand.time_zone])
        (today,) = cursor.fetchone()
    return cast("date", today)


def _reference() -> str:
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"DSR-{drawn[:4]}-{drawn[4:]}"


__all__ = ["Move", "MoveNotAllowed", "StaleState", "State", "advance", "forget", "locked", "open_dsr", "today_of"]

"""Asking a person to look or to erase in a system that no program reaches, and taking the answer."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.errands.models import Deed, Errand, ErrandState, Keeper, Outcome, Record
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Actor
from requests_app.vault import uploads
from requests_app.vault.uploads import Checked
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked, today_of

PURPOSE: Final = "errand"
MOST: Final = 200  # records of one task; whoever has more sends them as a file
_WITHOUT_A_DATE: Final = timedelta(days=14)


class NobodyAnswers(Exception):
    """No person is named who answers for the system."""


class NotOpen(Exception):
    """Nobody waits for this answer any more: it was given, withdrawn, or its request has ended."""


class TooMany(Exception):
    """As many records were given as one task takes."""


def keeper_of(source: Source) -> Keeper | None:
    """Return who answers for `source`; None where nobody is named."""
    return source.keepers.filter(is_active=True, is_lead=False).first()


def lead_of(source: Source) -> Keeper | None:
    return source.keepers.filter(is_active=True, is_lead=True).first()


def actor(keeper: Keeper) -> Actor:
    return Actor("keeper", f"keeper:{keeper.pk}")


@transaction.atomic
def ask(dsr: SubjectRequest, source: Source, deed: Deed, *, about: UUID, round: int = 1) -> Errand:  # noqa: A002  # as the pull calls it
    """Have the keeper of `source` look or erase. Asking twice finds the first task.

    Raises:
        NobodyAnswers: there is none.
    """
    keeper = keeper_of(source)
    if keeper is None:
        raise NobodyAnswers(source.name)
    values = {"dsr": dsr, "source": source, "keeper": keeper, "deed": deed, "due_on": due_on(dsr)}
    errand, made = Errand.objects.get_or_create(about=about, round=round, defaults=values)
    if made:
        _write(errand, "task")
        record("errand.asked", by=SYSTEM, dsr_id=dsr.pk, source=source.name, errand=str(errand.pk), deed=deed.value)
    return errand


def due_on(dsr: SubjectRequest) -> date:
    """Return by when a person is to answer: two thirds of the time to the safe date, so that officers can look at it."""
    today = today_of(dsr.brand)
    if dsr.due_safe_on is None:
        return today + _WITHOUT_A_DATE
    return today + timedelta(days=max(1, (dsr.due_safe_on - today).days * 2 // 3))


def of(about: UUID, round: int = 1) -> Errand | None:  # noqa: A002  # as the pull calls it
    return Errand.objects.filter(about=about, round=round).select_related("source", "keeper").first()


@transaction.atomic
def add(errand: Errand, collection: str, values: Mapping[str, str], *, file: Checked | None = None, by: Keeper) -> Record:
    """Keep a record that was typed, or a file that was sent.

    Raises:
        NotOpen: nobody waits for it.
        TooMany: there is no room for more.
    """
    now = _open(errand)
    if now.records.count() >= MOST:
        raise TooMany
    upload = uploads.keep(now.dsr, file, by=actor(by), purpose=PURPOSE) if file else None
    return Record.objects.create(id=uuid4(), errand=now, collection=collection, values=dict(values), upload=upload)


@transaction.atomic
def drop(errand: Errand, number: UUID) -> None:
    """Take back a record before the answer is given; one that is gone is gone.

    Raises:
        NotOpen: the answer was given.
    """
    for one in _open(errand).records.filter(pk=number).select_related("upload"):
        one.delete()
        if one.upload is not None:
            uploads.discard([one.upload])


@transaction.atomic
def answer(errand: Errand, outcome: Outcome, *, ground: str = "", by: Keeper) -> None:
    """Take the answer: of two at the same moment the first counts, and the second is told.

    Raises:
        NotOpen: it was answered, withdrawn, or its request has ended.
        ValueError: the outcome does not fit: found without a record, or a ground that is missing.
    """
    now = _open(errand)
    if outcome == Outcome.FOUND and not now.records.exists():
        raise ValueError("nothing was given")
    if outcome == Outcome.CANNOT and not ground.strip():
        raise ValueError("a ground is missing")
    if outcome != Outcome.FOUND:
        uploads.discard([one.upload for one in now.records.select_related("upload") if one.upload is not None])
        now.records.all().delete()
    Errand.objects.filter(pk=now.pk).update(
        state=ErrandState.ANSWERED, outcome=outcome, answered_at=Now(), answered_by=by,
    )  # fmt: skip
    if ground:
        now.ground = ground
        now.save(update_fields=["ground"])
    facts: dict[str, str | int] = {"errand": str(now.pk), "outcome": outcome.value, "records": now.records.count()}
    record("errand.answered", by=actor(by), dsr_id=now.dsr_id, source=now.source.name, **facts)
    _go_on(now)


def _go_on(errand: Errand) -> None:
    """Let what waits for the answer take it, as the ledger takes any system's."""
    if errand.deed == Deed.LOOK:
        key = f"pull:{errand.about}:{errand.round}:{errand.pk}"
        enqueue("collection.pull", key=key, dsr=errand.dsr, source=errand.source, pull=str(errand.about))
    elif errand.deed in (Deed.CORRECT, Deed.RESTRICT):
        enqueue("changes.by_hand", key=f"by_hand:{errand.pk}", dsr=errand.dsr, source=errand.source, errand=str(errand.pk))
    else:
        enqueue("erasure.by_hand", key=f"by_hand:{errand.pk}", dsr=errand.dsr, source=errand.source, errand=str(errand.pk))


def _open(errand: Errand) -> Errand:
    dsr = locked(errand.dsr)
    now = Errand.objects.select_for_update(of=("self",)).select_related("dsr__brand", "source").get(pk=errand.pk)
    if now.state != ErrandState.OPEN or not dsr.is_open:
        raise NotOpen
    return now


@transaction.atomic
def withdraw(errand: Errand, *, by: Actor) -> bool:
    """Take a task back; False where it was answered or withdrawn before."""
    if not Errand.objects.filter(pk=errand.pk, state=ErrandState.OPEN).update(state=ErrandState.WITHDRAWN):
        return False
    uploads.discard([one.upload for one in errand.records.select_related("upload") if one.upload is not None])
    errand.records.all().delete()
    record("errand.withdrawn", by=by, dsr_id=errand.dsr_id, source=errand.source.name, errand=str(errand.pk))
    return True


@transaction.atomic
def give_back(errand: Errand, *, by: Officer) -> bool:
    """Take a task back as an officer: what waits for it is settled as not done, and is the officers' again."""
    if not withdraw(errand, by=by.actor):
        return False
    errand.state = ErrandState.WITHDRAWN
    _go_on(errand)
    return True


@transaction.atomic
def reassign(errand: Errand, keeper: Keeper, *, by: Officer) -> None:
    """Give an open task to another person of its system; links of the one before show it no more.

    Raises:
        NotOpen: nobody waits for it.
    """
    if keeper.source_id != errand.source_id or not keeper.is_active:
        raise NotOpen
    if not Errand.objects.open().filter(pk=errand.pk).update(keeper=keeper):
        raise NotOpen
    errand.keeper = keeper
    errand.doors.all().delete()
    record("errand.reassigned", by=by.actor, dsr_id=errand.dsr_id, source=errand.source.name, errand=str(errand.pk))
    _write(errand, "task")


@transaction.atomic
def remind(errand: Errand, *, by: Actor) -> bool:
    """Write to the keeper once more; False where nobody waits for an answer."""
    if not Errand.objects.open().filter(pk=errand.pk).update(reminders=F("reminders") + 1):
        return False
    record("errand.reminded", by=by, dsr_id=errand.dsr_id, source=errand.source.name, errand=str(errand.pk))
    _write(errand, "reminder")
    return True


@transaction.atomic
def escalate(errand: Errand) -> bool:
    """Write to the lead, once; False where there is none, or it was done."""
    lead = lead_of(errand.source)
    known = Errand.objects.open().filter(pk=errand.pk, escalated_at=None)
    if lead is None or not known.update(escalated_at=Now()):
        return False
    record("errand.escalated", by=SYSTEM, dsr_id=errand.dsr_id, source=errand.source.name, errand=str(errand.pk))
    key = f"errand:{errand.pk}:lead"
    enqueue("errands.mail", key=key, dsr=errand.dsr, source=errand.source, errand=str(errand.pk), letter="lead", keeper=lead.pk)
    return True


@transaction.atomic
def name_keeper(  # noqa: PLR0913  # what is known of a person
    source: Source, *, name: str, email: str, language: str, is_lead: bool, by: Officer
) -> Keeper:
    """Let somebody answer for `source` from now on, in place of whoever did; open tasks go with it."""
    Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    source.keepers.filter(is_lead=is_lead).exclude(email=email).update(is_active=False)
    values = {"name": name, "language": language, "is_active": True}
    keeper, _made = Keeper.objects.update_or_create(source=source, email=email, is_lead=is_lead, defaults=values)
    record("source.keeper_named", by=by.actor, brand=source.brand.slug, source=source.name, keeper=keeper.pk, lead=is_lead)
    if not is_lead:
        for errand in Errand.objects.open().filter(source=source).exclude(keeper=keeper):
            reassign(errand, keeper, by=by)
    return keeper


def _write(errand: Errand, kind: str) -> None:
    key = f"errand:{errand.pk}:{kind}:{errand.keeper_id}:{uuid4()}"
    enqueue(
        "errands.mail", key=key, dsr=errand.dsr, source=errand.source, errand=str(errand.pk), letter=kind, keeper=errand.keeper_id
    )


@transaction.atomic
def taken(errand: Errand) -> None:
    """Throw away what was typed and sent once it lies among the request's parts."""
    uploads.discard([one.upload for one in errand.records.select_related("upload") if one.upload is not None])
    errand.records.all().delete()


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the tasks of requests whose time is over only that there were some."""
    Record.objects.filter(errand__dsr__in=dsrs).delete()
    Errand.objects.filter(dsr__in=dsrs).update(ground=None)

"""Judging what may be erased, and the holds that an officer places for a dispute."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from requests_app.audit.services import record
from requests_app.brands.models import SOLO_DELAY, Brand
from requests_app.brands.turns import Turn, take_turn
from requests_app.connectors.base import BadDescription, CollectionInfo, Words
from requests_app.duties import Situation
from requests_app.holds.declared import Declared
from requests_app.holds.judging import Judging, Litigation, judge_for
from requests_app.holds.models import Hold, Reach
from requests_app.holds.reach import concerning, known_by, targets
from requests_app.holds.rows import Law
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.sources.services import inventory
from requests_app.values import Extent, Scope, Side
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of


class NotPlaceable(Exception):
    """A hold names nobody and nothing, or its review lies in the past."""


class NotYours(Exception):
    """A second person must do this."""


class AlreadyOver(Exception):
    """The hold was confirmed, released or ended meanwhile."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A hold as an officer asks for it.

    `named`: addresses or customer numbers, order numbers, or `system:collection`; nothing for a whole shop. `side`: who sees it.
    """

    matter: str = field(repr=False)
    reason: str = field(repr=False)
    reach: Reach
    review_on: date
    named: Sequence[str] = field(default=(), repr=False)
    side: Side = Side.CUSTOMERS


@dataclass(frozen=True, slots=True)
class TooLate:
    """An erasure that had begun at one system before a hold was placed: so many records are gone or going."""

    reference: str
    system: str
    records: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold, and what it came too late for."""

    hold: Hold
    too_late: tuple[TooLate, ...]


def judge(dsr: SubjectRequest, source: Source) -> Judging:
    """Return the judge of what becomes of the person's records at `source`, as law, shop and holds stand at this moment.

    Raises:
        BadDescription: the system's description cannot be used.
    """
    scope = Scope.read(dsr.scope or Extent.EVERYTHING)
    return judge_for(inventory=inventory(source), law=law_of(dsr), litigation=against(dsr, source), scope=scope)


def law_of(dsr: SubjectRequest) -> Law:
    """Return where shop and person stand in law today, on the shop's clock."""
    brand, declared = dsr.brand, Declared.of(dsr.brand.duties)
    situation = Situation(brand.establishment, dsr.residence or None, declared.registrations)
    return Law(situation, today_of(brand), timezone.localdate(dsr.received_at, ZoneInfo(brand.time_zone)), declared)


def stand_against(dsr: SubjectRequest, source: Source) -> tuple[UUID, ...]:
    """Return the litigation holds that concern the request at `source`, sorted: asked at planning, and again with each intent."""
    return tuple(sorted(UUID(one.hold) for one in against(dsr, source)))


def against(dsr: SubjectRequest, source: Source) -> tuple[Litigation, ...]:
    """Return what the standing holds mean for the request at `source`, the oldest first."""
    holds = Hold.objects.standing().filter(brand=dsr.brand_id).about(known_by(dsr)).order_by("placed_at", "pk")
    return tuple(found for hold in holds if (found := concerning(hold, dsr, source)))


def lock(brand: Brand, *, placing: bool = False) -> None:
    """Let placing a hold and writing an intent to erase follow one another, until the transaction ends.

    Intents share the lock. A hold waits for those that are being written, and is told of them; an intent that comes later waits
    for the hold, and then finds it.
    """
    take_turn(brand, Turn.HOLDS, shared=not placing)


def collections(brand: Brand, sides: Collection[Side] = tuple(Side)) -> dict[str, tuple[Source, Words]]:
    """Return what may be named in a hold of whole collections, `system:collection`, with the system and the collection's title.

    A system whose description cannot be read has none.
    """
    sources = Source.objects.filter(brand=brand, side__in=sides).order_by("pk")
    return {f"{source.name}:{one.name}": (source, one.title) for source in sources for one in _described(source)}


def _described(source: Source) -> tuple[CollectionInfo, ...]:
    try:
        return inventory(source).collections
    except BadDescription:
        return ()


@transaction.atomic
def place(brand: Brand, asked: Asked, *, by: Officer) -> Placed:
    """Place a hold; it acts from the moment at which this commits. A second person confirms it (`confirm`).

    Raises:
        NotPlaceable: nothing is named, or the review is not ahead.
        BadTarget: an entry is no person, order or collection.
    """
    found = targets(asked.reach, asked.named, collections(brand, [asked.side]) if asked.reach == Reach.COLLECTIONS else ())
    if bool(found) == (asked.reach == Reach.BRAND) or asked.review_on <= today_of(brand):
        raise NotPlaceable
    lock(brand, placing=True)
    hold = Hold.objects.create(
        brand=brand, matter=asked.matter, reason=asked.reason, reach=asked.reach, targets=found, review_on=asked.review_on,
        placed_by=by, side=asked.side,
    )  # fmt: skip
    late = tuple(too_late(hold))
    record(
        "hold.placed", by=by.actor, hold=str(hold.pk), brand=brand.slug, reach=asked.reach, targets=len(found),
        review_on=asked.review_on.isoformat(), too_late=sum(one.records for one in late),
    )  # fmt: skip
    return Placed(hold, late)


def too_late(hold: Hold) -> Iterable[TooLate]:
    """Yield what was being erased already at the open requests that `hold` concerns, when it was placed."""
    begun = Q(plans__intent_at__isnull=False, plans__intent_at__lte=hold.placed_at or Now())
    found = SubjectRequest.objects.open().on(Side(hold.side)).filter(begun, brand=hold.brand_id).select_related("brand").distinct()
    for dsr in found.prefetch_related("plans__source", "plans__sets", "matches"):
        for plan in dsr.plans.all():
            records = sum(one.records for one in plan.sets.all() if one.intent_at and one.deed in {"erase", "blank"})
            if records and concerning(hold, dsr, plan.source):
                yield TooLate(dsr.reference, plan.source.name, records)


def confirm(hold: Hold, *, by: Officer) -> None:
    """Let a second person stand by a hold.

    Raises:
        NotYours: `by` placed it.
        AlreadyOver: it is confirmed already, or no longer stands.
    """
    if by.pk == hold.placed_by_id:
        raise NotYours
    _change(hold, "hold.confirmed", by, Q(confirmed_by=None), confirmed_by=by, confirmed_at=Now())


def review(hold: Hold, *, until: date, by: Officer) -> None:
    """Write down that somebody looked, that the matter still runs, and when to look again.

    Raises:
        NotPlaceable: `until` is not ahead.
        AlreadyOver: the hold no longer stands.
    """
    if until <= today_of(hold.brand):
        raise NotPlaceable
    _change(hold, "hold.reviewed", by, Q(), review_on=until)


def propose_release(hold: Hold, *, reason: str, by: Officer) -> None:
    """Propose that a hold ends. It acts until a second person confirms that.

    Raises:
        AlreadyOver: that is proposed already, or it no longer stands.
    """
    hold.release_reason = reason
    with transaction.atomic():
        _change(hold, "hold.release_proposed", by, Q(release_by=None), release_by=by, release_at=Now())
        hold.save(update_fields=["release_reason"])


def withdraw_release(hold: Hold, *, by: Officer) -> None:
    """Take a proposed release back; anybody who may place holds may.

    Raises:
        AlreadyOver: none is proposed, or the hold no longer stands.
    """
    _change(hold, "hold.release_withdrawn", by, Q(release_by__isnull=False), release_by=None, release_at=None)


def confirm_release(hold: Hold, *, by: Officer) -> None:
    """End a hold whose release another person has proposed.

    Raises:
        NotYours: `by` proposed it; in a shop of one person: less than a day ago.
        AlreadyOver: nothing is proposed any more, or the hold ended already.
    """
    if not may_confirm_release(hold, by):
        raise NotYours
    proposed = Q(release_by__isnull=False, release_by=hold.release_by_id, release_at=hold.release_at)
    _change(hold, "hold.released", by, proposed, ended_by=by, ended_at=Now())


def may_confirm_release(hold: Hold, officer: Officer) -> bool:
    """Tell whether `officer` may end the hold: another than who proposed it, or where there is only one, a day later."""
    if hold.release_by_id != officer.pk:
        return True
    return hold.brand.solo_mode and Hold.objects.filter(pk=hold.pk, release_at__lte=Now() - SOLO_DELAY).exists()


@transaction.atomic
def _change(hold: Hold, action: str, by: Officer, expected: Q, **values: object) -> None:
    """Change a hold that stands and is as `expected`: of two who do so at once, one wins.

    Raises:
        AlreadyOver: it is not.
    """
    if not Hold.objects.standing().filter(expected, pk=hold.pk).update(**values):
        raise AlreadyOver
    record(action, by=by.actor, hold=str(hold.pk), brand=hold.brand.slug)

"""Refusals: taken down without a word about who asks, put on the list at once, switched off in every system, read back.

Nothing here tells whether an address is known: what is answered is the same for every address.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.connectors.base import SourceFault
from requests_app.connectors.suppressing import Channel, Stopped, Suppressor
from requests_app.correspondence.services import tell_officers, write, written_lately
from requests_app.deadlines.dates import NoLaw, under
from requests_app.deadlines.limits import Happened
from requests_app.intake.services import Application, laws_for, open_request
from requests_app.keys.crypto import keyed_index
from requests_app.ledger.services import enqueue
from requests_app.matching.services import identity_of
from requests_app.officers.models import Officer
from requests_app.optouts import register
from requests_app.optouts.channels import TELL, channels_of, due_on, labels, read
from requests_app.optouts.digests import NoSuchToken, NotANumber, canonical_phone, digests_of
from requests_app.optouts.models import Door, Effect, EffectState
from requests_app.optouts.register import channels_refused, is_suppressed, lift
from requests_app.sources.models import Source
from requests_app.sources.services import connector, on_paper
from requests_app.values import CUSTOMER, SYSTEM, Actor, Claim, Identity
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked, today_of

LETTER_A_DAY: Final = timedelta(days=1)
OBJECTION: Final = "objection"
_NUMBER: Final = "phone_number"


class NobodyNamed(ValueError):
    """Neither an address nor a number was given."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody refuses, as a form took it down. An e-mail address, a telephone number, or both; no name, no proof."""

    right: str
    channels: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    language: str = "en"
    residence: str = ""
    channel: str = "form"
    customer_id: str | None = field(default=None, repr=False)
    door: Door = Door.REQUEST


@transaction.atomic
def file(brand: Brand, refusal: Refusal, *, by: Actor = CUSTOMER) -> SubjectRequest:
    """Take a refusal down; it is on the list when this returns. The same one of the same day is one request.

    Raises:
        NobodyNamed: there is neither an address nor a number.
        NotAnAddress, NotANumber: it is none.
        NotOffered: neither a law nor the brand gives that right.
        ValueError: the right does not refuse such a channel.
    """
    if not (refusal.email or refusal.phone):
        raise NobodyNamed
    phone = canonical_phone(refusal.phone) if refusal.phone else ""
    channels = read(refusal.right, refusal.channels)
    said = [refusal.right, refusal.email, phone, *channels, today_of(brand).isoformat()]
    application = Application(
        right=refusal.right, email=refusal.email, name="", language=refusal.language, channel=refusal.channel,
        residence=refusal.residence, customer_id=refusal.customer_id, facts={_NUMBER: phone} if phone else {},
        wish={TELL: [one.value for one in channels]}, key=UUID(bytes=keyed_index("refusal", "\n".join(said))[:16], version=4),
    )  # fmt: skip
    dsr = open_request(brand, application, by=by)
    register.add(brand, digests_of(brand, whom(dsr)), channels, door=refusal.door, by=by)
    return dsr


def chosen(dsr: SubjectRequest) -> tuple[Channel, ...]:
    """Return the channels that a request refuses: those that were ticked, else all that its right can refuse."""
    told = (dsr.wish or {}).get(TELL, ()) if dsr.forgotten_at is None else ()
    return read(dsr.right, told)


def whom(dsr: SubjectRequest) -> Identity:
    """Return by what the person is known. For a refusal what was typed is enough: nobody is shown anything for it."""
    given: list[Claim] = list(identity_of(dsr).claims) if dsr.email or dsr.is_by_post else []
    if (number := (dsr.facts or {}).get(_NUMBER)) and not Identity(tuple(given)).of(_NUMBER):
        given.append(Claim(_NUMBER, number))
    return Identity(tuple(given))


def day_of(dsr: SubjectRequest) -> date:
    """Return by when the last channel is off: as the law on that channel says, and the law that gives the right."""
    day = due_on(dsr.residence or dsr.brand.establishment, chosen(dsr), dsr.received_at.date())
    return min(day, dsr.due_legal_on) if dsr.due_legal_on else day


def promised(brand: Brand, right: str, residence: str, channels: Collection[Channel], today: date) -> date:
    """Return that day for somebody who lives at `residence` (empty: not said) and refuses `today`."""
    day = due_on(residence or brand.establishment, channels, today)
    laws = laws_for(brand, residence, today=today).names or (brand.regime,)
    try:
        return min(day, under(laws, right=right, brand=brand, happened=Happened(start=today)).legal_on)
    except NoLaw:
        return day


def nothing_to_collect(dsr: SubjectRequest) -> None:
    """Hand an objection to the officer who weighs it: nothing is read out for it."""
    advance(dsr, Move.FINISH_COLLECTION, by=SYSTEM)


@transaction.atomic
def start(dsr: SubjectRequest) -> None:
    """Put the person on the list, and have every system of the brand switch off what it can; the rest is a person's."""
    dsr = locked(dsr)
    if dsr.stage != State.FULFILLING:
        return
    channels = chosen(dsr)
    register.add(dsr.brand, digests_of(dsr.brand, whom(dsr)), channels, door=Door.REQUEST, by=SYSTEM)
    for source in Source.objects.searched().of(dsr.brand, dsr.side):
        _ask(dsr, source, channels)
    settle(dsr)


def _ask(dsr: SubjectRequest, source: Source, channels: Sequence[Channel]) -> None:
    able, by_hand, fault = parted(source, channels)
    if not able and not by_hand:
        return
    effect, new = Effect.objects.get_or_create(
        dsr=dsr, source=source,
        defaults={
            "channels": [one.value for one in able], "by_hand": [one.value for one in by_hand], "fault": fault,
            "state": EffectState.ASKED if able else EffectState.BY_HAND,
        },
    )  # fmt: skip
    if new and able:
        enqueue("optouts.suppress", key=f"suppress:{effect.pk}:0", dsr=dsr, source=source, effect=str(effect.pk))


def parted(source: Source, channels: Collection[Channel]) -> tuple[tuple[Channel, ...], tuple[Channel, ...], str]:
    """Return which of `channels` a system switches off itself, which of them a person must, and a fault of its description.

    A system that does not say how it reaches people is for a person: nobody then knows that it does not.
    """
    able = connector(source)
    if not isinstance(able, Suppressor):
        return (), tuple(channels), ""
    try:
        can, reaches = able.suppressible(on_paper(source)), able.reaches(on_paper(source))
    except SourceFault as fault:
        return (), tuple(channels), fault.code
    if not can and reaches is None:
        return (), tuple(channels), ""
    left = tuple(one for one in channels if one in (reaches or ()) and one not in can)
    itself = tuple(one for one in channels if one in can)
    return (itself, left, "") if source.erase_secret or not itself else ((), (*itself, *left), "no_account")


@transaction.atomic
def finish(effect: Effect, stopped: Sequence[Stopped]) -> None:
    """Keep what was switched off and read back, and settle the request if it was the last system."""
    state = EffectState.BY_HAND if effect.by_hand else EffectState.DONE
    found, changed = sum(one.records for one in stopped), sum(one.changed for one in stopped)
    Effect.objects.filter(pk=effect.pk).update(state=state, found=found, changed=changed, fault="", done_at=Now())
    record("optout.done", by=SYSTEM, dsr_id=effect.dsr_id, source=effect.source.name, found=found, changed=changed)
    settle(effect.dsr)


@transaction.atomic
def fail(effect: Effect, code: str) -> None:
    """Note that a system failed for good: a person switches it off then; the others are not stopped by it."""
    Effect.objects.filter(pk=effect.pk, state=EffectState.ASKED).update(
        state=EffectState.FAILED, fault=code, by_hand=sorted({*effect.by_hand, *effect.channels})
    )
    record("optout.failed", by=SYSTEM, dsr_id=effect.dsr_id, source=effect.source.name, code=code)
    settle(effect.dsr)


@transaction.atomic
def done_by_hand(effect: Effect, *, by: Officer, note: str) -> bool:
    """Note that a person has switched off what the product could not; False where somebody else did before."""
    locked(effect.dsr)
    open_ = Effect.objects.filter(pk=effect.pk, state__in=[EffectState.BY_HAND, EffectState.FAILED])
    if not open_.update(state=EffectState.SETTLED, settled_by=by, done_at=Now()):
        return False
    effect.refresh_from_db()
    effect.note = note
    effect.save(update_fields=["note"])
    record("optout.done_by_hand", by=by.actor, dsr_id=effect.dsr_id, source=effect.source.name, channels=effect.by_hand)
    settle(effect.dsr)
    return True


@transaction.atomic
def try_again(effect: Effect, *, by: Officer) -> bool:
    """Ask a system once more that failed; False where nothing failed."""
    locked(effect.dsr)
    failed = Effect.objects.filter(pk=effect.pk, state=EffectState.FAILED).exclude(channels=[])
    left = [one for one in effect.by_hand if one not in effect.channels]
    if not failed.update(state=EffectState.ASKED, fault="", by_hand=left):
        return False
    tries = effect.dsr.steps.filter(kind="optouts.suppress", source=effect.source).count()
    record("optout.tried_again", by=by.actor, dsr_id=effect.dsr_id, source=effect.source.name)
    enqueue("optouts.suppress", key=f"suppress:{effect.pk}:{tries}", dsr=effect.dsr, source=effect.source, effect=str(effect.pk))
    return True


def settle(dsr: SubjectRequest) -> None:
    """Tell the person once the systems have done theirs; the request ends when persons have done theirs too."""
    dsr = locked(dsr)
    states = set(dsr.effects.values_list("state", flat=True))
    if dsr.stage != State.FULFILLING or EffectState.ASKED in states:
        return
    _confirm(dsr)
    if not states & {EffectState.BY_HAND, EffectState.FAILED}:
        advance(dsr, Move.ANSWER, by=SYSTEM)
    elif not dsr.letters.filter(kind="officer_stop_by_hand").exists():
        tell_officers(dsr, "officer_stop_by_hand", day=day_of(dsr))


def _confirm(dsr: SubjectRequest) -> None:
    """Write what was switched off, once a request and at most once a day to an address; nothing that was found stands in it."""
    if not (dsr.email or dsr.is_by_post) or dsr.right == OBJECTION or dsr.letters.filter(kind="opted_out").exists():
        return
    if written_lately(bytes(dsr.email_index), "opted_out", LETTER_A_DAY):
        record("letter.withheld", by=SYSTEM, dsr_id=dsr.pk, kind="opted_out")
        return
    write(dsr, "opted_out", links={}, **spoken(dsr))


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the refusals of requests whose time is over only what was done; the list stays as it is."""
    Effect.objects.filter(dsr__in=dsrs).update(note=None)


def answer(dsr: SubjectRequest) -> None:
    """Tell the person of an objection that it was upheld; who refused without proof had a letter when the systems were done."""
    if dsr.right == OBJECTION:
        write(dsr, "objection_upheld", links=verification.links(dsr), **spoken(dsr))


def spoken(dsr: SubjectRequest) -> Mapping[str, Any]:
    """Return what the letters say of a refusal."""
    rest = dsr.effects.for_people().exists()
    with translation.override(dsr.language):
        return {"channels": labels(chosen(dsr)), "day": day_of(dsr), "by_hand": rest}


__all__ = [
    "NoSuchToken", "NobodyNamed", "NotANumber", "Refusal", "channels_of", "channels_refused", "chosen", "done_by_hand", "file",
    "is_suppressed", "lift", "settle", "start", "try_again",
]  # fmt: skip

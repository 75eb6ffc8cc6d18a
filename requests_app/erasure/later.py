"""What a law kept, when its time is over: found by its keys, judged again, erased; and its person is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import override

from requests_app.audit.services import record
from requests_app.connectors.base import Given, Pointer
from requests_app.connectors.erasing import Deed, Planned, Ruling, Whom
from requests_app.correspondence.services import tell_officers
from requests_app.erasure import phrases
from requests_app.erasure.asking import eraser
from requests_app.erasure.by_hand import NotOpen
from requests_app.erasure.ending import look_later
from requests_app.erasure.pages import keys_of
from requests_app.erasure.reasons import reason
from requests_app.erasure.remains import Kept, KeptState
from requests_app.erasure.traces import RECORD, ErasedIdentity, trace, trace_of
from requests_app.erasure.within import Beyond, digest_within
from requests_app.holds import services as holds
from requests_app.keys import store
from requests_app.ledger.models import Step
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.sources.services import inventory, writing_config
from requests_app.values import SYSTEM, Claim, Identity, Root
from requests_app.workflow.models import SubjectRequest

GONE: Final = Ruling(Deed.ERASE, "nothing_keeps")


class ByHand(StrEnum):
    """Why an officer says that a kept part is gone: one word, which stays for good and tells nothing of anybody."""

    ERASED = "erased"
    GONE = "gone"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a kept part: all gone; or `until` when what stays is kept now; or a person must look (`asked`)."""

    gone: bool
    until: date | None = None
    asked: bool = False


def look(kept: Kept) -> Looked:
    """Erase what no duty holds any more of a kept part. Nothing is touched whose keys were not kept with an approved plan.

    Raises:
        SourceFault: the system did not answer.
    """
    able = eraser(kept.source)
    if able is None:
        return Looked(gone=False, asked=True)
    reached = writing_config(kept.source)
    if not any(able.remaining(reached, _records(kept))):
        return Looked(gone=True)
    dsr, meant = request_of(kept), Whom(_identity(kept), (), _given(kept))
    rules = holds.judge(dsr, kept.source)
    try:
        digest = digest_within(able.plan(reached, meant, rules), _approved(kept), deeds=False)
    except Beyond:
        return Looked(gone=False, asked=True)
    list(able.erase(reached, meant, rules, digest))
    if not any(able.remaining(reached, _records(kept))):
        return Looked(gone=True)
    return _still_kept([some.ruling for some in able.plan(reached, meant, rules)])


def _still_kept(rulings: list[Ruling]) -> Looked:
    """Return what holds the rest now; where nothing that the rules know holds it, a person must look."""
    ends = [ruling.until for ruling in rulings if ruling.deed is Deed.KEEP]
    if not ends or any(ruling.deed is not Deed.KEEP for ruling in rulings):
        return Looked(gone=False, asked=True)
    known = [end for end in ends if end is not None]
    return Looked(gone=False, until=max(known) if len(known) == len(ends) else None)


@transaction.atomic
def settle(kept: Kept, looked: Looked, times: int) -> None:
    """Keep what was found: end the part, look again after its new last day, or ask the officers."""
    waiting = Kept.objects.select_for_update(no_key=True).filter(pk=kept.pk, state=KeptState.WAITING)
    if not waiting.exists():
        return
    if looked.gone:
        Kept.objects.filter(pk=kept.pk).update(state=KeptState.ERASED, erased_at=Now())
        record("erasure.erased_later", by=SYSTEM, dsr_id=kept.dsr_id, source=kept.source.name, records=kept.records)
        _leave_traces(kept)
        _write_the_second_letter(kept)
    elif looked.asked:
        ask(kept)
    else:
        Kept.objects.filter(pk=kept.pk).update(until=looked.until)
        kept.until = looked.until
        look_later(kept, times + 1)


def _leave_traces(kept: Kept) -> None:
    """Let what comes back be known again: whose it was, and by which records, which stayed until now."""
    traces = [(claim.kind, trace(claim)) for claim in _identity(kept).claims]
    persons = inventory(kept.source).persons
    traces += [(RECORD, trace_of(Root(*one))) for one in keys_of(_records(kept)) if one[0] in persons]
    ErasedIdentity.objects.bulk_create(
        (
            ErasedIdentity(brand=kept.brand, source=kept.source, reference=kept.reference, kind=kind, digest=digest)
            for kind, digest in traces
        ),
        ignore_conflicts=True,
    )


def ask(kept: Kept) -> None:
    """Leave the part to the officers: it could not be erased by the rules alone."""
    Kept.objects.filter(pk=kept.pk).update(state=KeptState.ASKED)
    record("erasure.asked_later", by=SYSTEM, dsr_id=kept.dsr_id, source=kept.source.name, kept=str(kept.pk))
    if kept.dsr is not None and kept.dsr.forgotten_at is None:
        tell_officers(kept.dsr, "officer_stuck", kept=True)


@transaction.atomic
def try_again(kept: Kept, *, by: Officer) -> None:
    """Let a part at which a person had to look be looked at by the rules once more, now.

    Raises:
        NotOpen: no officer is asked about it.
    """
    if not _asked(kept).update(state=KeptState.WAITING):
        raise NotOpen
    record("erasure.later_tried_again", by=by.actor, dsr_id=kept.dsr_id, source=kept.source.name, kept=str(kept.pk))
    done = Step.objects.filter(key__startswith=f"later:{kept.pk}:").values_list("params__times", flat=True)
    times = max(done, default=-1) + 1
    enqueue("erasure.later", key=f"later:{kept.pk}:{times}", source=kept.source, kept=str(kept.pk), times=times)


@transaction.atomic
def done_by_hand(kept: Kept, *, by: Officer, reason: ByHand) -> None:
    """Note that a kept part is gone, on an officer's word; its person is told.

    Raises:
        NotOpen: no officer is asked about it.
    """
    if not _asked(kept).update(state=KeptState.ERASED, erased_at=Now()):
        raise NotOpen
    record(
        "erasure.later_by_hand", by=by.actor, dsr_id=kept.dsr_id, source=kept.source.name, records=kept.records,
        reason=reason.value,
    )  # fmt: skip
    _write_the_second_letter(kept)


def _asked(kept: Kept) -> QuerySet[Kept]:
    return Kept.objects.filter(pk=kept.pk, state=KeptState.ASKED)


def _write_the_second_letter(kept: Kept) -> None:
    enqueue("erasure.later_letter", key=f"later_letter:{kept.pk}", source=kept.source, kept=str(kept.pk))


@transaction.atomic
def end(kept: Kept) -> None:
    """Forget whom the part was about: its key is destroyed, its pages go."""
    kept.pages.all().delete()
    Kept.objects.filter(pk=kept.pk).update(address=None, identity=None)
    transaction.on_commit(partial(store.destroy, kept.pk))


def spoken(kept: Kept) -> dict[str, Any]:
    """Return what the second letter says, in the person's language."""
    law = [kept.regime]
    others = Kept.objects.filter(reference=kept.reference, state__in=[KeptState.WAITING, KeptState.ASKED]).exclude(pk=kept.pk)
    with override(kept.language):
        because = reason(kept.reason, law)
        return {
            "reference": kept.reference, "title": kept.source.title_in(kept.language), "records": phrases.records(kept.records),
            "why": because.why, "law": because.law, "others": others.exists(),
        }  # fmt: skip


def request_of(kept: Kept) -> SubjectRequest:
    """Return the request that the part came from; one made of what was kept of it, where it is forgotten or gone."""
    if kept.dsr is not None and kept.dsr.forgotten_at is None:
        return kept.dsr
    return SubjectRequest(
        brand=kept.brand, right=kept.right, regime=kept.regime, reference=kept.reference, language=kept.language,
        email=kept.address, received_at=kept.kept_at, residence=kept.dsr.residence if kept.dsr else "",
    )  # fmt: skip


def _identity(kept: Kept) -> Identity:
    return Identity(tuple(Claim(kind, value) for kind, value in kept.identity or []))


def _records(kept: Kept) -> Iterator[Planned]:
    for page in kept.pages.iterator():
        for collection, keys in (page.keys or {}).items():
            yield Planned(collection, GONE, tuple(tuple(key) for key in keys))


def _approved(kept: Kept) -> Iterator[Planned]:
    """Yield all that was kept of the same request in the same system: one part may lead to another."""
    for part in Kept.objects.filter(source=kept.source, reference=kept.reference):
        yield from _records(part)


def _given(kept: Kept) -> Given:
    """Return the keys of the kept records, as values of fields by which their own system finds them."""
    described = inventory(kept.source)
    keys = {info.name: [field.name for field in info.fields if field.is_key] for info in described.collections}
    return {
        Pointer(dataset, collection, keys[collection][0]): partial(_values, kept, collection)
        for dataset in described.datasets[:1]
        for collection in {some.collection for some in _records(kept)}
        if len(keys.get(collection, ())) == 1
    }


def _values(kept: Kept, collection: str) -> Iterator[str]:
    for some in _records(kept):
        if some.collection == collection:
            yield from (key[0] for key in some.keys)

"""What holds whatever was killed, flushed or frozen: I1 to I14, asked of database, vault, mail and the systems' own logs.

The systems and the mail server keep what happened to them by themselves: the product cannot grade itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from json import dumps, loads
from typing import Final
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection

from requests_app.audit.models import AuditEvent
from requests_app.audit.signing import bears_its_mark
from requests_app.bundle.models import Bundle
from requests_app.bundle.services import NotAvailable, opened
from requests_app.correspondence.models import Letter, LetterState
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.ledger.models import Step, StepState
from requests_app.vault import services as vault
from requests_app.vault.storage import Disk
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED, Waiting, waiting_for
from tests.mail import Delivered

OLDEST_TRANSACTION: Final = timedelta(seconds=60)
OLDEST_SPOOL: Final = timedelta(minutes=15)
# What a letter of this kind says is said once to one person.
SAID_ONCE: Final = frozenset({"proven", "answered", "erased", "erased_in_part", "refused", "withdrawn"})
LOST: Final = frozenset({"I1", "I2", "I11", "I14"})
DOUBLED: Final = frozenset({"I3", "I7", "I8"})
UNPROVEN: Final = frozenset({"I4", "I5", "I6", "I9", "I13"})

Record = tuple[str, str, int]  # system, table, key
Dates = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Deed:
    """One effect, by the log of the system itself. `dsr`: the request of the person whose record it was."""

    record: Record
    at: datetime
    dsr: UUID | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What others than the product know of a run.

    `filed`: what was acknowledged, with the dates that were promised then. `theirs`: what of each erasure must be gone when
    it is answered. `there`: what the systems hold now. `trail`: what `trail_of` said before.
    """

    filed: Mapping[UUID, Dates] = field(default_factory=dict)
    deeds: Sequence[Deed] = ()
    theirs: Mapping[UUID, frozenset[Record]] = field(default_factory=dict)
    there: frozenset[Record] = frozenset()
    held: frozenset[Record] = frozenset()
    mail: Sequence[Delivered] = ()
    said: Sequence[str] = ()
    canaries: frozenset[str] = frozenset()
    trail: tuple[int, str] | None = None
    oldest_transaction: timedelta = OLDEST_TRANSACTION


Invariant = Callable[[Seen], Iterator[str]]


def i1(seen: Seen) -> Iterator[str]:
    """Whatever was acknowledged has a row."""
    known = set(SubjectRequest.objects.filter(pk__in=seen.filed).values_list("pk", flat=True))
    yield from (f"request {one} is gone" for one in seen.filed if one not in known)


def i2(seen: Seen) -> Iterator[str]:
    """Every request is over, or waits for a person, or for a step that will be done, or for a system that officers were shown."""
    for dsr in SubjectRequest.objects.filter(pk__in=seen.filed).exclude(state__in=CLOSED):
        steps = dsr.steps.filter(state__in=[StepState.DUE, StepState.RUNNING])
        shown = dsr.plans.filter(state__in=[PlanState.FAILED, PlanState.IMPOSSIBLE]) | dsr.plans.filter(by_hand=True)
        if waiting_for(dsr.stage) == Waiting.SYSTEMS and not steps.exists() and not shown.exists():
            yield f"request {dsr.pk} waits in {dsr.state} for nothing"


def i3(seen: Seen) -> Iterator[str]:
    """No record was touched twice."""
    yield from (f"{one} {times} times" for one, times in Counter(deed.record for deed in seen.deeds).items() if times > 1)


def i4(seen: Seen) -> Iterator[str]:
    """No effect without an intent that was committed before."""
    intents = dict[tuple[UUID, str], datetime]()
    for dsr, name, at in Plan.objects.filter(dsr__in={deed.dsr for deed in seen.deeds}).values_list(
        "dsr", "source__name", "intent_at"
    ):
        if at is not None:
            intents[dsr, name] = min(at, intents.get((dsr, name), at))
    for deed in seen.deeds:
        intent = intents.get((deed.dsr, deed.record[0])) if deed.dsr else None
        if intent is None or intent > deed.at:
            yield f"{deed.record} was touched before anybody wrote down that it would be"


def i5(seen: Seen) -> Iterator[str]:
    """Nothing that is held was touched."""
    yield from (f"{deed.record} was held" for deed in seen.deeds if deed.record in seen.held)
    yield from (f"{record} was held, and is gone" for record in seen.held - seen.there)


def i6(seen: Seen) -> Iterator[str]:
    """Done means proven: by what was read back, and by what the system holds."""
    for one in RecordSet.objects.filter(plan__dsr__in=seen.filed, plan__state=PlanState.DONE, plan__by_hand=False):
        if one.done_at is None or one.proof.get("how") not in {"run", "found_done"}:
            yield f"{one} of plan {one.plan_id} is done without a proof"
    over = set(SubjectRequest.objects.filter(pk__in=seen.theirs, state__in=CLOSED - {"withdrawn"}).values_list("pk", flat=True))
    for dsr in over:
        yield from (f"{record} is there though request {dsr} was answered" for record in sorted(seen.theirs[dsr] & seen.there))
    nameless = Step.objects.filter(dsr__in=seen.filed, state=StepState.DONE, finished_at=None)
    yield from (f"step {pk} is done at no time" for pk in nameless.values_list("pk", flat=True))


def i7(seen: Seen) -> Iterator[str]:
    """One line of the trail for each change, and the changes make one way."""
    lines = AuditEvent.objects.filter(dsr_id__in=seen.filed).order_by("pk").values_list("dsr_id", "action", "facts")
    told, opened_once, done = dict[UUID | None, list[str]](), Counter[UUID | None](), Counter[int]()
    for dsr_id, action, facts in lines:
        opened_once[dsr_id] += action == "request.opened"
        if action == "request.moved":
            told.setdefault(dsr_id, []).append(facts["move"])
        if action == "step.done":
            done[facts["step"]] += 1
    for dsr in SubjectRequest.objects.filter(pk__in=seen.filed).prefetch_related("transitions"):
        moves = list(dsr.transitions.all())
        states = ["received", *(move.target for move in moves)]
        if [move.source for move in moves] != states[:-1] or states[-1] != dsr.state:
            yield f"the moves of request {dsr.pk} are no way to {dsr.state}"
        if told.get(dsr.pk, []) != [move.move for move in moves] or opened_once[dsr.pk] != 1:
            yield f"the trail tells other moves of request {dsr.pk} than were made"
    steps = Step.objects.filter(dsr__in=seen.filed, state=StepState.DONE).values_list("pk", flat=True)
    yield from (f"step {pk} was told {done[pk]} times" for pk in steps if done[pk] != 1)


def i8(seen: Seen) -> Iterator[str]:
    """Each letter arrived, in one or more copies that are known as one; nothing is said twice in two letters."""
    arrived = dict[str, set[tuple[tuple[str, ...], str]]]()
    for one in seen.mail:
        arrived.setdefault(str(one.message["Message-ID"]).strip("<>").partition("@")[0], set()).add((one.recipients, one.text))
    letters = Letter.objects.filter(dsr__in=seen.filed, on_paper=False)
    known = {str(pk): state for pk, state in letters.values_list("pk", "state")}
    yield from (f"letter {pk} never arrived" for pk, state in known.items() if state == LetterState.SENT and pk not in arrived)
    yield from (f"two letters bear the name {name}" for name, copies in arrived.items() if len(copies) > 1)
    yield from (f"nobody wrote the letter {name}" for name in arrived.keys() - known.keys() if seen.filed)
    said = Counter((str(dsr), kind, bytes(to)) for dsr, kind, to in letters.values_list("dsr", "kind", "address_index"))
    yield from (
        f"{kind} was said {times} times of {dsr}" for (dsr, kind, _), times in said.items() if times > 1 and kind in SAID_ONCE
    )


def i9(seen: Seen) -> Iterator[str]:
    """Every copy that is offered is what its signed manifest says."""
    for copy in Bundle.objects.available().filter(dsr__in=seen.filed):
        try:
            with opened(copy) as reader:
                fault = fault_of(b"".join(reader.plain()), copy.digest)
        except NotAvailable:
            fault = "cannot be read"
        if fault:
            yield f"{copy}: {fault}"


def fault_of(archive: bytes, digest: str) -> str:
    """Return what is wrong with a copy; nothing if it is whole."""
    if sha256(archive).hexdigest() != digest:
        return "not what was sealed"
    try:
        with ZipFile(BytesIO(archive)) as copy:
            listed = copy.read("manifest.json")
            key = Ed25519PrivateKey.from_private_bytes(settings.DSAR_SIGNING_KEY)
            key.public_key().verify(copy.read("manifest.json.sig"), listed)
            members = {one["name"]: one["sha256"] for one in loads(listed)["members"]}
            read = {name: sha256(copy.read(name)).hexdigest() for name in copy.namelist() if not name.startswith("manifest.json")}
    except (BadZipFile, KeyError, InvalidSignature) as fault:
        return type(fault).__name__
    return "" if members == read else "other files than the manifest says"


def i10(seen: Seen) -> Iterator[str]:
    """No person's data where none belongs: logs, steps, the trail."""
    steps = Step.objects.filter(dsr__in=seen.filed).values_list("key", "params", "checkpoint", "proof", "error")
    events = AuditEvent.objects.filter(dsr_id__in=seen.filed).values_list("action", "actor_name", "facts")
    sinks = {"a log": "\n".join(seen.said), "a step": dumps(list(steps)), "the trail": dumps(list(events))}
    yield from (f"a canary in {name}" for name, text in sinks.items() for canary in seen.canaries if canary in text)


def i11(_seen: Seen) -> Iterator[str]:
    """Nothing half-written lies about for long."""
    place = vault.storage()
    if isinstance(place, Disk):
        yield from (f"{path.name} was begun and left" for path in place.leftovers(OLDEST_SPOOL))


def i12(seen: Seen) -> Iterator[str]:
    """No transaction, and so no lock, is old."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            "   AND backend_type = 'client backend' AND xact_start < clock_timestamp() - make_interval(secs => %s)",
            [seen.oldest_transaction.total_seconds()],
        )
        yield from (f"backend {pid} is {state} for long" for pid, state in cursor.fetchall())


def i13(seen: Seen) -> Iterator[str]:
    """The trail only grows: what was there is there, word for word, and nobody took its guards away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'requests_app_auditevent'::regclass"
            "   AND NOT tgisinternal AND tgenabled <> 'D' AND (tgname LIKE '%append_only%' OR tgname LIKE '%truncated%')"
        )
        if cursor.fetchone()[0] < 2:
            yield "the trail has lost its guards"
    for pk, *said in AuditEvent.objects.filter(dsr_id__in=seen.filed).values_list(
        "pk", "action", "actor_kind", "actor_name", "dsr_id", "facts", "mark"
    ):
        action, actor, name, dsr, facts, mark = said
        event = {"action": action, "actor": actor, "name": name, "dsr": str(dsr), "facts": facts, "mark": bytes(mark or b"").hex()}
        if not bears_its_mark(event):
            yield f"line {pk} of the trail is not what was written"
    if seen.trail is not None and trail_of(upto=seen.trail[0]) != seen.trail:
        yield "what stood in the trail is not what stands there"


def trail_of(upto: int | None = None) -> tuple[int, str]:
    """Return the number of the last line, or `upto`, and the digest of all lines so far. For moments in which nobody writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(id), 0), encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', id, at, action, dsr_id,"
            " actor_kind, actor_name, facts), E'\\n' ORDER BY id), ''), 'UTF8')), 'hex')"
            "  FROM requests_app_auditevent WHERE %s::bigint IS NULL OR id <= %s",
            [upto, upto],
        )
        last, digest = cursor.fetchone()
    return (last if upto is None else upto, digest)


def i14(seen: Seen) -> Iterator[str]:
    """What was promised at filing is what stands there: no fault moves a date."""
    rows = SubjectRequest.objects.filter(pk__in=seen.filed).values_list("pk", "due_legal_on", "due_safe_on")
    yield from (f"the dates of request {pk} have moved" for pk, *dates in rows if tuple(dates) != seen.filed[pk])


INVARIANTS: Final[Mapping[str, Invariant]] = {
    "I1": i1, "I2": i2, "I3": i3, "I4": i4, "I5": i5, "I6": i6, "I7": i7, "I8": i8, "I9": i9, "I10": i10, "I11": i11, "I12": i12,
    "I13": i13, "I14": i14,
}  # fmt: skip


def broken(seen: Seen) -> dict[str, list[str]]:
    """Return what does not hold, by invariant."""
    return {name: found for name, ask in INVARIANTS.items() if (found := list(ask(seen)))}


def promised(*dsrs: SubjectRequest) -> dict[UUID, Dates]:
    """Return what stands in `filed`: the dates that each request has now."""
    rows = SubjectRequest.objects.filter(pk__in=[dsr.pk for dsr in dsrs])
    return {pk: (legal, safe) for pk, legal, safe in rows.values_list("pk", "due_legal_on", "due_safe_on")}


def moment(text: str) -> datetime:
    """Return a moment that a system wrote down in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


__all__ = ["DOUBLED", "INVARIANTS", "LOST", "UNPROVEN", "Deed", "Record", "Seen", "broken", "moment", "promised", "trail_of"]

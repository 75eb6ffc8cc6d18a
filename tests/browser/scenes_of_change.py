"""The desk's pages on which something is erased, corrected, held or switched off, in their states."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from requests_app.changes.models import Stand
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.erasure.models import Approval, Freeze, Plan, PlanState
from requests_app.erasure.rehearsals import Rehearsal
from requests_app.erasure.traces import Outcome
from requests_app.holds.models import Hold, Reach
from requests_app.holds.restrictions import Restriction
from requests_app.optouts.models import Effect, EffectState, SeenPurpose
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.workflow.states import State
from tests.browser.scene import AUDITOR, LEAD, NOT_YOURS, OFFICER, QUICKER, Desk, a_full_plan, a_rehearsal, entries, shows
from tests.console.plans import GONE, KEPT, OVERWRITTEN, a_certificate, a_plan, an_erasure, stuck, there_again
from tests.holds.placing import a_hold
from tests.making import a_dsr, a_source
from tests.optouts.refusing import left_to_a_person


@shows("plan", "questions", "settle", "rehearsal", "lift_freeze", "approve_erasure")
def a_plan_of_erasing(desk: Desk) -> None:
    dsr = a_full_plan()
    here, shop = dsr.reference, Plan.objects.get(state=PlanState.IMPOSSIBLE).pk
    ready = Plan.objects.get(dsr=dsr, state=PlanState.READY)
    Freeze.objects.create(brand=dsr.brand)
    Approval.objects.create(dsr=dsr, round=1, digest=bytes(32), officer=desk.officer())
    for who in (OFFICER, AUDITOR, LEAD):
        desk.look("console:plan", here, who=who)
    desk.look("console:plan", here, deed="keep")
    desk.look("console:approve_erasure", here)
    for name, of in (("questions", [here]), ("settle", [here, shop]), ("lift_freeze", [here])):
        desk.look(f"console:{name}", *of, who=LEAD)
        desk.send(f"console:{name}", *of, who=LEAD)
    desk.look("console:rehearsal", here, ready.pk)
    Rehearsal.objects.create(plan=ready, asked_by=desk.officer())
    desk.look("console:rehearsal", here, ready.pk)
    Rehearsal.objects.update(state="failed", fault="unreachable")
    desk.look("console:rehearsal", here, ready.pk)
    a_rehearsal(ready, desk.officer())
    desk.look("console:rehearsal", here, ready.pk)
    for state in (State.REVIEWING, State.MATCHING):
        desk.look("console:plan", an_erasure(state).reference)


@shows("plan", "approve_erasure", "receipts", "certificate", "detail")
def an_erasure_and_its_end(desk: Desk) -> None:
    dsr = an_erasure()
    a_plan(dsr, a_source("orders"), GONE, OVERWRITTEN, KEPT)
    for name in ("detail", "approve_erasure", "receipts"):
        desk.look(f"console:{name}", dsr.reference)
    desk.send("console:approve_erasure", dsr.reference)
    desk.send("console:approve_erasure", dsr.reference, digest="0" * 64, status=QUICKER)
    running = an_erasure(State.ERASING)
    plan = a_plan(running, dsr.brand.sources.get(name="orders"), GONE, state=PlanState.RUNNING, intent_at=Now(), round=2)
    desk.look("console:plan", running.reference)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.FAILED, fault="unreachable")
    desk.look("console:settle", running.reference, plan.pk)
    over = an_erasure(State.ERASED_IN_PART)
    done = {"state": PlanState.DONE, "done_at": Now(), "intent_at": Now(), "absent_at": Now(), "round": 2}
    a_plan(over, a_source("archive"), GONE, KEPT, **done).sets.update(
        intent_at=Now(), done_at=Now(), erased=50, proof={"how": "run"}
    )
    for state in (NoticeState.SENT, NoticeState.WAITING):
        RecipientNotice.objects.create(dsr=over, name=f"Courier {state}", email=f"{state}@x.example", language="en", state=state)
    a_certificate(over)
    for name in ("plan", "receipts", "certificate", "detail"):
        desk.look(f"console:{name}", over.reference)
    desk.look("console:plan", an_erasure(State.COOLING_OFF).reference)


@shows("holds", "place_hold", "hold", "hold_step")
def holds(desk: Desk) -> None:
    desk.look("console:holds")
    desk.look("console:place_hold", "o-jewels")
    desk.send("console:place_hold", "o-jewels", reach=Reach.PERSONS)
    first, second = a_hold(by="placed-it"), a_hold(by="placed-it", matter="A matter with a name without end " * 3)
    Hold.objects.filter(pk=first.pk).update(review_on=timezone.localdate() - timedelta(3))
    for who in (OFFICER, AUDITOR):
        desk.look("console:holds", who=who)
        desk.look("console:hold", first.pk, who=who)
    for deed in ("confirm", "review", "release"):
        desk.look("console:hold_step", first.pk, deed)
    desk.send("console:hold_step", first.pk, "release")
    Hold.objects.filter(pk=second.pk).update(release_by=desk.officer(LEAD), release_at=Now(), release_reason="It is over. " * 9)
    desk.look("console:hold", second.pk)
    for deed in ("keep", "end"):
        desk.look("console:hold_step", second.pk, deed)
    desk.look("console:hold_step", second.pk, "release", status=QUICKER)
    Hold.objects.filter(pk=second.pk).update(ended_by=desk.officer(OFFICER), ended_at=Now())
    desk.look("console:hold", second.pk)
    desk.look("console:holds")


@shows("reappearances", "reappearance_step", "kept_step")
def what_came_back(desk: Desk) -> None:
    desk.look("console:reappearances")
    dsr = an_erasure(State.ANSWERED)
    found, kept = there_again(dsr, a_source("orders")), stuck(dsr, dsr.brand.sources.get(name="orders"))
    there_again(dsr, a_source("marketing"), known=False, outcome=Outcome.CHANGED)
    for who in (OFFICER, AUDITOR):
        desk.look("console:reappearances", who=who)
    for deed in ("new-account", "filed", "again"):
        desk.look("console:reappearance_step", found.pk, deed)
    for deed in ("again", "by-hand"):
        desk.look("console:kept_step", kept.pk, deed)
        desk.send("console:kept_step", kept.pk, deed)
    desk.send("console:reappearance_step", found.pk, "again", seen="1", status=QUICKER)


@shows("refusals", "refusal_step", "purpose_step")
def refusals(desk: Desk) -> None:
    desk.look("console:refusals")
    effect = left_to_a_person(a_source("orders"))
    purpose = SeenPurpose.objects.get()
    for name, of in (("refusal_step", effect.pk), ("purpose_step", purpose.pk)):
        desk.look(f"console:{name}", of)
        desk.send(f"console:{name}", of, done="1")
    Effect.objects.update(state=EffectState.FAILED, fault="unreachable", channels=["post"])
    desk.look("console:refusal_step", effect.pk)
    for who in (OFFICER, AUDITOR):
        desk.look("console:refusals", who=who)


@shows("changes", "carry_out", "lift")
def corrections_and_restrictions(desk: Desk) -> None:
    dsr = a_dsr(State.REVIEWING, right="rectification")
    entries(dsr, Stand.PROPOSED, Stand.ASKED, Stand.ACCEPTED, Stand.REFUSED)
    uploads.keep(dsr, uploads.check(b"%PDF-1.7", "a.pdf"), by=CUSTOMER, purpose="evidence")
    for who in (OFFICER, AUDITOR):
        desk.look("console:changes", dsr.reference, who=who, status=200 if who == OFFICER else NOT_YOURS)
    verdicts: dict[str, Any] = {f"verdict_{one.pk.hex}": "refuse" for one in dsr.entries.all()}
    desk.send("console:changes", dsr.reference, **verdicts)
    running = a_dsr(State.FULFILLING, right="rectification")
    entries(running, Stand.RUNNING, Stand.BY_HAND, Stand.STALE, Stand.FAILED, Stand.DONE, Stand.GIVEN_UP)
    desk.look("console:changes", running.reference)
    ready = a_dsr(State.REVIEWING, right="restriction", wish={"ground": "accuracy"})
    entries(ready, Stand.ACCEPTED)
    for name in ("changes", "carry_out"):
        desk.look(f"console:{name}", ready.reference)
    desk.send("console:carry_out", ready.reference)
    over = a_dsr(State.ANSWERED, right="restriction")
    Restriction.objects.create(dsr=over, began_at=Now())
    for name in ("changes", "lift"):
        desk.look(f"console:{name}", over.reference)
    desk.send("console:lift", over.reference)
    desk.look("console:changes", a_dsr(State.REVIEWING, right="rectification").reference)

"""What workers do: plan, begin, erase, look whether all is gone, and look again when a duty has ended."""

from contextlib import suppress

from django.conf import settings
from django.urls import reverse

from requests_app.connectors.erasing import CannotErase, PlanChanged
from requests_app.correspondence.composing import LetterLacks
from requests_app.correspondence.services import tell_officers, worded
from requests_app.correspondence.steps import PATIENT, Said, as_message, hand_over, mailed
from requests_app.erasure import again, certifying, cooling, later, planning, rehearsals, running
from requests_app.erasure.absence import search, settle
from requests_app.erasure.asking import eraser
from requests_app.erasure.by_hand import NotOpen, settle_by_hand
from requests_app.erasure.deed import carry_out
from requests_app.erasure.freezing import is_halted
from requests_app.erasure.making import ask
from requests_app.erasure.models import Plan, PlanState
from requests_app.erasure.rehearsals import Rehearsal, RehearsalState
from requests_app.erasure.rehearsing import rehearse
from requests_app.erasure.remains import Kept, KeptState
from requests_app.erasure.running import Intent
from requests_app.erasure.traces import Outcome as Became
from requests_app.erasure.traces import Reappearance
from requests_app.errands.models import Errand
from requests_app.errands.models import Outcome as Answered
from requests_app.errands.services import actor
from requests_app.holds import restrictions
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import ENDURING, Backoff, Done, GoOn, Outcome, StepFailed, handles
from requests_app.officers.models import Officer
from requests_app.sources.services import answering, hold_erasing
from requests_app.vault.failing import told_to_the_ledger
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

FROZEN_DELAY = 600.0  # seconds until a frozen brand is looked at again


def _unplanned(claim: Claim, code: str) -> None:
    plan = _plan(claim)
    planning.fail(plan, plan.source.reason(code))


@handles("erasure.plan", queue="erase", retry=Backoff(first=5, factor=3, ceiling=600, attempts=6), on_dead=_unplanned)
def plan(claim: Claim) -> Outcome:
    """Ask one system what would become of everything about the person. Touches nothing."""
    meant = _plan(claim)
    if meant.state != PlanState.ASKED or meant.dsr.stage != State.COLLECTING:
        return Done(proof={"moved_on": True})
    with told_to_the_ledger():
        try:
            asked = ask(meant, claim)
        except CannotErase as fault:
            problems = fault.problems
            return Done(proof={"problems": len(problems)}, commit=lambda: planning.refuse(meant, problems))
    seen = {"holds_digest": asked.holds, "description_digest": asked.description}
    return Done(
        proof={"records": asked.made.records, "digest": asked.made.digest.hex()},
        commit=lambda: planning.keep(meant, asked.made, leads=asked.leads, **seen),
    )


@handles("erasure.begin", queue="journey")
def begin(claim: Claim) -> Outcome:
    """Begin when the time to think it over has ended, unless the customer cancelled, or the brand is frozen."""
    dsr = _dsr(claim)
    if dsr.stage != State.COOLING_OFF or planning.round_of(dsr) != claim.step.param("round"):
        return Done(proof={"moved_on": True})
    if is_halted(dsr.brand):
        return GoOn(claim.step.checkpoint, delay=FROZEN_DELAY)
    return Done(commit=lambda: cooling.begin(dsr))


def _given_up(claim: Claim, code: str) -> None:
    running.fail(_plan(claim), code)


@handles("erasure.run", queue="erase", retry=ENDURING, on_dead=_given_up)
def run(claim: Claim) -> Outcome:
    """Erase what was approved in one system."""
    plan = _plan(claim)
    intent = running.intend(plan)
    if intent is Intent.OVER:
        return Done(proof={"moved_on": True})
    if intent is Intent.FROZEN:
        return GoOn(claim.step.checkpoint, delay=FROZEN_DELAY)
    if intent is Intent.STALE:
        return Done(proof={"stale": True}, commit=lambda: running.go_stale(plan, "no_longer_approved"))
    if plan.by_hand:
        return Done(proof={"by_hand": True}, commit=lambda: running.ask_a_person(plan))
    return _erased(plan, claim, began=intent is Intent.AGAIN)


@handles("erasure.by_hand", queue="journey")
def by_hand(claim: Claim) -> Outcome:
    """Take what a person answered who was asked to erase; one who cannot is an officer's to decide about."""
    errand = Errand.objects.select_related("answered_by").get(pk=claim.step.param("errand"))
    plan = Plan.objects.select_related("dsr__brand", "source").get(pk=errand.about)
    return Done(commit=lambda: _settled_by_hand(plan, errand))


def _settled_by_hand(plan: Plan, errand: Errand) -> None:
    if errand.outcome == Answered.CANNOT or errand.answered_by is None:  # or an officer took the task back
        tell_officers(plan.dsr, "officer_by_hand")
        return
    with suppress(NotOpen):
        settle_by_hand(plan, by=actor(errand.answered_by), nothing=errand.outcome == Answered.NONE)


def _erased(plan: Plan, claim: Claim, *, began: bool) -> Outcome:
    if (able := eraser(plan.source)) is None:
        raise StepFailed("no_account", again=False)
    with told_to_the_ledger():
        try:
            with answering(plan.source):
                proof = carry_out(plan, able, again=began, hold=lambda: _held(claim, plan))
        except PlanChanged as changed:
            code, where = changed.code, changed.collections
            return Done(proof={"stale": True}, commit=lambda: running.go_stale(plan, code, where))
    return Done(proof={"how": proof.how, "changed": sum(proof.changed.values())}, commit=lambda: running.finish(plan, proof))


def _held(claim: Claim, plan: Plan) -> None:
    claim.hold()
    hold_erasing(plan.source)


def _unsearched(claim: Claim, _code: str) -> None:
    tell_officers(_dsr(claim), "officer_stuck")


@handles("erasure.absence", queue="erase", retry=Backoff(first=10, factor=3, ceiling=3600, attempts=12), on_dead=_unsearched)
def absence(claim: Claim) -> Outcome:
    """Search every system again; the request ends when nothing is found that should have gone."""
    dsr = _dsr(claim)
    if dsr.stage != State.ERASING:
        return Done(proof={"moved_on": True})
    with told_to_the_ledger():
        found = search(dsr, claim)
    return Done(proof={"found": [source.name for source in found]}, commit=lambda: settle(dsr, found))


@handles("erasure.certificate", queue="bundle", retry=Backoff(first=10, factor=3, ceiling=1800, attempts=30), on_dead=_unsearched)
def certificate(claim: Claim) -> Outcome:
    """Make the certificate of an erasure that is over; the letter that answers is written in the commit that keeps it."""
    dsr = _dsr(claim)
    if dsr.stage not in (State.ANSWERED, State.ERASED_IN_PART):
        return Done(proof={"moved_on": True})
    with told_to_the_ledger():
        drawn = certifying.make(dsr, claim.step.created_at)
    return Done(proof={"digest": drawn.digest, "size": drawn.size}, commit=lambda: _certified(dsr, drawn))


def _certified(dsr: SubjectRequest, drawn: certifying.Made) -> None:
    try:
        certifying.keep(dsr, drawn)
    except LetterLacks as lack:
        raise StepFailed(f"letter_lacks:{','.join(code.key for code in lack.codes)}", again=False) from None


def _asked_later(claim: Claim, _code: str) -> None:
    later.ask(_kept(claim))


@handles("erasure.later", queue="erase", retry=Backoff(first=60, factor=3, ceiling=86400, attempts=12), on_dead=_asked_later)
def erase_later(claim: Claim) -> Outcome:
    """Erase what was kept until its day, as far as nothing holds it any more."""
    kept, times = _kept(claim), claim.step.param("times")
    if kept.state != KeptState.WAITING:
        return Done(proof={"moved_on": True})
    if is_halted(kept.brand):
        return GoOn(claim.step.checkpoint, delay=FROZEN_DELAY)
    if not times and restrictions.stands_for(kept.brand, kept.address):  # the person may need it: somebody asks first
        return Done(proof={"restricted": True}, commit=lambda: later.settle(kept, later.Looked(gone=False, asked=True), times))
    with told_to_the_ledger(), answering(kept.source):
        looked = later.look(kept)
    return Done(proof={"gone": looked.gone, "asked": looked.asked}, commit=lambda: later.settle(kept, looked, times))


@handles("erasure.later_letter", queue="mail", retry=PATIENT)
def later_letter(claim: Claim) -> Outcome:
    """Tell the person that the rest has gone too; then nothing is left by which anybody could know who it was."""
    kept = _kept(claim)
    if kept.address is not None:
        subject, text = worded(kept.brand, "later_erased", language=kept.language, **later.spoken(kept))
        message = as_message(kept.brand, Said(subject, text, kept.language), to=kept.address, name=str(kept.pk))
        claim.hold()
        hand_over(message)
    return Done(commit=lambda: later.end(kept))


@handles("erasure.reappearance", queue="erase", retry=Backoff(attempts=3))
def reappearance(claim: Claim) -> Outcome:
    """Look whether something that was erased in one system is there again, and tell the officers."""
    if claim.step.source is None:
        raise StepFailed("no_source", again=False)
    told = 0
    with told_to_the_ledger():
        for seen in again.look(claim.step.source):
            claim.hold()
            told += again.tell(claim.step.source, seen)
    return Done(proof={"told": told})


@handles("erasure.tell_reappeared", queue="mail", retry=PATIENT)
def tell_reappeared(claim: Claim) -> Outcome:
    """Tell one officer that something erased is there again, unless it is settled meanwhile. The request may be long forgotten."""
    found, officer = _reappearance(claim), Officer.objects.get(pk=claim.step.param("officer"))
    if found.settled_at is not None:
        return Done(proof={"nothing_to_say": True})
    subject, text = worded(
        found.brand, "officer_reappeared", language=officer.language, found=found, system=found.source.title_in(officer.language),
        links={"reappearances": settings.DSAR_BASE_URL + reverse("console:reappearances")},
    )  # fmt: skip
    message = as_message(found.brand, Said(subject, text, officer.language), to=officer.email, name=f"reappeared-{claim.step.pk}")
    return mailed(claim, message)


def _not_again(claim: Claim, _code: str) -> None:
    again.stop(_reappearance(claim), Became.FAILED)


@handles("erasure.again", queue="erase", retry=Backoff(first=5, factor=3, ceiling=600, attempts=6), on_dead=_not_again)
def erase_again(claim: Claim) -> Outcome:
    """Erase, on an officer's word, what was approved once and is there again."""
    found = _reappearance(claim)
    if found.outcome != Became.ERASING:
        return Done(proof={"moved_on": True})
    if is_halted(found.brand):
        return GoOn(claim.step.checkpoint, delay=FROZEN_DELAY)
    if eraser(found.source) is None:
        raise StepFailed("no_account", again=False)
    by = Officer.objects.get(pk=claim.step.param("by"))
    with told_to_the_ledger():
        try:
            with answering(found.source):
                records = again.erase_again(found, by=by.actor, hold=claim.hold)
        except PlanChanged:
            return Done(proof={"stale": True}, commit=lambda: again.stop(found, Became.CHANGED))
    if records is None:
        return Done(proof={"forgotten": True}, commit=lambda: again.stop(found, Became.FORGOTTEN))
    return Done(proof={"records": records}, commit=lambda: again.finish(found, by=by))


def _reappearance(claim: Claim) -> Reappearance:
    return Reappearance.objects.select_related("brand", "source").get(pk=claim.step.param("reappearance"))


def _dsr(claim: Claim) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(steps=claim.step)


def _unrehearsed(claim: Claim, code: str) -> None:
    rehearsals.fail(_rehearsal(claim), code)


@handles("erasure.rehearse", queue="erase", retry=Backoff(first=5, factor=3, ceiling=60, attempts=3), on_dead=_unrehearsed)
def try_out(claim: Claim) -> Outcome:
    """Do what a plan says in a transaction that is taken back; what was seen lies in the vault for a day."""
    asked = _rehearsal(claim)
    if asked.state != RehearsalState.ASKED:
        return Done(proof={"moved_on": True})
    if asked.plan.state != PlanState.READY:
        return Done(proof={"moved_on": True}, commit=lambda: rehearsals.fail(asked, "moved_on"))
    with told_to_the_ledger():
        file = rehearse(asked)
    return Done(commit=lambda: rehearsals.keep(asked, file))


@handles("erasure.rehearsal_over", queue="housekeeping")
def rehearsal_over(claim: Claim) -> Outcome:
    """Throw away what a rehearsal showed."""
    return Done(commit=lambda: rehearsals.throw_away(_rehearsal(claim)))


def _rehearsal(claim: Claim) -> Rehearsal:
    return Rehearsal.objects.select_related("plan__dsr__brand", "plan__source", "plan__file", "plan__leads", "file").get(
        pk=claim.step.param("rehearsal")
    )


def _plan(claim: Claim) -> Plan:
    return Plan.objects.select_related("dsr__brand", "source", "file", "leads").get(pk=claim.step.param("plan"))


def _kept(claim: Claim) -> Kept:
    return Kept.objects.select_related("brand", "source", "dsr__brand").get(pk=claim.step.param("kept"))

"""A request's erasure as it stands, for whoever shows it: page, letter, certificate, command line."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from requests_app.connectors.erasing import Deed
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.workflow.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class SetSummary:
    """Records of one collection that share a ruling. `how`: by field what is written; `erased`: what the system counted."""

    id: int
    collection: str
    deed: Deed
    reason: str
    until: date | None
    how: tuple[tuple[str, str], ...]
    records: int
    erased: int
    intent_at: datetime | None
    done_at: datetime | None
    proof: str


@dataclass(frozen=True, slots=True)
class SystemSummary:
    """One system: how far it is, and its sets in the order of the run. `reason` is an officer's, where it was given up."""

    plan: UUID
    source: str
    title: str
    state: PlanState
    by_hand: bool
    records: int
    fault: str
    problems: tuple[str, ...]
    reason: str
    done_at: datetime | None
    absent_at: datetime | None
    sets: tuple[SetSummary, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole plan: `round` counts how often it was made; `kept_until` is the latest known end of what is kept."""

    round: int
    systems: tuple[SystemSummary, ...]

    def records(self, deed: Deed) -> int:
        """Return of how many records `deed` is what becomes."""
        return sum(one.records for system in self.systems for one in system.sets if one.deed is deed)

    @property
    def kept_until(self) -> date | None:
        return max((one.until for system in self.systems for one in system.sets if one.until), default=None)


def summary(dsr: SubjectRequest) -> Summary:
    """Return what is planned and done for `dsr`: of each system what was done in earlier rounds too. Two queries."""
    plans = list(Plan.objects.filter(dsr=dsr).select_related("source").order_by("source__name", "round"))
    newest = {plan.source_id: plan for plan in plans}
    shown = {plan.pk: plan for plan in plans if plan.done_at or newest[plan.source_id] is plan}
    sets: defaultdict[int, list[SetSummary]] = defaultdict(list)
    for one in RecordSet.objects.filter(plan__in=list(shown)).order_by("plan__round", "position"):
        sets[shown[one.plan_id].source_id].append(_set(one))
    systems = tuple(_system(plan, tuple(sets[plan.source_id]), dsr.language) for plan in newest.values())
    return Summary(max((plan.round for plan in plans), default=0), systems)


def _system(plan: Plan, sets: tuple[SetSummary, ...], language: str) -> SystemSummary:
    return SystemSummary(
        plan.pk, plan.source.name, plan.source.title_in(language), PlanState(plan.state), plan.by_hand,
        sum(one.records for one in sets), plan.source.reason(plan.fault), tuple(str(one["where"]) for one in plan.problems),
        plan.reason or "", plan.done_at, plan.absent_at, sets,
    )  # fmt: skip


def _set(one: RecordSet) -> SetSummary:
    return SetSummary(
        one.pk, one.collection, Deed(one.deed), one.reason, one.until, tuple(sorted(one.blanked.items())), one.records, one.erased,
        one.intent_at, one.done_at, str(one.proof.get("how", "")),
    )  # fmt: skip

"""What became of asking each system, in words an officer can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from requests_app.collection.models import Pull, PullState
from requests_app.console import deeds, words
from requests_app.erasure.models import Plan, PlanState
from requests_app.matching.models import Match, MatchState
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE

_THERE: Final[Mapping[str, Any]] = MappingProxyType({"dsr": OuterRef("dsr"), "source": OuterRef("source")})


@dataclass(frozen=True, slots=True)
class System:
    """One system of a request: where it stands, what it yielded, and what is wrong."""

    title: str
    kind: str
    state: str
    person: str
    records: int
    fault: str
    failed: bool

    @property
    def shown_records(self) -> str:
        return number_format(self.records, force_grouping=True)


def systems_of(dsr: SubjectRequest) -> list[System]:
    """Return every system that was asked, in the order of the shop's list, with how far it is. One query."""
    if dsr.right == ERASURE:
        plans = Plan.objects.filter(**_THERE).order_by("-round")
        planned = plans.values(told=JSONObject(state="state", by_hand="by_hand", records="records", fault="fault"))[:1]
        return [_erased(match, Plan(**match.told) if match.told else None) for match in _matches(dsr, planned)]
    pulled = Pull.objects.filter(**_THERE).values(told=JSONObject(state="state", records="records", fault="fault"))
    return [_system(match, Pull(**match.told) if match.told else None) for match in _matches(dsr, pulled)]


def _matches(dsr: SubjectRequest, told: "QuerySet[Any, Any]") -> "QuerySet[Any]":
    return dsr.matches.select_related("source").annotate(told=Subquery(told)).order_by("source")


def _erased(match: Match, plan: Plan | None) -> System:
    if plan is None:
        return _system(match, None)
    kind, state = deeds.state(PlanState(plan.state), by_hand=plan.by_hand)
    failed = plan.state in (PlanState.IMPOSSIBLE, PlanState.FAILED)
    return System(
        title=title(match.source), kind=kind, state=state, person=_person(match), records=plan.records,
        fault=words.fault(plan.fault) if failed and plan.fault else "", failed=failed,
    )  # fmt: skip


def missing(systems: list[System]) -> list[System]:
    return [system for system in systems if system.failed]


def title(source: Source) -> str:
    return source.title_in((get_language() or "en").split("-")[0])


def _system(match: Match, pull: Pull | None) -> System:
    code = (pull.fault if pull else "") or match.fault
    failed = match.state == MatchState.FAILED or (pull is not None and pull.state == PullState.FAILED)
    kind, state = _stand(match, pull, failed=failed)
    return System(
        title=title(match.source), kind=kind, state=state, person=_person(match), records=pull.records if pull else 0,
        fault=words.fault(code) if failed else "", failed=failed,
    )  # fmt: skip


def _stand(match: Match, pull: Pull | None, *, failed: bool) -> tuple[str, str]:
    if failed:
        return "danger", _("failed")
    if pull is not None:
        if pull.state == PullState.WAITING and match.source.is_of_people:
            return "info", _("asked of a person")
        said = _("searched") if pull.records else _("searched, nothing found")
        return ("good", said) if pull.state == PullState.DONE else ("info", _("collecting"))
    if match.state == MatchState.DOUBTFUL:
        return "attention", _("match to decide")
    return "info", _("being asked") if match.state == MatchState.ASKING else _("waits for the others")


def _person(match: Match) -> str:
    chosen = len(match.roots) if match.state in {MatchState.CLEAR, MatchState.DECIDED} else 0
    said = {
        MatchState.ASKING: "–",
        MatchState.FAILED: "–",
        MatchState.BY_PEOPLE: _("a person looks there"),
        MatchState.NOBODY: _("nobody found"),
        MatchState.DOUBTFUL: _("doubtful"),
        MatchState.CLEAR: _("one clear match"),
        MatchState.DECIDED: ngettext("%(chosen)d chosen by an officer", "%(chosen)d chosen by an officer", chosen)
        % {"chosen": chosen},
    }
    return said[MatchState(match.state)]

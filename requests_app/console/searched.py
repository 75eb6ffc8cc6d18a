"""What became of asking each system, in words an officer can act on."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from requests_app.collection.models import Pull, PullState
from requests_app.console import words
from requests_app.matching.models import Match, MatchState
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


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
    """Return every system that was asked, in the order of the shop's list, in two queries."""
    pulls = {pull.source_id: pull for pull in dsr.pulls.all()}
    return [_system(match, pulls.get(match.source_id)) for match in dsr.matches.select_related("source").order_by("source")]


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
        return ("good", _("searched")) if pull.state == PullState.DONE else ("info", _("collecting"))
    if match.state == MatchState.DOUBTFUL:
        return "attention", _("match to decide")
    return "info", _("being asked") if match.state == MatchState.ASKING else _("waits for the others")


def _person(match: Match) -> str:
    chosen = len(match.roots) if match.state in {MatchState.CLEAR, MatchState.DECIDED} else 0
    said = {
        MatchState.ASKING: "–",
        MatchState.FAILED: "–",
        MatchState.NOBODY: _("nobody found"),
        MatchState.DOUBTFUL: _("doubtful"),
        MatchState.CLEAR: _("one clear match"),
        MatchState.DECIDED: ngettext("%(chosen)d chosen by an officer", "%(chosen)d chosen by an officer", chosen)
        % {"chosen": chosen},
    }
    return said[MatchState(match.state)]

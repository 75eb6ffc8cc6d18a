"""What holds the autopilot: each brake is a question that a person must answer. None holds only where nothing is left to decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.bundle import services as bundle
from requests_app.collection.models import Pull, PullState
from requests_app.correspondence.composing import rehearsed
from requests_app.matching.models import Match, MatchState
from requests_app.matching.services import agreeing, lacks_declaration, proof_needed
from requests_app.sources.services import described
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import party_of

_SETTLED: Final = (MatchState.CLEAR, MatchState.NOBODY)


@dataclass(frozen=True, slots=True)
class Found:
    """All that the brakes look at, read once."""

    dsr: SubjectRequest
    matches: Sequence[Match]
    pulls: Sequence[Pull]

    @property
    def clear(self) -> list[Match]:
        return [match for match in self.matches if match.state == MatchState.CLEAR]


def _is_unproven(found: Found) -> bool:
    return found.dsr.verified_at is None


def _has_own_words(found: Found) -> bool:
    return bool(found.dsr.details)


def _acts_for_another(found: Found) -> bool:
    return party_of(found.dsr) is not None


def _is_unclear(found: Found) -> bool:
    return any(match.state not in _SETTLED or len(match.candidates or []) > 1 for match in found.matches)


def _is_nobody(found: Found) -> bool:
    return not found.clear


def _lacks_facts(found: Found) -> bool:
    """The shop itself handed its signed-in customer over, or as many facts agree as the strictest law asks: at least one."""
    if found.dsr.customer_id or not found.clear:
        return False
    return len(agreeing(found.clear)) < max(1, proof_needed(found.dsr).facts) or lacks_declaration(found.dsr)


def _lacks_systems(found: Found) -> bool:
    dsr = found.dsr
    searched = set(dsr.brand.sources.filter(enabled=True, side=dsr.side).values_list("pk", flat=True))
    answered = {pull.source_id for pull in found.pulls if pull.state == PullState.DONE}
    return not (answered >= searched | {match.source_id for match in found.matches} and len(answered) == len(found.pulls))


def _is_about_others(found: Found) -> bool:
    return any(map(_is_flagged, found.pulls))


def _is_flagged(pull: Pull) -> bool:
    """Whether a collection that holds something has fields about others too, or is not described any more."""
    known = described(pull.source)
    held = {part.collection for part in pull.parts.all()}
    return any(
        name not in known or known[name].withheld or any(field.about != "subject" for field in known[name].fields) for name in held
    )


def _lacks_words(found: Found) -> bool:
    return bool(rehearsed(found.dsr, bundle.parts(found.dsr)).lacks)


BRAKES: Final[Mapping[str, tuple[Callable[[Found], bool], str | Promise]]] = MappingProxyType(
    {
        "unproven": (_is_unproven, _("The address is not proven")),
        "own_words": (_has_own_words, _("The person wrote in their own words, and a person reads them")),
        "acts_for_another": (_acts_for_another, _("Somebody acts for the person")),
        "unclear": (_is_unclear, _("Not every system has one clear match or nobody")),
        "nobody": (_is_nobody, _("No system knows the person")),
        "facts": (_lacks_facts, _("Too few facts agree with what the shop holds")),
        "systems": (_lacks_systems, _("Not every system has answered whole")),
        "others": (_is_about_others, _("Something in the answer may be about other people")),
        "letter": (_lacks_words, _("The letter lacks something that the law wants said")),
    }
)
"""By name: whether it holds, and what is said of it."""


def holding(dsr: SubjectRequest) -> list[str]:
    """Return the names of the brakes that hold `dsr`, in their order; none: no question is open."""
    matches = list(dsr.matches.select_related("source"))
    pulls = list(dsr.pulls.select_related("source").prefetch_related("parts"))
    found = Found(dsr, matches, pulls)
    return [name for name, (holds, _said) in BRAKES.items() if holds(found)]


def said(name: str) -> str:
    return str(BRAKES[name][1]) if name in BRAKES else name

"""The candidates of a match side by side with what the customer typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from requests_app.console import words
from requests_app.console.forms import NOBODY, MatchForm, field_of
from requests_app.console.searched import title
from requests_app.matching.models import Match, MatchState
from requests_app.matching.nearness import Nearness, nearest, rank
from requests_app.matching.services import typed_by
from requests_app.workflow.models import SubjectRequest

_NEAR: Final[Mapping[Nearness, Promise]] = MappingProxyType(
    {
        Nearness.NEARLY: gettext_lazy("nearly the same: one or two signs apart"),
        Nearness.PART: gettext_lazy("one is a part of the other"),
        Nearness.SIMILAR: gettext_lazy("similar"),
        Nearness.OTHER: gettext_lazy("something else"),
    }
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a record holds of one fact, and whether that is what the customer typed: agrees, differs, or neither."""

    label: str
    values: tuple[str, ...]
    verdict: str
    near: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One record that may stand for the person."""

    number: int
    record: str
    cells: list[Cell]
    chosen: bool
    speaks_for: str
    speaks_against: str
    why: str
    why_field: str


@dataclass(frozen=True, slots=True)
class Laid:
    """One system's candidates. `field` names the inputs where an officer still decides, else it is empty."""

    title: str
    headings: list[str]
    typed: list[Cell]
    candidates: list[Shown]
    field: str
    nobody: bool
    reason: str
    errors: list[str]
    sharing: int


def doubtful(dsr: SubjectRequest) -> list[Match]:
    return list(dsr.matches.filter(state=MatchState.DOUBTFUL).select_related("source").order_by("source"))


def laid_out(dsr: SubjectRequest, form: MatchForm) -> list[Laid]:
    """Return every system with candidates: those to decide first, then what is settled."""
    settled = dsr.matches.exclude(state=MatchState.DOUBTFUL).select_related("source").order_by("source")
    typed = {"email": dsr.email or "", **typed_by(dsr)}
    return [_laid(match, typed, form) for match in [*form.matches, *settled] if match.candidates]


def _laid(match: Match, typed: Mapping[str, str], form: MatchForm) -> Laid:
    kinds = _kinds(match.candidates or [], typed)
    field = field_of(match) if match in form.matches else ""
    picked = form.data.getlist(field) if field and form.is_bound else []  # type: ignore[attr-defined]
    shown = [
        _shown(match, number, [_cell(one, kind, typed) for kind in kinds], picked, form)
        for number, one in enumerate(match.candidates or [])
    ]
    shown.sort(key=lambda one: -rank(match.candidates[one.number], typed))
    return Laid(
        title=title(match.source),
        headings=[words.fact(kind) for kind in kinds],
        typed=[Cell(words.fact(kind), (typed[kind],) if typed.get(kind) else (), "") for kind in kinds],
        candidates=shown,
        field=field,
        nobody=NOBODY in picked,
        reason=match.reason or "",
        errors=[str(error) for error in form.errors.get(field) or ()],
        sharing=sum("email" in one["matched"] for one in match.candidates or []),
    )


def _shown(match: Match, number: int, cells: list[Cell], picked: Sequence[str], form: MatchForm) -> Shown:
    candidate, why_field = match.candidates[number], f"why_{match.pk}_{number}"
    collection, key = candidate["root"]
    return Shown(
        number, f"{collection} {', '.join(key)}", cells, str(number) in picked or candidate["root"] in (match.chosen or []),
        speaks_for=", ".join(cell.label for cell in cells if cell.verdict == "agrees"),
        speaks_against=", ".join(cell.label for cell in cells if cell.verdict == "differs"),
        why=form.data.get(why_field, candidate.get("why", "")), why_field=why_field,
    )  # fmt: skip


def _cell(candidate: Mapping[str, Any], kind: str, typed: Mapping[str, str]) -> Cell:
    """Return a fact of a candidate; where it differs, or agrees by a part alone, how near it is, in words."""
    values, verdict = tuple(candidate["evidence"].get(kind, ())), _verdict(candidate, kind)
    near = nearest(kind, typed.get(kind, ""), list(values))
    said = _NEAR.get(near) if near and (verdict == "differs" or near == Nearness.PART) else None
    return Cell(words.fact(kind), values, verdict, str(said or ""))


def _verdict(candidate: Mapping[str, Any], kind: str) -> str:
    if kind in candidate["agrees"] or kind in candidate["matched"]:
        return "agrees"
    return "differs" if kind in candidate["differs"] else ""


def _kinds(candidates: Sequence[Mapping[str, Any]], typed: Mapping[str, str]) -> list[str]:
    """Return the facts worth a column: the address and the name first, then what somebody typed or some record holds."""
    held = {kind for candidate in candidates for kind in [*candidate["evidence"], *candidate["matched"]]}
    return list(dict.fromkeys(["email", "name", *(kind for kind in typed if typed[kind]), *sorted(held)]))

"""What is known of each law, right by right and clock by clock; how sure; and what is missing."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from requests_app.jurisdictions.base import Clock, Grant, Regime
from requests_app.jurisdictions.vocabulary import Basis, ClockKind, Evidence, ExtensionUnit, Right

_BY_RIGHT = (ClockKind.ACKNOWLEDGEMENT, ClockKind.ANSWER, ClockKind.APPEAL)


def of_regime(regime: Regime, today: date) -> dict[str, Any]:
    """Return what is known of `regime` as plain values, ready for JSON."""
    return {
        "id": regime.id,
        "name": regime.name,
        "kind": regime.kind.value,
        "parent": regime.parent,
        "territory": list(regime.territory),
        "in_force_from": _day(regime.in_force_from),
        "in_force": regime.in_force(today),
        "confidence": regime.confidence.value,
        "evidence": regime.evidence.value,
        "sources": len(regime.source),
        "rights": [_of_right(regime, right, grant, today) for right, grant in regime.rights.items()],
        "duties": [_of_clock(clock) for clock in regime.clocks if clock.kind == ClockKind.DUTY],
        "missing": list(_missing(regime)),
    }


def _of_right(regime: Regime, right: Right, grant: Grant, today: date) -> dict[str, Any]:
    clocks = [clock for kind in _BY_RIGHT if grant.has and (clock := regime.clock(kind, right, max(today, grant.since or today)))]
    return {
        "right": right.value,
        "has": grant.has,
        "citation": grant.text,
        "from": _day(grant.since),
        "clocks": [_of_clock(clock) for clock in clocks],
        "missing": list(_missing_of_right(grant, clocks)),
    }


def _of_clock(clock: Clock) -> dict[str, Any]:
    extension = clock.extension
    return {
        "kind": clock.kind.value,
        "rights": list(clock.rights),
        "length": clock.length,
        "unit": clock.unit.value,
        "calendar": clock.calendar,
        "roll": clock.roll.value,
        "from": _day(clock.since),
        "basis": clock.basis.value,
        "cite": clock.cite,
        "extended_total": extension.total if extension else None,
        "extension": extension is not None,
        "missing": list(_missing_of_clock(clock)),
    }


def _missing(regime: Regime) -> Iterator[str]:
    if regime.evidence == Evidence.NOT_SEEN:
        yield "the number of the term was not read in a source"
    if regime.is_overlay:
        return
    if not regime.response_must_include:
        yield "what an answer must say"
    if not regime.refusal_must_include:
        yield "what a refusal must say"
    if not regime.refusal_grounds:
        yield "grounds of refusal"


def _missing_of_right(grant: Grant, clocks: list[Clock]) -> Iterator[str]:
    if grant.has and not grant.text:
        yield "the provision"
    if grant.has and not any(clock.kind == ClockKind.ANSWER for clock in clocks):
        yield "the term"


def _missing_of_clock(clock: Clock) -> Iterator[str]:
    if clock.length is None:
        yield "a number"
    if not clock.cite:
        yield "the provision"
    if clock.basis in {Basis.ASSUMED, Basis.ANALOGOUS}:
        yield f"a basis in law ({clock.basis})"
    if clock.extension is not None and not clock.extension.cite:
        yield "the provision of the extension"
    if clock.extension is not None and clock.extension.unit == ExtensionUnit.OPEN:
        yield "a number of the extension"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

"""A law in words, line by line, for whoever asks at the command line."""

from collections.abc import Iterator
from datetime import date
from textwrap import indent

from requests_app.jurisdictions.base import Clock, Pause, Regime
from requests_app.jurisdictions.contents import required
from requests_app.jurisdictions.tables import Letter
from requests_app.jurisdictions.vocabulary import EVERY, ClockKind, Right
from requests_app.provenance import Source


def of_regime(regime: Regime, today: date, right: Right | None = None) -> Iterator[str]:
    """Yield what is known of `regime`, about one `right` or all; sources and confidence stand at the end."""
    yield f"{regime.id}: {regime.name}"
    yield from _about(regime, today)
    yield from _rights(regime, right)
    clocks = tuple(_clocks(regime, right, today))
    yield from _under("clocks", clocks)
    yield from _under("pauses", tuple(_pause(one) for one in regime.pauses if _applies(one.applies_to, right)))
    if right is not None and not regime.is_overlay:
        yield from _under("letters must say", tuple(_letters(regime, right, today)))
    else:
        yield from _under("an answer must say", regime.response_must_include)
        yield from _under("a refusal must say", regime.refusal_must_include)
    yield from _under("refused on", regime.refusal_grounds)
    yield from _under("adds", tuple(f"{topic}: {text}" for topic, text in regime.adds.items()))
    yield from _under(
        "regulator", tuple(filter(None, (f"{regime.regulator.name}, {regime.regulator.url}", regime.regulator.second)))
    )
    yield from _under("sources", tuple(_source(one) for one in regime.source))
    yield from _under("notes", regime.notes)


def _about(regime: Regime, today: date) -> Iterator[str]:
    yield f"  adds to: {regime.parent}" if regime.parent else f"  short: {regime.short}"
    yield f"  territory: {', '.join(regime.territory)}"
    since = f" since {regime.in_force_from}" if regime.in_force_from else " with the law it adds to"
    yield f"  in force{since}" if regime.in_force(today) else f"  not in force before {regime.in_force_from}"
    yield f"  confidence: {regime.confidence}{'' if regime.confidence != 'low' else ' (off until switched on)'}"
    yield f"  evidence of the term: {regime.evidence}"
    for name in ("applies_if", "acknowledgement_note", "cannot_verify", "records", "metrics"):
        if told := getattr(regime, name):
            yield f"  {name}: {told}"
    if regime.fees:
        told = " ".join(filter(None, (regime.fees.text, regime.fees.may_charge, regime.fees.cite)))
        yield f"  fees: {regime.fees.kind} {told}".rstrip()


def _rights(regime: Regime, right: Right | None) -> Iterator[str]:
    for name, grant in regime.rights.items():
        if grant.has if right is None else name == right:
            since = f", from {grant.since}" if grant.since else ""
            told = f" ({grant.name})" if grant.name else ""
            yield f"  right {name}{told}: {regime.cites(name) if grant.has else 'not granted'}{since}"


def _clocks(regime: Regime, right: Right | None, today: date) -> Iterator[str]:
    if right is None:
        yield from (_clock(one) for one in regime.clocks)
        return
    for kind in (ClockKind.ACKNOWLEDGEMENT, ClockKind.ANSWER, ClockKind.APPEAL):
        if clock := regime.clock(kind, right, today):
            yield _clock(clock)


def _clock(clock: Clock) -> str:
    rights = "every right" if clock.rights == (EVERY,) else ", ".join(clock.rights)
    length = "" if clock.length is None else f"{clock.length} "
    since = f", from {clock.since}" if clock.since else ""
    counted = f"calendar {clock.calendar}, roll {clock.roll}"
    said = f"{clock.kind} ({rights}): {length}{clock.unit} from {clock.start_event}{since}, {counted}"
    extension = clock.extension
    if extension is not None:
        said += f"; to {extension.total or extension.open_kind} in all if {extension.condition}"
    return f"{said} [{clock.basis}: {clock.cite or 'no provision noted'}]"


def _pause(pause: Pause) -> str:
    return f"{pause.trigger}, {'by statute' if pause.statutory else 'no statute'}: {pause.text} [{pause.cite}]"


def _letters(regime: Regime, right: Right, today: date) -> Iterator[str]:
    for letter in Letter:
        codes = ", ".join(code.key for code in required([regime.id], right, letter, on=today))
        yield f"{letter}: {codes}"


def _source(source: Source) -> str:
    if source.cite:
        return f"knowledge: {source.cite}"
    return f"seen: {source.title}{f' ({source.covers})' if source.covers else ''}{f' {source.url}' if source.url else ''}"


def _applies(rights: tuple[Right, ...] | None, right: Right | None) -> bool:
    return rights is None or right is None or right in rights


def _under(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield f"  {title}:"
        yield from (indent(line, "    ") for line in lines)

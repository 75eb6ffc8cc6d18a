"""A duty to keep in words, line by line, for whoever asks at the command line."""

from collections.abc import Iterator
from typing import Final

from requests_app.duties.base import Duty

_TOLD: Final = (
    "kind", "attaches_to", "on_erasure", "minimise_profile", "refusal_basis", "confidence", "condition", "end_rule", "note",
    "applies_from", "applies_until", "applies_note",
)  # fmt: skip


def of_duty(duty: Duty) -> Iterator[str]:
    """Yield all that is known of `duty`; its sources stand at the end."""
    number = "" if duty.period.length is None else f"{duty.period.length} "
    yield f"{duty.id}: {duty.citation}"
    yield f"  countries: {', '.join(duty.countries)}"
    yield f"  data: {', '.join(duty.data_classes)}"
    yield f"  kept: {number}{duty.period.until or duty.period.unit} from {duty.start.event} ({duty.start.text})"
    yield f"  shifted: {duty.start.shift}{', first day counted' if duty.start.start_day_counted else ''}"
    yield from (f"  {name}: {value}" for name in _TOLD if (value := getattr(duty, name)) is not None)
    yield f"  period read in a source: {'yes' if duty.period_seen else 'no'}"
    yield from (f"  source, {one.kind}: {one.cite or one.title}{f' {one.url}' if one.url else ''}" for one in duty.source)

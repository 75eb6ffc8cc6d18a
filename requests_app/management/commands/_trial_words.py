"""What a trial tells: plan and receipts as tables, records before and after."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from requests_app.connectors.base import Batch, Form
from requests_app.connectors.erasing import Deed, Planned, Receipt, Ruling, Whom
from requests_app.sources.rehearsal import Tried

_GONE: Final = "(gone)"
_LONG: Final = 60  # characters of a value


def of_plan(planned: Iterable[Planned]) -> Iterator[str]:
    """Yield the plan by collection and ruling, with what is written into which field."""
    sets: dict[tuple[str, Ruling], tuple[int, Mapping[str, str]]] = {}
    for some in planned:
        count, _ = sets.get((some.collection, some.ruling), (0, {}))
        sets[some.collection, some.ruling] = (count + len(some.keys), some.how)
    rows = [
        [name, str(count), _deed(ruling), ruling.reason, str(ruling.until or "")] for (name, ruling), (count, _) in sets.items()
    ]
    yield from _columns(["collection", "records", "deed", "why", "until"], rows)
    for (name, ruling), (_, how) in sets.items():
        if how:
            yield f"{name} ({ruling.reason}): " + ", ".join(f"{field} = {what}" for field, what in sorted(how.items()))


def of_receipts(receipts: Iterable[Receipt]) -> Iterator[str]:
    """Yield the receipts: what was to be done, what the system counted, and what was read back as it was."""
    rows = [
        [one.collection, str(one.records), _deed(one.ruling), one.ruling.reason, str(one.changed), str(one.left)]
        for one in receipts
    ]
    yield from _columns(["collection", "records", "deed", "why", "changed", "left"], rows)


def of_samples(tried: Tried, whom: Whom, planned: Sequence[Planned]) -> Iterator[str]:
    """Yield one record of each ruling that changes something, as it is and as it would be."""
    wanted = {(some.collection, some.ruling): some for some in reversed(planned) if some.keys}
    keys = {
        info.name: [one.name for one in info.fields if one.is_key] for info in tried.connector.inventory(tried.config).collections
    }
    for item in tried.connector.find(tried.config, whom.identity, whom.roots, whom.given):
        if isinstance(item, Batch) and item.form is Form.JSON and keys[item.collection]:
            for line in item.text.removesuffix(b"\n").split(b"\n"):
                record = json.loads(line, parse_int=str, parse_float=str)
                key = tuple(str(record[name]) for name in keys[item.collection])
                for at, some in list(wanted.items()):
                    if at[0] == item.collection and key in some.keys:
                        yield from _sample(record, wanted.pop(at))


def _sample(record: Mapping[str, Any], some: Planned) -> Iterator[str]:
    ruling = some.ruling
    if ruling.deed is Deed.ERASE:
        yield f"{some.collection} ({ruling.reason}), before and after:"
        yield from (f"  {name}: {_short(value)} → {_GONE}" for name, value in record.items())
    elif some.how:
        yield f"{some.collection} ({ruling.reason}), before and after:"
        yield from (f"  {name}: {_short(_inside(record, name))} → {what}" for name, what in sorted(some.how.items()))


def _inside(record: Any, name: str) -> Any:
    """What stands under a dotted name."""
    first, _, rest = name.partition(".")
    if not isinstance(record, dict) or first not in record:
        return None
    return _inside(record[first], rest) if rest else record[first]


def _short(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _deed(ruling: Ruling) -> str:
    if ruling.deed is Deed.BLANK and not ruling.blanked:
        return "leave"
    return f"{ruling.deed}, blank" if ruling.deed is Deed.KEEP and ruling.blanked else str(ruling.deed)


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    wide = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    for row in [heads, *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()

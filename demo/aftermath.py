"""What an erasure left behind, as the shop's systems themselves tell it: asked directly, compared with what must have become."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Table, create_engine, select

from demo.expected import SYSTEMS, Key, key_columns
from demo.fates import Deed, Fate, Fates

KINDS: Final = {
    "accounts": "accounts",
    "saved_addresses": "addresses",
    "wish_lists": "wish-lists",
    "devices": "devices",
    "consents": "consents",
}
"""By collection, what the account service calls it; what lies inside a wish list goes with the list."""
_EMPTY: Final = (None, "", False)
_NO_DAY: Final = date(1970, 1, 1)
_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_TRIES: Final = 8

Row = Mapping[str, Any]
Place = tuple[str, str]
"""A system and a collection."""


@dataclass(slots=True)
class Census:
    """Every row of the databases at one moment: the person's whole, everybody else's as one sum a table."""

    own: dict[Place, dict[Key, Row]] = field(default_factory=dict)
    others: dict[Place, int] = field(default_factory=dict)
    orders: tuple[str, ...] = ()  # that the account service has obeyed so far, by its own log


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the person's records of one collection."""

    system: str
    collection: str
    deleted: int
    blanked: int
    kept: int


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The erasure was right when nothing is wrong."""

    lines: tuple[Line, ...]
    wrong: tuple[str, ...]


def census(urls: Mapping[str, str], fates: Fates, stock: Path) -> Census:
    """Read every row of the shop's databases, `urls` by system, and the account service's log `stock`."""
    found = Census(orders=tuple(stock.read_text(encoding="utf-8").splitlines()) if stock.exists() else ())
    for system, metadata in SYSTEMS.items():
        engine = create_engine(urls[system])
        with engine.connect().execution_options(yield_per=5000) as connection:
            for table in metadata.sorted_tables:
                _count(found, system, table, (tuple(row) for row in connection.execute(select(table))), fates)
        engine.dispose()
    return found


def judge(before: Census, after: Census, fates: Fates, accounts: str) -> Aftermath:
    """Compare two moments with what must have become. `accounts`: address of the account service."""
    wrong = list(_wrong(before, after, fates))
    wrong += _not_gone(fates, accounts)
    wrong += _touched(fates, after.orders[len(before.orders) :])
    return Aftermath(tuple(_lines(before, after, fates)), tuple(wrong))


def _count(found: Census, system: str, table: Table, rows: Iterator[tuple[Any, ...]], fates: Fates) -> None:
    place, names = (system, table.name), table.columns.keys()
    mine = fates.get(place, {})
    parts = [names.index(name) for name in key_columns(system, table.name)] if mine else []
    own, total = dict[Key, Row](), 0
    for row in rows:
        key = tuple(str(row[part]) for part in parts) if mine else ()
        if key in mine:
            own[key] = dict(zip(names, row, strict=True))
        else:
            total += int.from_bytes(blake2b(repr(row).encode(), digest_size=8).digest())
    found.own[place], found.others[place] = own, total % 2**64


def _wrong(before: Census, after: Census, fates: Fates) -> Iterator[str]:
    for place, total in before.others.items():
        if after.others[place] != total:
            yield f"{'.'.join(place)}: somebody else's row changed"
        for key, fate in fates.get(place, {}).items():
            if key not in before.own[place]:
                yield f"{'.'.join(place)}: {key} was not there in the first place"
            elif told := _differs(before.own[place][key], after.own[place].get(key), fate):
                yield f"{'.'.join(place)}: {key} {told}"


def _differs(was: Row, now: Row | None, fate: Fate) -> str:
    if fate.deed is Deed.DELETED:
        return "" if now is None else "is still there"
    if now is None:
        return "is gone"
    left = sorted(name for name in fate.blanked if not _is_blank(now[name]))
    changed = sorted(name for name in was if name not in fate.blanked and now[name] != was[name])
    return f"still holds {', '.join(left)}" if left else f"lost {', '.join(changed)}" if changed else ""


def _is_blank(value: Any) -> bool:
    day = value.astimezone(UTC).date() if isinstance(value, datetime) else value
    return value in _EMPTY or day == _NO_DAY


def _not_gone(fates: Fates, accounts: str) -> Iterator[str]:
    """Ask the account service for each record by its key."""
    for (system, collection), records in fates.items():
        for key in records if system == "accounts" and collection in KINDS else ():
            if _status(accounts, f"{KINDS[collection]}/{key[0]}") != HTTPStatus.NOT_FOUND:
                yield f"accounts.{collection}: {key} is still there"


def _status(accounts: str, path: str) -> int:
    address, _, behind = accounts.partition("#")
    if urlsplit(address).scheme != "http":
        raise ValueError("the demo's account service speaks HTTP")
    headers = {"Authorization": f"Bearer {parse_qs(behind)['token'][0]}"}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    status = 0
    for _turn in range(_TRIES):
        try:
            with opener.open(urllib.request.Request(f"{address}/{path}", headers=headers), timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            status = refusal.code
        if status not in _LATER:
            return status
        time.sleep(1)
    return status


def _touched(fates: Fates, orders: Sequence[str]) -> Iterator[str]:
    """Compare what the account service did, by its own log, with whose records these were."""
    mine = {(KINDS[name], key[0]) for name in KINDS for key in fates.get(("accounts", name), ())}
    counts = Counter((str(kind), str(key)) for kind, key, _ in map(json.loads, orders))
    yield from (f"accounts: somebody else's {place} was touched" for place in counts.keys() - mine)
    yield from (f"accounts: {place} was deleted {count} times" for place, count in counts.items() if count > 1)


def _lines(before: Census, after: Census, fates: Fates) -> Iterator[Line]:
    for (system, collection), records in fates.items():
        was, now = before.own.get((system, collection)), after.own.get((system, collection), {})
        if was is None:
            yield Line(system, collection, len(records), 0, 0)
            continue
        changed = sum(key in now and now[key] != was[key] for key in was)
        yield Line(system, collection, len(was) - len(now), changed, len(now) - changed)

"""What the account service holds now: the records of the seed, less what was deleted, with what was overwritten."""

import json
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final

from demo import accounts
from demo.accounts import Record

KINDS: Final[Mapping[str, Callable[[int], list[Record]]]] = {
    "accounts": lambda number: [accounts.account(number)],
    "addresses": accounts.saved_addresses,
    "wish-lists": accounts.wish_lists,
    "devices": accounts.devices,
    "consents": accounts.consents,
}
_NUMBERED: Final = re.compile(r"(?:acc|adr|wsh|dev)_([0-9]{6,})(?:_[0-9]+)?")
_CONSENTS: Final = 10_000  # consents of one customer at most, by how they are numbered


@dataclass(slots=True)
class Stock:
    """The records. `path`: a file of what was done, by which another run of the service goes on."""

    path: Path | None = None
    gone: set[tuple[str, str]] = field(default_factory=set)
    changed: dict[tuple[str, str], Record] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path and self.path.exists() else ():
            self._do(*json.loads(line))

    def accounts(self, email: str) -> list[Record]:
        """Return the accounts whose address looked like `email`, and was not overwritten since."""
        found = [one for number in accounts.owners(email) for one in self.all("accounts", number)]
        return [one for one in found if "email" not in self.changed.get(("accounts", one["id"]), {})]

    def all(self, kind: str, number: int) -> list[Record]:
        return [self._now(kind, one) for one in KINDS[kind](number) if (kind, str(one["id"])) not in self.gone]

    def one(self, kind: str, key: str) -> Record | None:
        """Return a record by its key."""
        number = _owner(kind, key)
        return None if number is None else next((one for one in self.all(kind, number) if str(one["id"]) == key), None)

    def delete(self, kind: str, key: str) -> None:
        self._keep(kind, key, None)

    def change(self, kind: str, key: str, what: Record) -> None:
        self._keep(kind, key, what)

    def _now(self, kind: str, record: Record) -> Record:
        return _merged(deepcopy(record), self.changed.get((kind, str(record["id"])), {}))

    def _keep(self, kind: str, key: str, what: Record | None) -> None:
        self._do(kind, key, what)
        if self.path:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([kind, key, what]) + "\n")

    def _do(self, kind: str, key: str, what: Record | None) -> None:
        if what is None:
            self.gone.add((kind, key))
        else:
            self.changed[kind, key] = _merged(self.changed.get((kind, key), {}), what)


def _owner(kind: str, key: str) -> int | None:
    """Return the customer whose record has that key, None where no customer can have it."""
    if kind == "consents":
        return accounts.number_of(accounts.account_id((int(key) - 1) // _CONSENTS)) if key.isdecimal() and int(key) else None
    numbered = _NUMBERED.fullmatch(key)
    return accounts.number_of(accounts.account_id(int(numbered[1]))) if numbered else None


def _merged(record: Record, what: Mapping[str, Any]) -> Record:
    for name, value in what.items():
        inner = record.get(name)
        record[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return record

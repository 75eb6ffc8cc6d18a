"""Statements that were compiled before, by fitted description and shape of search: a small search should cost little."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import exists, literal, select

from requests_app.connectors.base import Form
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.query import Query
from requests_app.connectors.sql.slots import Shape
from requests_app.connectors.sql.speech import Prepared, Reading, Records

SHAPES: Final = 64  # of one system
T = TypeVar("T")


class Plan:
    """All statements of one shape of search, each built when it is first asked."""

    def __init__(self, fitted: Fitted, shape: Shape) -> None:
        self.fitted, self.shape = fitted, shape
        self._query: Query | None = None
        self._records: dict[str, Records | None] = {}
        self._made: dict[Hashable, object] = {}

    @property
    def query(self) -> Query:
        if self._query is None:
            self._query = Query(self.fitted, self.shape)
        return self._query

    def records(self, name: str) -> Records | None:
        if name not in self._records:
            self._records[name] = self.query.records(name)
        return self._records[name]

    def reading(self, records: Records, form: Form) -> Reading:
        return self.made(("reading", records.collection.name, form), lambda: self.fitted.speech.reading(records, form))

    def held(self) -> tuple[tuple[str, ...], Prepared | None]:
        """The collections that may hold records, and one statement that tells for each of them whether it does."""
        return self.made("held", self._held)

    def made(self, at: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for `at` before, or make it."""
        if at not in self._made:
            self._made[at] = make()
        return self._made[at]  # type: ignore[return-value]  # `at` names the kind

    def _held(self) -> tuple[tuple[str, ...], Prepared | None]:
        found = {one.name: records for one in self.fitted.description.collections if (records := self.records(one.name))}
        if not found:
            return (), None
        columns = [
            exists(select(literal(1)).select_from(records.source)).label(f"h{n}") for n, records in enumerate(found.values())
        ]
        return tuple(found), self.fitted.speech.compile(select(*columns))


_lock = Lock()
_plans: WeakKeyDictionary[Fitted, OrderedDict[Shape, Plan]] = WeakKeyDictionary()


def plan(fitted: Fitted, shape: Shape) -> Plan:
    """Return the plan of a shape; of each system the `SHAPES` used last are kept."""
    with _lock:
        kept = _plans.setdefault(fitted, OrderedDict())
        if shape not in kept:
            kept[shape] = Plan(fitted, shape)
        kept.move_to_end(shape)
        while len(kept) > SHAPES:
            kept.popitem(last=False)
        return kept[shape]

"""In which order collections are erased: what hangs on a record before the record, unless the description says otherwise."""

from collections.abc import Mapping

from requests_app.connectors.rest.deeds import Erase
from requests_app.connectors.rest.endpoints import Api


def order(api: Api, erases: Mapping[str, Erase]) -> tuple[str, ...]:
    """Return the names of all collections. `erase_after` counts most, then what goes with what, then what leads to what.

    What goes round is taken in the order of the file, turned round.
    """
    said = {one.name: {_name(after) for after in one.erase_after} for one in api.data.collections}
    hung: dict[str, set[str]] = {name: set() for name in said}
    for endpoint in api.endpoints:
        for parent in {*endpoint.parents, erases.get(endpoint.collection, Erase()).goes_with} - {""}:
            if parent not in _before(said, endpoint.collection):
                hung[parent].add(endpoint.collection)
    waits = {name: said[name] | hung[name] for name in said}
    line: list[str] = []
    left = [one.name for one in reversed(api.data.collections)]
    while left:
        ready = [name for name in left if not (waits[name] - {name}).intersection(left)]
        line += ready or left[:1]
        left = [name for name in left if name not in line]
    return tuple(line)


def _name(after: str) -> str:
    return after.rpartition(".")[2]


def _before(said: Mapping[str, set[str]], name: str) -> set[str]:
    """Return all that must have gone before `name`, step by step."""
    found: set[str] = set()
    new = said.get(name, set())
    while new - found:
        found |= new
        new = set[str]().union(*(said.get(one, set()) for one in found))
    return found

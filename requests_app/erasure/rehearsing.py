"""What a worker does to rehearse: the statements, what may happen besides, the run that is taken back, and some records."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from requests_app.connectors.base import Batch, Config, Form, Problem
from requests_app.connectors.erasing import CannotErase, Deed, Eraser, Judge, Key, Planned, Receipt, Whom
from requests_app.erasure.asking import eraser, judge, whom
from requests_app.erasure.pages import planned
from requests_app.erasure.rehearsals import Rehearsal
from requests_app.sources.services import answering, connector, inventory, writing_config
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.vault.rows import Kind

_LONGEST: Final = 200  # characters of a value
_SAMPLES: Final = 50


@dataclass(slots=True)
class Rehearsed:
    """What came of it, as it lies in the vault."""

    statements: list[dict[str, str]] = field(default_factory=list)
    besides: list[dict[str, str]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, file: StoredFile) -> "Rehearsed":
        """Return what a rehearsal showed.

        Raises:
            Missing, Away, Unreadable, KeyGone: it cannot be read any more.
        """
        with vault.reading(file) as reader:
            return cls(**json.loads(next(iter(reader.records(0, 1)))))


def rehearse(rehearsal: Rehearsal) -> StoredFile:
    """Rehearse the plan as it would be made now, and write into the vault what came of it. Nothing stays changed.

    Raises:
        SourceFault: the system did not answer.
        NoSpace, Away, KeyGone: the vault takes nothing.
    """
    plan = rehearsal.plan
    able = eraser(plan.source)
    if able is None:
        raise CannotErase(Problem("no_account", plan.source.name, "no account that may erase is known"))
    with answering(plan.source):
        reached, meant = writing_config(plan.source), whom(plan)
        told = _run(able, reached, meant, judge(plan))
        told.samples = list(_samples(rehearsal, reached, meant))
    with vault.writing(plan.dsr, Kind.JSON) as draft:
        draft.writer.write(json.dumps(vars_of(told), separators=(",", ":")).encode() + b"\n", 1)
    return draft.file


def vars_of(told: Rehearsed) -> dict[str, Any]:
    return {name: getattr(told, name) for name in ("statements", "besides", "receipts", "problems", "samples")}


def _run(able: Eraser, reached: Config, meant: Whom, rules: Judge) -> Rehearsed:
    told = Rehearsed()
    told.besides = [_problem(one) for one in able.besides(reached)]
    try:
        told.statements = [{"collection": one.collection, "text": one.text} for one in able.deeds(reached, meant, rules)]
        told.receipts = [
            {
                "collection": one.collection,
                "deed": one.ruling.deed,
                "records": one.records,
                "changed": one.changed,
                "left": one.left,
            }
            for one in able.rehearse(reached, meant, rules)
        ]
    except CannotErase as fault:
        told.problems = [_problem(one) for one in fault.problems]
    return told


def _receipt(one: Receipt) -> dict[str, Any]:
    counts = {"records": one.records, "changed": one.changed, "left": one.left}
    return {"collection": one.collection, "deed": one.ruling.deed, **counts}


def _problem(one: Problem) -> dict[str, str]:
    return {"code": one.code, "where": one.where, "message": one.message}


def _samples(rehearsal: Rehearsal, reached: Config, meant: Whom) -> Iterator[dict[str, Any]]:
    """Yield one record of each ruling that changes something: each field as it is, and as it would be."""
    plan = rehearsal.plan
    wanted = _wanted(planned(plan.file))
    keys = {info.name: [one.name for one in info.fields if one.is_key] for info in inventory(plan.source).collections}
    for item in connector(plan.source).find(reached, meant.identity, meant.roots, meant.given):
        if not wanted:
            return
        if isinstance(item, Batch) and item.form is Form.JSON and keys.get(item.collection):
            for line in item.text.splitlines():
                found = json.loads(line, parse_int=str, parse_float=str)
                key = tuple(str(found.get(name)) for name in keys[item.collection])
                if (some := wanted.pop((item.collection, key), None)) is not None:
                    yield _sample(some, found)


def _wanted(plan: Iterator[Planned]) -> dict[tuple[str, Key], Planned]:
    """Return of each ruling that changes something its first record."""
    firsts: dict[tuple[str, str, str], Key] = {}
    found: dict[tuple[str, Key], Planned] = {}
    for some in plan:
        what = some.collection, some.ruling.deed, some.ruling.reason
        if some.keys and (some.ruling.deed is Deed.ERASE or some.how) and what not in firsts and len(firsts) < _SAMPLES:
            firsts[what] = some.keys[0]
            found[some.collection, some.keys[0]] = some
    return found


def _sample(some: Planned, record: Mapping[str, Any]) -> dict[str, Any]:
    names = record if some.ruling.deed is Deed.ERASE else sorted(some.how)
    fields = [[name, _short(_inside(record, name)), some.how.get(name, "")] for name in names]
    return {"collection": some.collection, "deed": some.ruling.deed, "fields": fields}


def _inside(record: Any, name: str) -> Any:
    """Return what stands under a name, which may be dotted."""
    first, _dot, rest = name.partition(".")
    if not isinstance(record, Mapping) or (name not in record and first not in record):
        return None
    return record[name] if name in record else _inside(record[first], rest)


def _short(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

"""What rooms and connectors say to each other about erasing: facts go to a judge, rulings come back, deeds are read back."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from requests_app.connectors.base import NOTHING, Config, Given, Problem, SourceFault, Statement
from requests_app.values import Identity, Root


class Deed(StrEnum):
    """What becomes of a record.

    `erase`: it goes. `blank`: it stays, some fields are overwritten. `keep`: it stays for a reason of law; fields which that reason
    does not need are overwritten too. `ask`: a person must decide first; such a plan cannot be approved.
    """

    ERASE = "erase"
    BLANK = "blank"
    KEEP = "keep"
    ASK = "ask"


Facts = Mapping[str, date | str | None]
"""What a ruling depends on: the values of the fields that a description names in `dates` and in its holds, by field."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a record, which fields are overwritten, and why.

    `reason` is a code (`nothing_keeps`, `duty:fr-accounting`, `open_contract:status` …), `until` the last day of keeping where
    one is known. `blanked` are names of described fields, sorted.
    """

    deed: Deed
    reason: str
    until: date | None = None
    blanked: tuple[str, ...] = ()


class Judge(ABC):
    """Rules about records. Pure: the same facts, the same ruling."""

    by_number: bool = False
    """Whether it must know single orders: its facts are then `Keeping.facts(by_number=True)`."""

    def by_month(self, collection: str) -> bool:  # noqa: ARG002  # most judges tell every day apart
        """Tell whether it rules alike about records of a collection whose days lie in the same months."""
        return False

    @abstractmethod
    def __call__(self, collection: str, facts: Facts) -> Ruling:
        """Return what becomes of a record of a collection."""


@dataclass(frozen=True, slots=True)
class Rules(Judge):
    """A judge that is a function."""

    rule: Callable[[str, Facts], Ruling]

    def __call__(self, collection: str, facts: Facts) -> Ruling:
        return self.rule(collection, facts)


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose records are meant: as `Connector.find` is asked."""

    identity: Identity = field(repr=False)
    roots: tuple[Root, ...] = field(repr=False)
    given: Given = field(default_factory=lambda: NOTHING, repr=False)


Key = tuple[str, ...]
"""A record's primary key, as text, in the order of the key."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Some records of one collection that share a ruling. `how` says by field what is written (`NULL`, `''`, `random` …)."""

    collection: str
    ruling: Ruling
    keys: tuple[Key, ...] = field(repr=False)
    how: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done with the records of a collection that share a ruling: `changed` as the system counted, `left` as read back."""

    collection: str
    ruling: Ruling
    records: int
    changed: int
    left: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """A planned deed that has not happened: the record is still there, or its `fields` still hold what they held."""

    collection: str
    key: Key = field(repr=False)
    fields: tuple[str, ...] = ()


class CannotErase(SourceFault):
    """The system could not carry the plan out; `problems` name table and column. Nothing was touched."""

    code = "cannot_erase"
    passing = False

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        told = [f"{problem.where}: {problem.message}" for problem in problems[:5]]
        super().__init__("; ".join([*told, "…"] if len(problems) > len(told) else told))


class PlanChanged(SourceFault):
    """What was found is not what was approved: `collections` differ. Nothing was touched."""

    code = "plan_changed"
    passing = False

    def __init__(self, collections: tuple[str, ...]) -> None:
        self.collections = collections
        super().__init__(f"no longer as planned: {', '.join(collections)}")


class NotErased(SourceFault):
    """The system said that it was done, and what was read back says that it was not."""

    code = "not_erased"


class StillErasing(SourceFault):
    """The system took the order and says that it is not done yet; ask `remaining` again after `delay` seconds."""

    code = "still_erasing"

    def __init__(self, text: str, delay: float | None = None) -> None:
        super().__init__(text)
        self.delay = delay


class Eraser(ABC):
    """A connector that can also erase. One that is none leaves erasing to a person."""

    @abstractmethod
    def plan(self, config: Config, whom: Whom, judge: Judge) -> Iterator[Planned]:
        """Yield what is to become of every record that `find` would find, in the order in which it is to be done. Touches nothing.

        What the system itself does not allow lowers a ruling where that is safe (`shared`, `referenced`); else it refuses the plan.

        Raises:
            CannotErase: the plan could not be carried out; names table and column.
            SourceFault: the system did not answer, or not whole.
        """

    @abstractmethod
    def erase(self, config: Config, whom: Whom, judge: Judge, approved: bytes) -> Iterator[Receipt]:
        """Do what a plan with the digest `approved` says, all of it or, where the system has transactions, nothing.

        Raises:
            PlanChanged: the plan made now has another digest; nothing was touched.
            NotErased: the system said that it was done, and it was not.
            StillErasing: the system will have done it later.
            SourceFault: the system did not answer; whether something was done, `remaining` tells.
        """

    def resume(self, config: Config, whom: Whom, judge: Judge, approved: Iterable[Planned]) -> Iterator[Receipt]:
        """Go on with the plan `approved` after an attempt that ended early: where `remaining` names some, instead of `erase`.

        A system with transactions did all or nothing, and begins anew. One without goes on with what is left: a record that is
        not in `approved`, or no longer with the same ruling, stops it before anything more is touched. Receipts count what
        was done before, too.

        Raises:
            PlanChanged: what is left is not part of what was approved.
            NotErased, StillErasing, SourceFault: as `erase`.
        """
        yield from self.erase(config, whom, judge, digest_of(approved))

    @abstractmethod
    def remaining(self, config: Config, planned: Iterable[Planned]) -> Iterator[Left]:
        """Yield, read back by key, which of the planned deeds have not happened.

        Raises:
            SourceFault: the system did not answer.
        """

    def rehearse(self, config: Config, whom: Whom, judge: Judge) -> Iterator[Receipt]:
        """Do what a plan made now says, read it back, and take all of it back.

        Raises:
            CannotErase: the plan could not be carried out, or the system takes nothing back.
            NotErased, SourceFault: as `erase`.
        """
        del whom, judge
        raise CannotErase(Problem("no_rehearsal", config.name, "what this system has done cannot be taken back"))

    def deeds(self, config: Config, whom: Whom, judge: Judge) -> Iterator[Statement]:  # noqa: ARG002  # nothing to show
        """Yield what a plan made now would ask the system to change, in its own language; no value of a record stands there."""
        yield from ()

    def fixed(self, config: Config) -> Mapping[str, Mapping[str, str]]:  # noqa: ARG002  # nothing is known
        """Return by collection the described fields that the live system lets nobody overwrite, each with the reason."""
        return {}

    def besides(self, config: Config) -> Iterator[Problem]:  # noqa: ARG002  # nothing to tell
        """Yield what may happen to data besides what a plan says: triggers, records that hang on those that are described."""
        yield from ()


def digest_of(planned: Iterable[Planned]) -> bytes:
    """Return the SHA-256 of a plan: what becomes of which record, with what and why. The order of batches does not matter.

    Each (collection, ruling, how) has a digest of its keys as JSON, each with a comma and a blank behind it, in the order of the
    plan; the plan's is that of their sorted list.
    """
    return digest_of_texts((some, text_of(some.keys)) for some in planned)


BLOCK: Final = 200_000  # bytes
_BETWEEN: Final = b'"], ["'
_ENDS: Final = frozenset({"], [", "], "})


def text_of(keys: tuple[Key, ...]) -> bytes:
    """Return keys as they are digested."""
    return json.dumps(keys, ensure_ascii=True)[1:-1].encode() + b", " if keys else b""


def keys_of(text: bytes) -> tuple[Key, ...]:
    """Return what `text_of` has written. Where nothing is escaped, every quote begins or ends a value: no parser is needed."""
    if text and b"\\" not in text:
        apart = text.decode().split('"')
        values, between = apart[1::2], apart[2::2]
        width = next((place for place, sign in enumerate(between, start=1) if sign != ", "), 0)
        if width and len(values) % width == 0 and all(sign in _ENDS for sign in between[width - 1 :: width]):
            return tuple(zip(*[iter(values)] * width, strict=True))
    return tuple(map(tuple, json.loads(b"[" + text.removesuffix(b", ") + b"]")))


def blocks(text: bytes) -> Iterator[bytes]:
    """Yield what `text_of` has written in blocks of whole keys; where something is escaped, in one."""
    start = end = 0
    while b"\\" not in text and (end := text.find(_BETWEEN, max(end + 1, start + BLOCK))) >= 0:
        if text.count(b'"', start, end + 1) % 2 == 0:  # else it stands inside of a value
            yield text[start : end + 4]
            start = end + 4
    yield text[start:]


def digest_of_texts(planned: Iterable[tuple[Planned, bytes]]) -> bytes:
    """Return the digest of a plan of which the keys come as `text_of` would write them, and not in `Planned`."""
    parts: dict[str, hashlib._Hash] = {}
    for some, text in planned:
        parts.setdefault(_what(some), hashlib.sha256()).update(text)
    lines = sorted(f"{what}\t{running.hexdigest()}\n" for what, running in parts.items())
    return hashlib.sha256("".join(lines).encode()).digest()


def _what(some: Planned) -> str:
    ruling = some.ruling
    until = ruling.until.isoformat() if ruling.until else None
    parts = [some.collection, ruling.deed, ruling.reason, until, ruling.blanked, sorted(some.how.items())]
    return json.dumps(parts, ensure_ascii=True)

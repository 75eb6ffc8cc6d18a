"""A trail in memory as the product would export it, and fourteen ways to tamper with one.

Whoever tampers here may do anything in the database; some have stolen the signing key besides. Nobody has the anchors.
"""

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from requests_app.audit import heads
from requests_app.audit.signing import mark
from requests_app.audit.tree import EMPTY, Growing, leaf_hash
from requests_app.values import Actor

BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
SEALED, LOT, WAITING = 120, 8, 50
Line = dict[str, Any]
Lines = list[Line]


def entry(number: int, *, said: str = "as it was", at: int = 0) -> str:
    """Return an event as the database writes it."""
    by, dsr, facts = Actor("officer", f"officer:{number % 7}"), UUID(int=number), {"number": number, "said": said}
    when, signed = heads.written(BEGAN + timedelta(seconds=at or number)), mark("test.done", by, dsr, facts).hex()
    told = {
        "at": when, "dsr": str(dsr), "mark": signed,
        "name": by.name, "actor": by.kind, "event": number, "facts": facts, "action": "test.done",
    }  # fmt: skip
    return f"dsar-event/1 {json.dumps(told, ensure_ascii=False)}"


def genuine(entries: Iterable[str], waiting: Iterable[str] = ()) -> Lines:
    """Return the export of a trail in which `entries` were sealed lot by lot, and `waiting` not yet."""
    lines: Lines = [{"trail": "dsar-trail/1", "made_at": BEGAN.isoformat()}]
    growing, last = Growing(), (0, EMPTY)
    for text in entries:
        lines.append({"leaf": growing.size, "event": number_of(text), "hash": leaf_hash(text.encode()).hex(), "entry": text})
        list(growing.add(leaf_hash(text.encode())))
        if growing.size % LOT == 0:
            head = heads.signed(growing.size, growing.root(), BEGAN + timedelta(hours=growing.size), last)
            lines.append({"seal": head.told()})
            last = (growing.size, growing.root())
    lines += [{"unsealed": number_of(text), "entry": text} for text in waiting]
    return counted([*lines, {"end": {}}])


def number_of(text: str) -> int:
    return int(json.loads(text.partition(" ")[2])["event"])


def counted(lines: Lines) -> Lines:
    """Let the export say how much it holds, as one who knows how would."""
    end = {"leaves": 0, "seals": 0, "unsealed": 0}
    for line in lines:
        for kind, name in (("leaf", "leaves"), ("seal", "seals"), ("unsealed", "unsealed")):
            end[name] += kind in line
    lines[-1] = {"end": end}
    return lines


@dataclass(frozen=True)
class Ground:
    """A trail of which the head after every second lot was anchored."""

    texts: list[str] = field(default_factory=lambda: [entry(number) for number in range(1, SEALED + 1)])
    waiting: list[str] = field(default_factory=lambda: [entry(SEALED + 1 + number) for number in range(WAITING)])

    def lines(self) -> Lines:
        return genuine(self.texts, self.waiting)

    def anchors(self) -> list[dict[str, Any]]:
        return [line["seal"] for line in self.lines() if "seal" in line and line["seal"]["size"] % (2 * LOT) == 0]


GROUND: Final = Ground()
WHOLE: Final = GROUND.lines()
Tamper = Callable[[Lines, int], Lines]


def at(lines: Lines, place: int) -> int:
    """Return where the leaf of `place` stands."""
    return next(number for number, line in enumerate(lines) if line.get("leaf") == place)


def renumbered(lines: Lines) -> Lines:
    place = 0
    for line in lines:
        if "leaf" in line:
            line["leaf"], place = place, place + 1
    return counted(lines)


def put(line: Line, text: str, *, hashed: bool = True) -> None:
    line["entry"] = text
    if hashed:
        line["hash"] = leaf_hash(text.encode()).hex()


def edit(lines: Lines, place: int) -> Lines:
    line = lines[at(lines, place)]
    put(line, line["entry"].replace("as it was", "otherwise"), hashed=bool(place % 2))
    return lines


def swap(lines: Lines, place: int) -> Lines:
    one, other = lines[at(lines, place)], lines[at(lines, place + 1)]
    for name in ("entry", "event", "hash"):
        one[name], other[name] = other[name], one[name]
    return lines


def delete_middle(lines: Lines, place: int) -> Lines:
    del lines[at(lines, place)]
    return renumbered(lines) if place % 2 else counted(lines)


def delete_tail(lines: Lines, place: int) -> Lines:
    """Cut after the last whole lot before `place`, so that every hash and signature is right."""
    kept = [line for line in lines if line.get("leaf", 0) < place // LOT * LOT and "unsealed" not in line]
    return counted([line for line in kept if line.get("seal", {"size": 0})["size"] <= place // LOT * LOT])


def insert(lines: Lines, place: int) -> Lines:
    where, text = at(lines, place), entry(9000 + place)
    lines.insert(where, {"leaf": place, "event": 9000 + place, "hash": leaf_hash(text.encode()).hex(), "entry": text})
    return renumbered(lines)


def redate(lines: Lines, place: int) -> Lines:
    put(lines[at(lines, place)], entry(place + 1, at=5_000_000), hashed=bool(place % 2))
    return lines


def rehash(lines: Lines, place: int) -> Lines:
    """Edit, and make every hash from there on anew: with the old signatures, with a key of one's own, or with the stolen one."""
    texts = list(GROUND.texts)
    texts[place] = entry(place + 1, said="otherwise")
    anew = genuine(texts, GROUND.waiting)
    for line, old in zip(anew, lines, strict=True):
        if "seal" in line and place % 3 == 0:
            line["seal"]["signature"] = old["seal"]["signature"]
        elif "seal" in line and place % 3 == 1:
            resigned(line["seal"])
    return anew


def resigned(seal: Line) -> None:
    """Sign a seal with a key of one's own."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    seal["key"] = key.public_key().public_bytes_raw().hex()
    bare = {name: value for name, value in seal.items() if name not in {"format", "signature"}}
    seal["signature"] = key.sign(heads.Head(**bare).text()).hex()


def old_snapshot(lines: Lines, place: int) -> Lines:
    """The database as it was after a lot, with events that were not sealed then."""
    size = place // LOT * LOT
    return genuine(GROUND.texts[:size], GROUND.texts[size : size + place % LOT])


def fork(lines: Lines, place: int) -> Lines:
    """Other events from `place` on, sealed with the product's own key."""
    return genuine([*GROUND.texts[:place], *(entry(5000 + number) for number in range(place, SEALED))], GROUND.waiting)


def replay_head(lines: Lines, place: int) -> Lines:
    """An older head in the place of a newer one, or after it once more."""
    seals = [number for number, line in enumerate(lines) if "seal" in line]
    which = 1 + place % (len(seals) - 1)
    older = copy.deepcopy(lines[seals[which - 1]])
    if place % 2:
        lines[seals[which]] = older
    else:
        lines.insert(seals[which] + 1, older)
    return counted(lines)


def change_key(lines: Lines, place: int) -> Lines:
    seals = [line["seal"] for line in lines if "seal" in line]
    if place % 2:
        resigned(seals[place % len(seals)])
    else:
        seals[place % len(seals)]["key"] = "ab" * 32
    return lines


def edit_unsealed(lines: Lines, place: int) -> Lines:
    line = [line for line in lines if "unsealed" in line][place % WAITING]
    line["entry"] = line["entry"].replace('"officer:', '"officer:9').replace("as it was", "otherwise")
    return lines


def gap(lines: Lines, place: int) -> Lines:
    """Leave out a seal, or let the places go on after a leap."""
    if place % 2:
        seals = [number for number, line in enumerate(lines) if "seal" in line]
        del lines[seals[place % len(seals)]]
        return counted(lines)
    for line in lines[at(lines, place) :]:
        if "leaf" in line:
            line["leaf"] += 1
    return lines


def truncate(lines: Lines, place: int) -> Lines:
    """Nothing left at all, or what is left ends anywhere."""
    return counted([lines[0], lines[-1]]) if place % 5 == 0 else lines[: at(lines, place)]


TAMPERS: Final[Mapping[str, Tamper]] = MappingProxyType(
    {
        "edit a field": edit, "swap two": swap, "delete in the middle": delete_middle, "delete the tail": delete_tail,
        "insert": insert, "re-date": redate, "re-hash the whole": rehash, "restore an old snapshot": old_snapshot, "fork": fork,
        "replay a head": replay_head, "change the key": change_key, "edit what is not sealed yet": edit_unsealed,
        "leave a gap": gap, "truncate": truncate,
    }
)  # fmt: skip
ONLY_ANCHORS_TELL: Final = ("delete the tail", "restore an old snapshot", "fork")

#!/usr/bin/env python3
"""Check the audit trail, a certificate or a copy, offline: this file, Python 3.11 and the package `cryptography` are all it takes.

    verify.py trail EXPORT [--anchors FILE …]   every event, every seal, and every head that was anchored outside
    verify.py certificate FILE.zip              its files and signature, and the proof that its events are in the trail
    verify.py bundle FILE.zip                   the same of a copy
    verify.py proof FILE.json                   that events are in the tree of a head, or that one head continues another

`--key FILE.pem` (again for a second one): the public keys that may have signed, as the shop published them. Without, the first
key that is met is the only one allowed, and its fingerprint is printed for you to compare. `--anchors` takes files of heads (a line
each), certificates and copies. `--marks` also checks the mark of every sealed event (slow). `--known 17,18`: events whose wrong
mark somebody has looked into. The tree and its proofs are those of RFC 9162, section 2.1.

Exit code: 0 all is as it was sealed and signed; 1 something is not, the first thing is named; 2 it could not be checked.
"""

import argparse
import json
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

HEAD, EXPORT, EVENT, MARK = "dsar-trail-head/1", "dsar-trail/1", "dsar-event/1 ", "dsar-event-mark/1"
PROOFS, CONTINUES = "dsar-trail-proofs/1", "dsar-trail-continues/1"
PEM_END: Final = b"-----END PUBLIC KEY-----"
SEALED_WRONG: Final = '"action": "trail.mark_wrong"'
EMPTY: Final = sha256(b"").digest()


class Wrong(Exception):
    """Something is not as it was sealed or signed."""


class Unclear(Exception):
    """It is no file that can be checked."""


def is_signed(key: str, signature: str, text: bytes) -> bool:
    with suppress(InvalidSignature, ValueError):
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text)
        return True
    return False


@dataclass
class Keys:
    """The public keys that may have signed, as 64 hexadecimal digits; while none was given, the first that is met."""

    allowed: set[str] = field(default_factory=set)
    given: bool = False

    def verify(self, key: str, signature: str, text: bytes, what: str) -> None:
        """Raises: Wrong: `what` was signed with a key that is not allowed, or is not what was signed."""
        if key not in (self.allowed or {key}):
            raise Wrong(f"{what} is signed with another key: {key}")
        if not is_signed(key, signature, text):
            raise Wrong(f"{what} does not bear the signature of what it says")
        self.allowed.add(key)

    def verify_mark(self, said: dict[str, Any]) -> bool:
        if not self.allowed:
            raise Unclear("nothing in it names a key: give the published one with --key")
        told = [said["action"], said["dsr"], said["actor"], said["name"], said["facts"]]
        text = f"{MARK}\n{json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(',', ':'))}".encode()
        return any(is_signed(key, said["mark"] or "", text) for key in self.allowed)

    def note(self) -> str:
        """Return the SHA-256 of each public key (DER), as the shop publishes it."""
        public = [Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for key in sorted(self.allowed)]
        prints = [sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest() for key in public]
        told = "the keys that you gave" if self.given else "NOT COMPARED with a published key, which you should do now"
        return f"Signed with ({told}): {', '.join(prints) or 'nothing was signed'}"


def keys_of(files: Iterable[Path]) -> Keys:
    found = {raw(piece + PEM_END) for file in files for piece in file.read_bytes().split(PEM_END)[:-1]}
    return Keys(found, given=bool(found))


def raw(pem: bytes) -> str:
    with suppress(ValueError):
        key = load_pem_public_key(pem.strip() + b"\n")
        if isinstance(key, Ed25519PublicKey):
            return key.public_bytes_raw().hex()
    raise Unclear("that is no Ed25519 public key")


def text_of(head: dict[str, Any]) -> str:
    """Return what is signed of a head."""
    names = ("size", "root", "at", "previous_size", "previous_root", "key")
    return "".join(f"{line}\n" for line in (HEAD, *(f"{name.replace('_', '-')} {head[name]}" for name in names)))


def check_head(head: dict[str, Any], keys: Keys, what: str) -> tuple[int, bytes]:
    """Return size and root of a head whose signature is right."""
    try:
        if head["format"] != HEAD or not (0 <= head["previous_size"] < head["size"]):
            raise Wrong(f"{what} is no head")
        keys.verify(head["key"], head["signature"], text_of(head).encode(), what)
        return int(head["size"]), bytes.fromhex(head["root"])
    except (KeyError, TypeError, ValueError) as fault:
        raise Wrong(f"{what} is no head") from fault


def leaf_hash(entry: str) -> bytes:
    return sha256(b"\x00" + entry.encode()).digest()


def pair(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A tree that leaves are added to: no more than one hash for each binary digit of its size is kept."""

    size: int = 0
    stack: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        self.stack.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            self.stack[-2:] = [pair(*self.stack[-2:])]

    def root(self) -> bytes:
        root = self.stack[-1] if self.stack else EMPTY
        for left in self.stack[-2::-1]:
            root = pair(left, root)
        return root


def way(wanted: int, size: int, *, to_leaf: bool) -> tuple[int, list[bool]]:
    """Return where the leaf `wanted`, or the part that ends before it, begins; and from which side each turn up from it comes."""
    start, end, turns = 0, size, list[bool]()
    while end - start > 1 if to_leaf else end != wanted:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        turns.append(wanted >= middle if to_leaf else wanted > middle)
        start, end = (middle, end) if turns[-1] else (start, middle)
    return start, turns[::-1]


def is_included(leaf: bytes, place: int, head: tuple[int, bytes], path: list[bytes]) -> bool:
    """Whether `path` leads from the leaf at `place` to the root of the head."""
    if not 0 <= place < head[0] or len(path) != len(turns := way(place, head[0], to_leaf=True)[1]):
        return False
    for one, right in zip(path, turns, strict=True):
        leaf = pair(one, leaf) if right else pair(leaf, one)
    return leaf == head[1]


def is_continued(first: tuple[int, bytes], second: tuple[int, bytes], path: list[bytes]) -> bool:
    """Whether `path` shows that the tree of the second head begins with that of the first."""
    start, turns = way(first[0], second[0], to_leaf=False) if 0 < first[0] <= second[0] else (-1, [])
    if start < 0 or len(path) != len(turns) + (start > 0):
        return False
    old = new = first[1] if start == 0 else path[0]
    for one, right in zip(path[1:] if start else path, turns, strict=True):
        old, new = (pair(one, old), pair(one, new)) if right else (old, pair(new, one))
    return (old, new) == (first[1], second[1])


@dataclass
class Anchors:
    """By size of the tree: the root that was anchored, and where that stands. What a head says of the one before it counts too."""

    roots: dict[int, tuple[bytes, str]] = field(default_factory=dict)

    def add(self, head: dict[str, Any], keys: Keys, what: str) -> None:
        size, root = check_head(head, keys, what)
        for at, found in ((int(head["previous_size"]), bytes.fromhex(head["previous_root"])), (size, root)):
            known = self.roots.setdefault(at, (found, f"{what}, of {head['at']}"))
            if known[0] != found:
                raise Wrong(f"the trail was forked: {what} and {known[1]} give different roots for {at} events")

    def compare(self, size: int, root: bytes, where: str) -> None:
        """Raises: Wrong: another root was anchored for that many events."""
        if size in self.roots and self.roots[size][0] != root:
            raise Wrong(f"{where}, the trail is not the one whose head was anchored: {self.roots[size][1]}")


def anchors_of(files: Iterable[Path], keys: Keys) -> Anchors:
    anchors = Anchors()
    for file in files:
        for number, line in enumerate(heads_of(file), 1):
            anchors.add(line, keys, f"head {number} of {file.name}")
    return anchors


def heads_of(file: Path) -> Iterator[dict[str, Any]]:
    if file.suffix == ".zip":
        with ZipFile(file) as archive:
            yield parsed(archive.read("trail.json"))["head"]
        return
    with file.open("rb") as lines:
        yield from (parsed(line) for line in lines if line.strip())


def parsed(line: str | bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError) as fault:
        raise Wrong("a line is cut off, or no line of a trail") from fault


@dataclass
class Trail:
    """What was read of an export so far."""

    keys: Keys
    anchors: Anchors
    known: frozenset[int] = frozenset()
    marks: bool = False
    tree: Tree = field(default_factory=Tree)
    sealed: dict[str, Any] = field(default_factory=lambda: {"size": 0, "root": EMPTY.hex(), "at": ""})  # the last seal
    counted: Counter[str] = field(default_factory=Counter)  # lines of each kind

    def take(self, line: dict[str, Any]) -> None:
        kinds = {"leaf": self._leaf, "seal": self._seal, "stamp": self._stamp, "unsealed": self._unsealed, "end": self._end}
        kind = next((kind for kind in kinds if kind in line), "")
        if not kind or self.counted["end"]:
            raise Wrong(f"after leaf {self.tree.size - 1}: a line that has no place in a trail")
        if kind in {"unsealed", "end"} and self.sealed["size"] != self.tree.size:
            raise Wrong(f"no seal stands over {self._since()}")
        kinds[kind](line)
        self.counted[kind] += 1

    def _leaf(self, line: dict[str, Any]) -> None:
        place, event, entry = line["leaf"], line["event"], line["entry"]
        if place != self.tree.size:
            raise Wrong(f"leaf {self.tree.size} is missing: leaf {place} (event {event}) stands in its place")
        if entry is None:
            raise Wrong(f"leaf {place}: event {event} is gone")
        found = leaf_hash(entry)
        if found.hex() != line["hash"] or not entry.startswith(EVENT):
            raise Wrong(f"leaf {place}: event {event} does not say what it said when it was sealed")
        if SEALED_WRONG in entry or self.marks:
            self._look_into(json.loads(entry[len(EVENT) :]), place)
        self.tree.add(found)
        if self.tree.size in self.anchors.roots:
            self.anchors.compare(self.tree.size, self.tree.root(), f"among {self._since()}")

    def _look_into(self, said: dict[str, Any], place: int) -> None:
        event = said["facts"].get("event") if said["action"] == "trail.mark_wrong" else None
        if event is not None and event not in self.known:
            raise Wrong(f"event {event} was changed or put in before it was sealed: the sealer says so at leaf {place}")
        if self.marks and said["mark"] and said["event"] not in self.known and not self.keys.verify_mark(said):
            raise Wrong(f"leaf {place}: event {said['event']} does not bear its mark")

    def _since(self) -> str:
        return f"leaves {self.sealed['size']} to {self.tree.size - 1}"

    def _seal(self, line: dict[str, Any]) -> None:
        seal, what = line["seal"], f"the seal after leaf {self.tree.size - 1}"
        size, root = check_head(seal, self.keys, what)
        if size != self.tree.size:
            raise Wrong(f"{what} is that of {size} events: leaves are missing, or it was taken from another place")
        before = self.sealed["size"], self.sealed["root"]
        if (seal["previous_size"], seal["previous_root"]) != before or seal["at"] < self.sealed["at"]:
            raise Wrong(f"{what} does not follow the seal of {before[0]} events")
        if root != self.tree.root():
            raise Wrong(f"one of {self._since()} is not what was sealed there")
        self.anchors.compare(size, root, f"among {self._since()}")
        self.sealed = seal

    def _stamp(self, line: dict[str, Any]) -> None:
        """Whether the authority signed it is for `openssl ts -verify` to say."""
        stamp, head = line["stamp"], text_of(self.sealed)
        if stamp["head"] != head or sha256(head.encode()).digest() not in b64decode(stamp["token"]):
            raise Wrong(f"the time stamp after leaf {self.tree.size - 1} is not one of the seal before it")

    def _unsealed(self, line: dict[str, Any]) -> None:
        event, said = line["unsealed"], json.loads(line["entry"].removeprefix(EVENT))
        if event != said["event"] or (event not in self.known and not self.keys.verify_mark(said)):
            raise Wrong(f"event {event}, which is not sealed yet, does not bear the mark of what it says")

    def _end(self, line: dict[str, Any]) -> None:
        names = {"leaves": "leaf", "seals": "seal", "stamps": "stamp", "unsealed": "unsealed"}
        counted = {name: self.counted[kind] for name, kind in names.items()}
        if {"stamps": 0} | line["end"] != counted:
            raise Wrong(f"the export says that it holds {line['end']}; it holds {counted}")

    def close(self) -> str:
        """Raises: Wrong: the export ends too early, or a head of more events was anchored."""
        heads, longest, last = self.anchors.roots, max(self.anchors.roots, default=0), self.tree.size - 1
        if longest > self.tree.size:
            raise Wrong(f"the trail ends at leaf {last}, but {longest} events were anchored: {heads[longest][1]}")
        if not self.counted["end"]:
            raise Wrong(f"the export is cut off after leaf {last}")
        seen = f"{len(heads)} anchored heads" if heads else "NO ANCHORS: a shorter or a forked trail would not be seen"
        seen = f"{self.counted['stamp']} time stamps (ask `openssl ts` about each), {seen}" if self.counted["stamp"] else seen
        return f"{self.tree.size} events under {self.counted['seal']} seals, {self.counted['unsealed']} not sealed yet, {seen}"


def check_trail(lines: Iterable[str | bytes], trail: Trail) -> str:
    """Return what was found good in an export, read line by line."""
    every = iter(lines)
    if parsed(next(every, b"{}")).get("trail") != EXPORT:
        raise Unclear("that is no export of a trail")
    for line in every:
        try:
            trail.take(parsed(line))
        except (KeyError, TypeError, AttributeError, ValueError) as fault:
            raise Wrong(f"after leaf {trail.tree.size - 1}: a line lacks a word, or has a wrong one") from fault
    return trail.close()


def check_proofs(told: dict[str, Any], keys: Keys, anchors: Anchors) -> str:
    """Return what was proven by a file of proofs."""
    try:
        if told["format"] == CONTINUES:
            first, second = (check_head(told[name], keys, f"the {name} head") for name in ("first", "second"))
            if not is_continued(first, second, [bytes.fromhex(one) for one in told["path"]]):
                raise Wrong(f"the tree of {second[0]} events does not begin with that of {first[0]}")
            return f"the tree of {second[0]} events begins with that of {first[0]}"
        if told["format"] != PROOFS:
            raise Unclear("that is no file of proofs")
        size, root = check_head(told["head"], keys, "the head")
        for one in told["proofs"]:
            path = [bytes.fromhex(step) for step in one["path"]]
            if not is_included(leaf_hash(one["entry"]), one["place"], (size, root), path):
                raise Wrong(f"the entry at leaf {one['place']} is not in the tree of {size} events")
    except (KeyError, TypeError, ValueError) as fault:
        raise Unclear("that is no file of proofs") from fault
    anchors.compare(size, root, f"at {size} events")
    return f"{len(told['proofs'])} events are in the trail of {size} events that was sealed at {told['head']['at']}"


def check_archive(archive: ZipFile, keys: Keys, anchors: Anchors) -> Iterator[str]:
    """Yield what was found good: the manifest is signed, every file is as it says, and proven events are in the trail."""
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if lacking := {"manifest.json", "manifest.json.sig", "public-key.pem"} - set(names):
        raise Wrong(f"{min(lacking)} is missing")
    manifest = archive.read("manifest.json")
    keys.verify(raw(archive.read("public-key.pem")), archive.read("manifest.json.sig").hex(), manifest, "the manifest")
    members = {one["name"]: one["sha256"] for one in parsed(manifest)["members"]}
    expected = sorted([*members, "manifest.json", "manifest.json.sig"])
    if sorted(names) != expected:
        raise Wrong(f"files are missing, or too many: {', '.join(sorted(set(names) ^ set(expected))) or 'one stands in it twice'}")
    for name, digest in members.items():
        with archive.open(name) as member:
            if file_digest(member, "sha256").hexdigest() != digest:  # type: ignore[arg-type]  # its stubs lack `readinto`
                raise Wrong(f"{name} is not what was signed")
    yield f"{len(members)} files are as they were signed"
    if "trail.json" in members:
        told = parsed(archive.read("trail.json"))
        yield check_proofs(told, keys, anchors)
        for said in (json.loads(one["entry"].removeprefix(EVENT)) for one in told["proofs"]):
            yield f"  {said['at']}  {said['action']}  {json.dumps(said['facts'], ensure_ascii=False)}"


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("trail", "certificate", "bundle", "proof"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--anchors", type=Path, nargs="+", default=[])
    parser.add_argument("--key", type=Path, action="append", default=[])
    parser.add_argument("--marks", action="store_true")
    parser.add_argument("--known", type=lambda text: frozenset(int(one) for one in text.split(",")), default=frozenset())
    return parser.parse_args(given)


def checked(asked: argparse.Namespace, keys: Keys) -> Iterator[str]:
    anchors = anchors_of(asked.anchors, keys)
    if asked.what == "trail":
        with asked.file.open("rb") as lines:
            yield check_trail(lines, Trail(keys, anchors, asked.known, asked.marks))
    elif asked.what == "proof":
        yield check_proofs(parsed(asked.file.read_bytes()), keys, anchors)
    else:
        with ZipFile(asked.file) as archive:
            yield from check_archive(archive, keys, anchors)


def main(given: list[str] | None = None) -> int:
    asked = arguments(given)
    try:
        keys = keys_of(asked.key)
        code, said = 0, "GOOD: " + "\n".join([*checked(asked, keys), keys.note()])
    except Wrong as fault:
        code, said = 1, f"WRONG: {fault}"
    except (Unclear, OSError, BadZipFile, KeyError) as fault:
        code, said = 2, f"NOT CHECKED: {fault}"
    sys.stdout.write(f"{said}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())

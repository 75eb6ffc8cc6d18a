"""A Merkle tree that grows at its right end. RFC 9162, section 2.1 (the same tree as in RFC 6962).

Nothing here knows where hashes are kept: proofs ask for the hash of a range of leaves.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()
Range = Callable[[int, int], bytes]  # the hash of the leaves from the first number to before the second


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def split(width: int) -> int:
    """Return the largest power of two below `width`, which is at least 2."""
    return 1 << (width - 1).bit_length() - 1


def hash_of(leaves: Sequence[bytes]) -> bytes:
    """Return the hash of a whole tree whose leaves are hashed already."""
    growing = Growing()
    for one in leaves:
        for _node in growing.add(one):
            pass
    return growing.root()


class Growing:
    """What must be known of a tree to add to it: the hashes of its complete parts, of which there are at most log2(size)."""

    def __init__(self, size: int = 0, parts: Sequence[bytes] = ()) -> None:
        self.size, self._parts = size, list(parts)

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add a leaf, and yield each part that it completes: its height, its place among those of its height, its hash."""
        at, height = self.size, 0
        while at & 1:
            leaf = node_hash(self._parts.pop(), leaf)
            at, height = at >> 1, height + 1
            yield height, at, leaf
        self._parts.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._parts:
            return EMPTY
        *rest, root = self._parts
        for part in reversed(rest):
            root = node_hash(part, root)
        return root


def parts(size: int) -> Iterator[tuple[int, int]]:
    """Yield the complete parts of a tree of `size` leaves, from the left: their first leaf and the one after their last."""
    at = 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            yield at, at + (1 << height)
            at += 1 << height


def inclusion(index: int, size: int, kept: Range) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the tree of `size` leaves. RFC 9162, section 2.1.3.1."""
    start, end, path = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(kept(middle, end))
            end = middle
        else:
            path.append(kept(start, middle))
            start = middle
    return path[::-1]


def consistency(first: int, second: int, kept: Range) -> list[bytes]:
    """Return the hashes by which the tree of `second` leaves begins with that of `first`, which is not 0. RFC 9162, 2.1.4.1."""
    start, end, path = 0, second, list[bytes]()
    while first != end:
        middle = start + split(end - start)
        if first <= middle:
            path.append(kept(middle, end))
            end = middle
        else:
            path.append(kept(start, middle))
            start = middle
    return [*([kept(start, end)] if start else []), *path[::-1]]

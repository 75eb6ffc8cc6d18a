"""The tree is that of RFC 9162: its published vectors, and another implementation of it, say the same (T-11.01)."""

import random
from hashlib import sha256

import pytest
from pymerkle import InmemoryTree

from requests_app.audit.tree import EMPTY, Growing, consistency, hash_of, inclusion, leaf_hash, parts
from tools import verify

pytestmark = pytest.mark.threat("11.01")
TREES = 60  # a sample; ten thousand take a minute
LARGEST = 300
# The inputs and roots by which implementations of Certificate Transparency compare themselves.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_published_roots_come_out() -> None:
    leaves = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]

    assert [hash_of(leaves[: size + 1]).hex() for size in range(len(leaves))] == ROOTS
    assert hash_of([]) == EMPTY == sha256(b"").digest()


@pytest.mark.parametrize("seed", range(TREES))
def test_another_implementation_agrees_on_root_inclusion_and_consistency(seed: int) -> None:
    chance = random.Random(seed)
    size = chance.randint(1, LARGEST)
    entries = [chance.randbytes(chance.randint(0, 40)) for _ in range(size)]
    leaves = [leaf_hash(one) for one in entries]
    theirs = InmemoryTree(algorithm="sha256")
    for one in entries:
        theirs.append_entry(one)
    place, first = chance.randrange(size), chance.randint(1, size)
    head = (size, hash_of(leaves))

    def kept(start: int, end: int) -> bytes:
        return hash_of(leaves[start:end])

    assert theirs.get_root() == head[1]
    path = inclusion(place, size, kept)
    told = theirs.prove_inclusion(place + 1, size)  # they count from one
    told.verify(leaves[place], head[1], index=place + 1, size=size)
    assert told.serialize()["path"] == [one.hex() for one in [leaves[place], *path]]
    assert verify.is_included(leaves[place], place, head, path)

    older = (first, hash_of(leaves[:first]))
    continued = consistency(first, size, kept)
    theirs.prove_consistency(first, size).verify(older[1], head[1], prior_size=first, later_size=size)
    assert verify.is_continued(older, head, continued)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21])
def test_a_proof_of_anything_else_is_refused(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    head, other = (size, hash_of(leaves)), leaf_hash(b"other")

    def kept(start: int, end: int) -> bytes:
        return hash_of(leaves[start:end])

    for place in range(size):
        path = inclusion(place, size, kept)
        assert verify.is_included(leaves[place], place, head, path)
        assert not verify.is_included(other, place, head, path)
        assert not verify.is_included(leaves[place], place, (size, other), path)
        assert not verify.is_included(leaves[place], place, head, [*path, other])
        assert not verify.is_included(leaves[place], size, head, path)
        assert not any(verify.is_included(leaves[place], at, head, path) for at in range(size) if at != place)
    for first in range(1, size):
        older, path = (first, hash_of(leaves[:first])), consistency(first, size, kept)
        assert verify.is_continued(older, head, path)
        assert not verify.is_continued((first, other), head, path)
        assert not verify.is_continued(older, (size, other), path)
        assert not verify.is_continued(older, head, path[:-1])
        assert not verify.is_continued(head, older, path)


def test_what_grows_needs_no_more_than_its_complete_parts() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(200)]
    for size in range(1, 200):
        whole = Growing(size, [hash_of(leaves[start:end]) for start, end in parts(size)])
        assert whole.root() == hash_of(leaves[:size])
        list(whole.add(leaves[size]))
        assert whole.root() == hash_of(leaves[: size + 1])

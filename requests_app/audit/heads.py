"""A signed head of the tree: what is kept in a seal, anchored outside and carried by certificates."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from requests_app.audit.models import TrailSeal
from requests_app.audit.signing import key_id, signer

FORMAT: Final = "dsar-trail-head/1"


@dataclass(frozen=True, slots=True)
class Head:
    """The tree of `size` events has `root`; before it there was the tree of `previous_size` events with `previous_root`.

    `at` is a moment in UTC as it is signed; hashes, key and signature are hexadecimal.
    """

    size: int
    root: str
    at: str
    previous_size: int
    previous_root: str
    key: str
    signature: str = ""

    def text(self) -> bytes:
        """Return what is signed: the format, then one line for each word; the last one ends with a line feed too."""
        told = {
            "size": self.size, "root": self.root, "at": self.at, "previous-size": self.previous_size,
            "previous-root": self.previous_root, "key": self.key,
        }  # fmt: skip
        return "".join(f"{line}\n" for line in (FORMAT, *(f"{name} {value}" for name, value in told.items()))).encode()

    def told(self) -> dict[str, Any]:
        return {"format": FORMAT} | asdict(self)


def signed(size: int, root: bytes, at: datetime, previous: tuple[int, bytes]) -> Head:
    """Return the head of a tree, signed with the key of this product."""
    bare = Head(size, root.hex(), written(at), previous[0], previous[1].hex(), key_id())
    return Head(bare.size, bare.root, bare.at, bare.previous_size, bare.previous_root, bare.key, signer().sign(bare.text()).hex())


def of(seal: TrailSeal) -> Head:
    return Head(
        seal.size, bytes(seal.root).hex(), written(seal.at), seal.previous_size, bytes(seal.previous_root).hex(), seal.key,
        bytes(seal.signature).hex(),
    )  # fmt: skip


def latest() -> Head | None:
    """Return the newest head, if anything was sealed yet."""
    seal = TrailSeal.objects.order_by("-size").first()
    return of(seal) if seal else None


def written(at: datetime) -> str:
    """Return a moment of the database, which is UTC, to the microsecond."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"

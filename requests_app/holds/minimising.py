"""What of a kept record stays, and which fields are overwritten: a duty covers what its profile keeps, all else goes."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from requests_app import schema
from requests_app.connectors.base import CollectionInfo, FieldInfo
from requests_app.duties.base import Word
from requests_app.duties.shelf import profiles

WORDS: Final = Path(__file__).with_name("categories.yaml")
REFERENCE: Final = "reference"
_PERSONAL: Final = "user"
# Records that are made because a law wants them: nothing of them is struck out (Regulation (EU) 2024/1624 Art. 77 forbids it).
_WHOLE: Final = frozenset({"record_as_is", "cdd_copies_unredacted", "statutory_register_fields_only"})


@cache
def words() -> Mapping[str, tuple[str, ...]]:
    """Return the profiles' words for each data category.

    Raises:
        BadFile: names each mistake.
    """
    found: Mapping[str, tuple[Word, ...]] = schema.read(Mapping[str, tuple[Word, ...]], WORDS)
    return found


def words_of(category: str) -> tuple[str, ...]:
    """Return the words for a category: its own, else those of the nearest one above it."""
    known, name = words(), category
    while name and name not in known:
        name = name.rpartition(".")[0]
    return known.get(name, ())


def is_whole(profile: str) -> bool:
    """Tell whether a profile keeps a record as it is."""
    return not _WHOLE.isdisjoint(profiles()[profile].keep)


def blanked(collection: CollectionInfo, under: Collection[str], needed: Collection[str] = ()) -> tuple[str, ...]:
    """Return the fields that are overwritten while the record is kept under the profiles `under`, sorted.

    Keys, references and the fields `needed` (a later ruling depends on them) stay, and so does what is described as another
    person's: nobody's data goes because of somebody else's request. What is of both goes, and so does a secret: no law needs one.
    """
    if any(map(is_whole, under)):
        return ()
    kept = frozenset({REFERENCE, *needed}.union(*(profiles()[name].keep for name in under)))
    secrets = (field.name for field in collection.secrets if field.name not in needed and not field.is_key)
    return tuple(sorted([*secrets, *(name for field in collection.fields for name in _blanked(field, kept))]))


def _blanked(field: FieldInfo, kept: frozenset[str]) -> Iterator[str]:
    parts = [name for part in field.parts for name in _blanked(part, kept)]
    if field.parts and len(parts) < len(field.parts):
        yield from parts
    elif (field.parts or _goes(field, kept)) and field.name not in kept and not field.is_key:
        yield field.name


def _goes(field: FieldInfo, kept: frozenset[str]) -> bool:
    personal = [category for category in field.categories if category.split(".")[0] == _PERSONAL]
    stays = {field.keep_as} if field.keep_as else {word for category in personal for word in words_of(category)}
    return bool(personal) and field.about != "other" and kept.isdisjoint(stays)

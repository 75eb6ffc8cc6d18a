"""Finding words in one collection: the records are read as they stand, a stretch at a time."""

import json
from dataclasses import dataclass
from typing import Final

from requests_app.collection.models import Part
from requests_app.vault import services as vault

STRETCH: Final = 20_000  # records that one search reads


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of records, from 0, that hold what was sought, and where to go on; None at the end."""

    numbers: tuple[int, ...]
    go_on: int | None


def find(part: Part, sought: str, *, first: int, count: int) -> Found:
    """Return at most `count` records from number `first` on that hold `sought`, in whatever case it is written.

    Raises:
        Unreadable, Missing, Away: what was collected cannot be read.
    """
    needle = json.dumps(sought, ensure_ascii=False)[1:-1].casefold()
    numbers: list[int] = []
    with vault.reading(part.file) as reader:
        for number, record in enumerate(reader.records(first, STRETCH), first):
            if needle in record.decode().casefold():
                numbers.append(number)
                if len(numbers) == count:
                    return Found(tuple(numbers), number + 1 if number + 1 < part.records else None)
    end = first + STRETCH
    return Found(tuple(numbers), end if end < part.records else None)


def records(part: Part, numbers: tuple[int, ...]) -> list[tuple[int, bytes]]:
    """Return the text of records by their numbers, in order."""
    with vault.reading(part.file) as reader:
        return [(number, record) for number in numbers for record in reader.records(number, 1)]

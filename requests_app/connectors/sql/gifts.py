"""Values that another system has, on their way into a search: a few travel in the statement, more through a temporary table."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Final

from requests_app.connectors.base import Given, Pointer

FEW: Final = 2000  # values of all pointers together that travel in a statement
BATCH: Final = 1000  # values of one insertion
TABLE: Final = "dsar_given"


class Gifts:
    """The given values, read once: of more than `FEW` no more than a batch is ever held."""

    def __init__(self, given: Given) -> None:
        self.pointers = tuple(given)
        source = ((number, value) for number, pointer in enumerate(self.pointers) for value in given[pointer]())
        few = list(islice(source, FEW + 1))
        self.are_many = len(few) > FEW
        self._few, self._source = few, source

    def batches(self) -> Iterator[list[tuple[int, str]]]:
        """Yield number of the pointer and value, for the temporary table; once."""
        source = chain(self._few, self._source)
        while batch := list(islice(source, BATCH)):
            yield batch

    def parameters(self) -> Mapping[str, str]:
        """Return the parameters of the statements: for each pointer its values, as the text of a JSON array."""
        if self.are_many:
            return {}
        return {
            f"given_{number}": json.dumps([value for at, value in self._few if at == number])
            for number in range(len(self.pointers))
        }

    def number(self, pointer: Pointer) -> int:
        return self.pointers.index(pointer)

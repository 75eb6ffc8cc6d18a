"""A system that no program reaches: a dataset file says what it holds, and a person looks there.

It stands outside the catalogue, whose entries answer when they are asked. Nothing is found here, and nothing is missed.
"""

from collections.abc import Collection, Iterator
from typing import Final

from requests_app.connectors.base import (
    NOTHING,
    Attachment,
    BadDescription,
    Batch,
    Candidate,
    Config,
    Connector,
    Given,
    Health,
    Inventory,
    Pointer,
)
from requests_app.connectors.sql.opening import described
from requests_app.values import Identity, Root


class People(Connector):
    """What is described may be asked of a person; the person is asked elsewhere."""

    def check(self, config: Config, supplied: Collection[Pointer] = ()) -> Health:  # noqa: ARG002  # nothing leads here
        try:
            described(config)
        except BadDescription as fault:
            return Health(fault.problems)
        return Health(())

    def inventory(self, config: Config) -> Inventory:
        return described(config).inventory()

    def candidates(self, config: Config, identity: Identity) -> Iterator[Candidate]:  # noqa: ARG002  # nobody to ask
        yield from ()

    def find(
        self, config: Config, identity: Identity, roots: tuple[Root, ...], given: Given = NOTHING,  # noqa: ARG002  # nobody to ask
    ) -> Iterator[Batch | Attachment]:  # fmt: skip
        yield from ()


PEOPLE_ENTRY: Final = People()

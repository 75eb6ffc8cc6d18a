"""Who a system says that its records are about: every value that names a person, asked for nobody in particular."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from requests_app.connectors.base import Config
from requests_app.values import Claim, Root


@dataclass(frozen=True, slots=True)
class Named:
    """A record that names a person by `claim`. `since`: the day on which it was collected, where the description tells it."""

    root: Root
    claim: Claim
    since: date | None = None


class Namer(ABC):
    """A connector that can also read out all who are named in a system, as a stream."""

    @abstractmethod
    def named(self, config: Config) -> Iterator[Named]:
        """Yield every value of every identity of every record, in no order, with memory that does not grow.

        Values in lists or inside a column are left out.

        Raises:
            SourceFault: the system did not answer, or not whole.
        """

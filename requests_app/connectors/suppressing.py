"""What rooms and connectors say to each other about refusing: a person and channels go in, what was stopped is read back."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from requests_app.connectors.base import Config, Problem, SourceFault
from requests_app.values import Claim, Identity


class Channel(StrEnum):
    """A way in which somebody is reached, or in which data is used or passed on, and that can be refused by itself."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"
    FAX = "fax"
    CONTESTS = "contests"
    AD_PARTNERS = "ad_partners"
    SALE = "sale"
    TARGETED_ADVERTISING = "targeted_advertising"
    PROFILING = "profiling"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What one rule of a description came to: of `records` found, `changed` were switched off now; none is left, as read back."""

    collection: str
    channel: Channel
    records: int
    changed: int


class CannotSuppress(SourceFault):
    """The system refuses what the description says. Nothing was changed."""

    code = "cannot_suppress"
    passing = False

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.where}: {problem.message}" for problem in problems[:5]))


class NotSuppressed(SourceFault):
    """The system said that it was done, and what was read back says that it was not."""

    code = "not_suppressed"


class Suppressor(ABC):
    """A connector that can also switch channels off. One that is none leaves that to a person."""

    @abstractmethod
    def suppressible(self, config: Config) -> frozenset[Channel]:
        """Return the channels that the description says how to switch off. Asks nothing of the system.

        Raises:
            BadDescription: the description cannot be used.
        """

    @abstractmethod
    def reaches(self, config: Config) -> frozenset[Channel] | None:
        """Return the channels by which the system reaches people or passes data on; None where the description does not say.

        Raises:
            BadDescription: the description cannot be used.
        """

    @abstractmethod
    def suppress(self, config: Config, identity: Identity, channels: Collection[Channel]) -> Iterator[Stopped]:
        """Switch `channels` off wherever a claim of `identity` meets, and read it back. What is off already stays as it is.

        Raises:
            CannotSuppress: the system refuses it; nothing was changed.
            NotSuppressed: it says that it was done, and it was not.
            SourceFault: the system did not answer.
        """

    def reached(self, config: Config) -> Iterator[tuple[Channel, Claim]]:  # noqa: ARG002  # most systems do not list everybody
        """Yield each address that the system would still use, with the channel: for what an import brings back.

        Raises:
            SourceFault: the system did not answer.
        """
        yield from ()

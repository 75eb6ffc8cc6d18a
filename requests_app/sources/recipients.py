"""Who is sent which data for which purposes, as the descriptions say: of one answer, or of a whole shop."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from requests_app.brands.models import Brand
from requests_app.connectors.base import CollectionInfo, FieldInfo, Purpose, Recipient, Words
from requests_app.sources.models import Source
from requests_app.sources.services import described
from requests_app.values import Side


@dataclass(frozen=True, slots=True)
class Sent:
    """What one recipient is sent of one collection: single fields where it is not all of them."""

    title: Words
    fields: tuple[FieldInfo, ...]
    is_all: bool
    purposes: tuple[Purpose, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(category for one in self.fields for category in one.categories))


@dataclass(frozen=True, slots=True)
class Given:
    """All that one recipient is sent."""

    recipient: Recipient
    sent: tuple[Sent, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(category for one in self.sent for category in one.categories))

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        named = [purpose for one in self.sent for purpose in one.purposes]
        return tuple(one for at, one in enumerate(named) if one not in named[:at])


def given(infos: Iterable[CollectionInfo]) -> tuple[Given, ...]:
    """Return for each recipient what it is sent of these collections; one that is sent nothing is not in it."""
    found: list[tuple[Recipient, list[Sent]]] = []
    for info in infos:
        for recipient, sent in _sent(info):
            known = next((parts for one, parts in found if one == recipient), None)
            if known is None:
                found.append((recipient, known := []))
            known.append(sent)
    return tuple(Given(recipient, tuple(parts)) for recipient, parts in found)


def shared(brand: Brand) -> tuple[Given, ...]:
    """Return who is sent what of the customers' data of a shop, as far as its descriptions can be read."""
    sources = Source.objects.searched().of(brand, Side.CUSTOMERS).order_by("pk")
    return given(info for source in sources for info in described(source).values())


def _sent(info: CollectionInfo) -> Iterator[tuple[Recipient, Sent]]:
    for recipient in info.receivers:
        if fields := info.sent_to(recipient):
            purposes = [purpose for one in fields for purpose in one.purposes or info.purposes]
            distinct = tuple(one for at, one in enumerate(purposes) if one not in purposes[:at])
            whole = len(fields) == len(info.fields) + len(info.withheld)
            yield recipient, Sent(info.title, fields, whole, distinct)

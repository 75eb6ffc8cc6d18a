"""What a dataset names once, and its collections and fields refer to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from requests_app.connectors.base import Origin, OriginKind, Purpose, Recipient, Role, Words
from requests_app.connectors.sql.places import Place

LEGAL_BASES: Final = ("consent", "contract", "legal_obligation", "vital_interest", "public_task", "legitimate_interest")


@dataclass(frozen=True, slots=True)
class Named:
    """What a dataset names once, and what holds for all of its collections."""

    purposes: Mapping[str, Purpose]
    recipients: Mapping[str, Recipient]
    origins: Mapping[str, Origin]
    retention: Mapping[str, Words]
    key: str
    categories: tuple[str, ...]
    namespace: Place

    @classmethod
    def read(cls, ours: Place, key: str, categories: tuple[str, ...], namespace: Place) -> "Named":
        return cls(
            {name: _purpose(at) for name, at in ours.get("purposes").pairs()},
            {name: _recipient(at) for name, at in ours.get("recipients").pairs()},
            {name: _origin(at) for name, at in ours.get("origins").pairs()},
            {name: at.words() for name, at in ours.get("retention").pairs()},
            key,
            categories,
            namespace,
        )

    def purposes_at(self, ours: Place) -> tuple[Purpose, ...]:
        return tuple(self.purposes[key] for key in _refer(ours.get("purposes"), self.purposes))

    def recipients_at(self, ours: Place) -> tuple[Recipient, ...]:
        return tuple(self.recipients[key] for key in _refer(ours.get("recipients"), self.recipients))

    def origins_at(self, ours: Place) -> tuple[Origin, ...]:
        return tuple(self.origins[key] for key in _refer(ours.get("origins"), self.origins))

    def retention_at(self, ours: Place) -> Words:
        at = ours.get("retention_class")
        return self.retention[at.text()] if _known(at, self.retention) else {"en": ""}


def _purpose(place: Place) -> Purpose:
    place.only("title", "legal_basis")
    place.get("legal_basis").needed()
    return Purpose(place.get("title").words(), place.get("legal_basis").one_of(*LEGAL_BASES))


def _recipient(place: Place) -> Recipient:
    place.only("name", "category", "country", "safeguard", "email", "address", "role", "own_marketing", "since", "until")
    role = place.get("role").one_of("", *Role)
    return Recipient(
        place.get("name").words(),
        place.get("category").needed(),
        place.get("country").text(),
        place.get("safeguard").text(),
        place.get("email").text(),
        place.get("address").text(),
        Role(role) if role else None,
        place.get("own_marketing").flag(),
        _day(place.get("since")),
        _day(place.get("until")),
    )


def _day(place: Place) -> date | None:
    text = place.text()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        place.wrong("must be a day: 2026-11-22")
        return None


def _origin(place: Place) -> Origin:
    return Origin(place.words(besides="kind"), OriginKind(place.get("kind").one_of(*OriginKind)))


def _refer(place: Place, known: Mapping[str, object]) -> Iterator[str]:
    return (item.text() for item in place.items() if _known(item, known))


def _known(place: Place, known: Mapping[str, object]) -> bool:
    if place and place.text() not in known:
        place.wrong(f"`{place.text()}` is not named at the dataset")
    return place.text() in known

"""How many refusals a shop has, and by which door they came: counts, and nothing of anybody."""

from dataclasses import dataclass

from django.db.models import Count, Q

from requests_app.brands.models import Brand
from requests_app.optouts.models import Door, Suppression


@dataclass(frozen=True, slots=True)
class Figures:
    """`addresses` on the list, `entries` over all channels, and how many entries came by each door."""

    addresses: int
    entries: int
    by_door: tuple[tuple[str, int], ...]


def figures(brand: Brand) -> Figures:
    """Return the figures of one shop, in one query."""
    standing = Suppression.objects.filter(brand=brand, lifted_at=None)
    doors = {f"door_{door.value}": Count("pk", Q(door=door)) for door in Door}
    found: dict[str, int] = standing.aggregate(addresses=Count("digest", distinct=True), entries=Count("pk"), **doors)
    return Figures(found["addresses"], found["entries"], tuple((str(door.label), found[f"door_{door.value}"]) for door in Door))

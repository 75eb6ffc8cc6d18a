"""Overwriting by data category: a judge that asks no law, for trying a system and for files made elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from requests_app.connectors.base import Config, FieldInfo, Inventory, SourceFault
from requests_app.connectors.erasing import Deed, Facts, Judge, Ruling
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.reading import describe

REASON = "categories"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A field of the categories that stays as it is: `field` as `collection.field`, and `why`.

    `rightly`: it is no data of the person who is meant.
    """

    field: str
    why: str
    rightly: bool = False


@dataclass(frozen=True, slots=True)
class ByCategory(Judge):
    """A judge: fields of some data categories, and of those below, are overwritten in every record; no record goes.

    A record of a collection whose file gives it the strategy `delete` goes whole. `left` are the fields that stay all the same.
    """

    rulings: Mapping[str, Ruling]
    left: tuple[LeftOut, ...]

    def __call__(self, collection: str, facts: Facts) -> Ruling:
        del facts
        return self.rulings[collection]


def by_category(
    config: Config, inventory: Inventory, categories: Sequence[str], fixed: Mapping[str, Mapping[str, str]]
) -> ByCategory:
    """Return the judge for a system as its file describes it; a category is met by whole dotted parts.

    `fixed` are the fields that the live system lets nobody overwrite, each with the reason.
    """
    described = _described(config)
    rulings: dict[str, Ruling] = {}
    left: list[LeftOut] = []
    for info in inventory.collections:
        met = chain.from_iterable(_met(field, categories) for field in (*info.fields, *info.secrets))
        wanted = list(chain.from_iterable(_apart(field, described.get(info.name)) for field in met))
        other = chain.from_iterable(_met(field, categories) for field in info.withheld)
        left += [LeftOut(f"{info.name}.{field.name}", "it is about somebody else", rightly=True) for field in other]
        collection = described.get(info.name)
        if wanted and collection and collection.masking and collection.masking.strategy == "delete":
            rulings[info.name] = Ruling(Deed.ERASE, REASON)
            continue
        own = fixed.get(info.name, {})
        why = {field.name: own.get(field.name) or _why(field, collection) for field in wanted}
        left += [LeftOut(f"{info.name}.{name}", reason) for name, reason in why.items() if reason]
        rulings[info.name] = Ruling(Deed.BLANK, REASON, None, tuple(sorted(name for name, reason in why.items() if not reason)))
    return ByCategory(rulings, tuple(left))


def is_below(category: str, wanted: Sequence[str]) -> bool:
    """Tell whether a category is one of `wanted` or below one: `user.name` has nothing to do with `user.name_day`."""
    return any(category == one or category.startswith(one + ".") for one in wanted)


def _met(field: FieldInfo, categories: Sequence[str]) -> Iterator[FieldInfo]:
    """Yield the field, or those inside it, that are of the categories."""
    if not field.parts:
        if any(is_below(own, categories) for own in field.categories):
            yield field
        return
    inside = list(chain.from_iterable(_met(part, categories) for part in field.parts))
    yield from (field,) if inside == list(field.parts) else inside


def _apart(field: FieldInfo, collection: Collection | None) -> Iterator[FieldInfo]:
    """Yield an object's parts where one of them has a strategy of its own; else the field."""
    own = _field(field, collection)
    if own and any(part.masking for one in own.parts for part in one.every()):
        for part in field.parts:
            yield from _apart(part, collection)
    else:
        yield field


def _why(field: FieldInfo, collection: Collection | None) -> str:
    """Say why a field stays; empty where it does not."""
    own = _field(field, collection)
    if field.is_key or (own and collection and any(own.column == key.column for key in collection.key)):
        return "it is part of the key by which the record is known"
    if own is None:
        return ""
    inside = list(own.every())
    if any(one.read_only for one in inside):
        return "the file says that it is read only"
    above = [collection.field(".".join(own.path[:length])) for length in range(1, len(own.path))] if collection else []
    if any(one.info.data_type.endswith("[]") for one in above):
        return "it stands in each object of a list, of which only the whole can be overwritten"
    return "the file says `preserve`" if any(one.masking and one.masking.strategy == "preserve" for one in inside) else ""


def _field(field: FieldInfo, collection: Collection | None) -> Field | None:
    return collection.field(field.name) if collection and collection.has(field.name) else None


def _described(config: Config) -> Mapping[str, Collection]:
    """What the file says besides, where it is one of a SQL system."""
    try:
        return {one.name: one for one in describe(config.description, config.options.get("dataset", "")).collections}
    except SourceFault:
        return {}

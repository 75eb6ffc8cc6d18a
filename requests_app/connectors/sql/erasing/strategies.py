"""How a field is overwritten: as its file says, or else as the live column allows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from requests_app.connectors.base import Problem
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.erasing.facts import TableFacts
from requests_app.connectors.sql.erasing.fideslang import DELETE, EMPTY, NULL, RANDOM, TEXT, Mask, Unmaskable, cut, said
from requests_app.connectors.sql.speech import Column, fits
from requests_app.connectors.sql.text import Family

KEY: Final = "it is a key: records are told apart, or others point here, by it"
TAKEN_WHOLE: Final = "`return_all_elements: true` says that all of it is the person's"
MARK: Final = "erased-"
_LEAST_UNIQUE: Final = 8  # hexadecimal digits that two records hardly share
_ANY_TEXT: Final = frozenset({Family.TEXT, Family.OTHER, Family.BINARY})
_EMPTY_LIST: Final = Mask(EMPTY)


def mask_of(collection: Collection, field: Field, column: Column, facts: TableFacts) -> Mask:
    """Return how a field of a live column is overwritten.

    Raises:
        Unmaskable: it cannot be, or not as the file says.
    """
    _writable(collection, field, column, facts)
    masking = field.masking or (collection.masking if collection.masking and collection.masking.strategy != DELETE else None)
    mask = said(masking, field) if masking else _default(field, column, facts)
    return _inside(mask, field) if len(field.path) > 1 else _fitted(mask, column, facts)


def _writable(collection: Collection, field: Field, column: Column, facts: TableFacts) -> None:
    live = facts.columns.get(column.name)
    if field.read_only:
        raise Unmaskable("read_only", "the file says that it is read only")
    if is_key(collection, field, column, facts):
        raise Unmaskable("is_key", KEY)
    if several := next(of_several(field), None):
        raise Unmaskable("inside_list", f"`{several.name}` is a list in which other persons may stand: {TAKEN_WHOLE}")
    if live and live.fixed == "generated":
        raise Unmaskable("generated", "the system computes it from other columns: overwrite those")
    if live and live.fixed:
        raise Unmaskable("no_right", "the account may not update it")


def _default(field: Field, column: Column, facts: TableFacts) -> Mask:
    """NULL where it may be; else a text: empty, or one of its own where no two may be alike."""
    live, text = facts.columns.get(column.name), column.family is Family.TEXT
    unique = facts.unique_in(column.name)
    if len(field.path) > 1:
        return _EMPTY_LIST if field.info.data_type.endswith("[]") else Mask(NULL)
    if (live is None or live.nullable) and not any(one.nulls for one in unique):
        return Mask(NULL)
    if unique and text:
        return Mask(RANDOM, length=16, lead=MARK)
    if not unique and (field.parts or column.family is Family.JSON or field.info.data_type.endswith("[]")):
        return Mask(TEXT, "{}" if _is_braced(field, column) else "[]")
    if not unique and (text or column.family is Family.BINARY):
        return Mask(TEXT, "")
    said = "no two may be alike" if unique else "it may not be NULL"
    raise Unmaskable("not_null", f"{said}, and nothing says what {column.declared} shall hold: give it a `string_rewrite`")


def _is_braced(field: Field, column: Column) -> bool:
    """An object, or an array as PostgreSQL writes them."""
    return column.family is Family.OTHER or not field.info.data_type.endswith("[]")


def _inside(mask: Mask, field: Field) -> Mask:
    if mask.kind not in {NULL, EMPTY} and field.info.data_type.removesuffix("[]") not in {"", "string"}:
        raise Unmaskable("strategy", f"a text would stand where {field.info.data_type} is described")
    return mask


def _fitted(mask: Mask, column: Column, facts: TableFacts) -> Mask:
    """Return the mask as the live column takes it."""
    live, unique = facts.columns.get(column.name), facts.unique_in(column.name)
    if mask.kind == NULL:
        if live and not live.nullable:
            raise Unmaskable("not_null", "`null_rewrite`: it may not be NULL")
        return mask
    if any(column.name in one.columns for one in facts.outgoing):
        raise Unmaskable("foreign_key", "it points at another record: it can be NULL, or what is there")
    if mask.kind == TEXT:
        return _fitted_text(mask, column, facts)
    if column.family is not Family.TEXT:
        raise Unmaskable("strategy", f"{mask.how} is text, and the column is {column.declared}")
    if live and live.length:
        if unique and live.length < len(mask.lead) + _LEAST_UNIQUE:
            mask = replace(mask, lead="")
        mask = cut(mask, live.length)
    if unique and mask.length < _LEAST_UNIQUE:
        raise Unmaskable("too_short", f"no two may be alike, and {mask.length} characters have no room for that")
    return mask


def _fitted_text(mask: Mask, column: Column, facts: TableFacts) -> Mask:
    live, text = facts.columns.get(column.name), mask.text
    if facts.unique_in(column.name):
        raise Unmaskable("unique", f"no two may be alike: not every record can be '{text}'")
    if live and live.length and len(text) > live.length:
        raise Unmaskable("too_long", f"'{text}' is longer than its {live.length} characters")
    if column.family not in _ANY_TEXT and not fits(text, column.family):
        raise Unmaskable("strategy", f"'{text}' is no {column.declared}")
    return mask


def is_key(collection: Collection, field: Field, column: Column, facts: TableFacts) -> bool:
    return any(field.column == key.column for key in collection.key) or any(column.name in one.named for one in facts.incoming)


def of_several(field: Field, *, listed: bool = False, whole: bool = False) -> Iterator[Field]:
    """Yield what leads to a record by one value of a list of which the others need not be the person's."""
    listed, whole = listed or field.info.data_type.endswith("[]"), whole or field.whole
    if listed and not whole and (field.identity or field.references):
        yield field
    for part in field.parts:
        yield from of_several(part, listed=listed, whole=whole)


def problem(fault: Unmaskable, collection: Collection, field: Field, column: Column | None) -> Problem:
    """Return what an officer reads, with the file's line, the table and the column."""
    name = column.name if column else field.column
    return Problem(fault.code, field.where, f"{collection.table}.{name} cannot be overwritten: {fault.message}")


def every(collection: Collection, names: Sequence[str]) -> tuple[Field, ...]:
    """Return the named fields, without those inside others that are named."""
    found = [collection.field(name) for name in names]
    wholes = {one.path for one in found}
    return tuple(one for one in found if not any(one.path[:cut] in wholes for cut in range(1, len(one.path))))

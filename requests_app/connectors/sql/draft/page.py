"""The proposal as a dataset file, every guess marked in a comment beside it."""

import json
import re
from collections.abc import Iterator
from typing import Final

from requests_app.connectors.sql.draft.guess import Guess, holds_path, topic_of
from requests_app.connectors.sql.draft.plan import Plan, Way
from requests_app.connectors.sql.draft.seen import Column, Table

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WORDS_OF_YAML: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_KEY: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_STANDARD: Final = frozenset({"string", "integer", "float", "boolean"})


def page(plan: Plan, key: str) -> str:
    """Return the text of the file."""
    name = _KEY.sub("_", key or plan.schema.database).strip("_.-") or "shop"
    described = [table for table in plan.schema.tables if table.name not in plan.skipped]
    skipped = [table for table in plan.schema.tables if table.name in plan.skipped]
    return "\n".join([*_head(plan, name), *_lines(plan, name, described), *_tail(plan, name, skipped), ""])


def _head(plan: Plan, key: str) -> Iterator[str]:
    schema = plan.schema
    yield f"# Proposed from the tables of a live {schema.engine} database. Read every `guess`: mend it, or take the comment away."
    if schema.others:
        yield f"# Not looked at: {_comment(', '.join(schema.others))}; for another schema run `source draft --schema NAME`."
    if not plan.persons:
        yield "# LOOK: no table with a key and an e-mail address, customer number or telephone was seen: nobody can be found yet."
    yield "dataset:"
    yield f"  - fides_key: {scalar(key)}"
    yield f"    name: {scalar(key.replace('_', ' ').capitalize())}"
    yield "    description: Proposed from the live schema"
    if schema.name:
        yield f"    fides_meta: {{namespace: {{schema: {scalar(schema.name)}}}}}"
    yield "    collections:"


def _lines(plan: Plan, key: str, tables: list[Table]) -> Iterator[str]:
    for table in tables:
        yield f"      - name: {scalar(table.name)}"
        yield f"        dsar: {{topic: {topic_of(table.name)[0]}}}  # guess (medium) from the name of the table"
        yield "        fields:"
        for column in table.columns:
            yield from _field(plan, key, table, column)


def _tail(plan: Plan, key: str, tables: list[Table]) -> Iterator[str]:
    if tables:
        yield "      # Left out, each with the reason. To describe one, take its skip_processing away."
    for table in tables:
        yield f"      - name: {scalar(table.name)}"
        yield f"        fides_meta: {{skip_processing: true}}  # {_comment(plan.skipped[table.name])}"
        yield "        fields:"
        for column in table.columns:
            yield from _field(plan, key, table, column)


def _field(plan: Plan, key: str, table: Table, column: Column) -> Iterator[str]:
    guess = plan.guesses[table.name][column.name]
    ways = plan.way(table.name, column.name)
    if guess.secret and not ways:
        yield f"          # left out: {_comment(column.name)}, {'; '.join(guess.reasons)}"
        return
    yield f"          - name: {scalar(column.name)}"
    yield from (f"            # {note}" for note in _notes(plan, table, column, guess, ways))
    yield f"            data_categories: [{guess.category}]"
    if meta := list(_meta(plan, key, table, column, ways)):
        yield f"            fides_meta: {{{', '.join(meta)}}}"
    if ours := list(_ours(column, guess)):
        yield f"            dsar: {{{', '.join(ours)}}}"


def _notes(plan: Plan, table: Table, column: Column, guess: Guess, ways: list[Way]) -> Iterator[str]:
    if guess.reasons:
        yield f"guess ({guess.sureness}): {_comment('; '.join(guess.reasons))}"
    kind, reason = plan.identities.get((table.name, column.name), ("", ""))
    if kind:
        yield f"guess ({guess.sureness}): identity {kind}{', ' * bool(reason)}{reason}{_index(table, column)}"
    if plan.keys.get(table.name) == column.name:
        yield "guess (medium): stands in for a primary key, which the table lacks"
    for way in ways:
        yield from _notes_on_way(way, table, column)
    if media_type := holds_path(column):
        yield f"LOOK: if these are paths of files, add to `dsar`: file: {{media_type: {media_type}}}"


def _index(table: Table, column: Column) -> str:
    if column.name in table.unique:
        return "; unique"
    return (
        "; indexed"
        if column.name in table.indexed or table.key[:1] == (column.name,)
        else "; NOT indexed: each search reads the table"
    )


def _notes_on_way(way: Way, table: Table, column: Column) -> Iterator[str]:
    tie = way.tie
    if not way.direction:
        yield f"not followed to {_comment(tie.target)}: {way.reason}"
    elif tie.sureness:
        yield f"guess ({tie.sureness}): {_comment(tie.reason)}"
    indexed = column.name in table.indexed | table.unique or table.key[:1] == (column.name,)
    if way.direction == "from" and not indexed:
        yield "NOT indexed: each search reads the table"


def _meta(plan: Plan, key: str, table: Table, column: Column, ways: list[Way]) -> Iterator[str]:
    if column.name in table.key or plan.keys.get(table.name) == column.name:
        yield "primary_key: true"
    if identity := plan.identities.get((table.name, column.name)):
        yield f"identity: {identity[0]}"
    if column.data_type in _STANDARD:
        yield f"data_type: {column.data_type}"
    if column.length:
        yield f"length: {column.length}"
    followed = [way for way in ways if way.direction]
    if followed:
        yield f"references: [{', '.join(_reference(way, key) for way in followed)}]"


def _reference(way: Way, key: str) -> str:
    target = json.dumps(f"{way.tie.target}.{way.tie.target_column}", ensure_ascii=False)
    plain = _PLAIN.fullmatch(target[1:-1])
    return f"{{dataset: {scalar(key)}, field: {target[1:-1] if plain else target}, direction: {way.direction}}}"


def _ours(column: Column, guess: Guess) -> Iterator[str]:
    if column.data_type and column.data_type not in _STANDARD:
        yield f"type: {column.data_type}"
    if guess.fact:
        yield f"fact: {guess.fact}"
    if guess.about:
        yield f"about: {guess.about}"
    if guess.media_type:
        yield f"file: {{media_type: {guess.media_type}}}"


def scalar(text: str) -> str:
    """Return text as YAML reads it back, whatever it is."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML
    return text if is_plain else json.dumps(text, ensure_ascii=True)


def _comment(text: str) -> str:
    """Return text that cannot end a comment."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)

"""Switching off in one transaction: what is found is put aside by its keys, changed, and read back before it is kept."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    column,
    false,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    quoted_name,
    select,
    table,
    true,
    tuple_,
    update,
)

from requests_app.connectors.base import Config, Problem
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.erasing.doors import held
from requests_app.connectors.sql.erasing.hands import Hand
from requests_app.connectors.sql.erasing.tongues import TONGUES
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.joints import Condition, Joints
from requests_app.connectors.sql.opening import explained, opened, searchable
from requests_app.connectors.sql.plan import Plan
from requests_app.connectors.sql.plan import plan as statements_for
from requests_app.connectors.sql.slots import Slots, slots
from requests_app.connectors.sql.speech import Column
from requests_app.connectors.sql.suppressing.rules import CHANNEL, NOW, Refusing, Rule, claim_of, refusing
from requests_app.connectors.sql.text import Family
from requests_app.connectors.suppressing import CannotSuppress, Channel, NotSuppressed, Stopped
from requests_app.values import Claim, Identity, Root

_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_COUNT: Final = func.count()


def rules_of(config: Config) -> Refusing:
    return refusing(config.description, config.options.get("dataset", ""))


def suppress(config: Config, identity: Identity, channels: Collection[Channel]) -> Iterator[Stopped]:
    rules = [(rule, one) for rule in rules_of(config).rules for one in rule.channels if one in channels]
    if not rules:
        return
    description, gifts = searchable(config), Gifts({})
    roots = tuple(Root(one.name, ()) for one in description.collections if one.identities)
    with held(config, gifts, writes=True) as hand, explained(config, description, hand) as fitted:
        asked = slots(fitted, identity, roots, gifts)
        stopping = Stopping(statements_for(fitted, asked.shape), asked, hand, identity)
        try:
            hand.careful()
            stopped = [stopping.stop(rule, one, number) for number, (rule, one) in enumerate(rules)]
            hand.commit()
        except Exception as error:
            if problem := hand.refusal(error):
                raise CannotSuppress(problem) from None
            raise
    yield from stopped


def reached(config: Config) -> Iterator[tuple[Channel, Claim]]:
    """Yield what the rules have not switched off yet, of collections whose records name the person themselves."""
    rules = [rule for rule in rules_of(config).rules if rule.field]
    description = searchable(config)
    with opened(config) as session, explained(config, description, session) as fitted:
        for rule in rules:
            rows = Joints(fitted).table(rule.collection)
            for one in fitted.description.collection(rule.collection).identities:
                if one.is_many:
                    continue
                named = rows.c[one.column]
                on = and_(named.is_not(null()), _meant(fitted, rule, rows), is_on(fitted, rule, rows))
                for (text,) in session.rows(select(fitted.speech.text_of(named)).select_from(rows).where(on)):
                    yield from ((channel, Claim(one.identity, fitted.speech.as_text(text))) for channel in rule.channels)


class Stopping:
    """One person's refusals in one open transaction."""

    def __init__(self, plan: Plan, asked: Slots, hand: Hand, identity: Identity) -> None:
        self._plan, self._asked, self._hand, self._identity = plan, asked, hand, identity
        self._fitted, self._joints = plan.fitted, plan.query.joints

    def stop(self, rule: Rule, channel: Channel, number: int) -> Stopped:
        """Carry one rule out for one channel.

        Raises:
            CannotSuppress: the records have no key.
            NotSuppressed: what is read back is not what was written.
        """
        return self._add(rule, channel) if rule.insert else self._switch(rule, channel, f"dsar_s{number}")

    def _switch(self, rule: Rule, channel: Channel, name: str) -> Stopped:
        collection = self._fitted.description.collection(rule.collection)
        found, key = self._plan.query.found(rule.collection), tuple(one.column for one in collection.key)
        if found is None:
            return Stopped(rule.collection, channel, 0, 0)
        if not key:
            raise CannotSuppress(Problem("no_key", collection.where, "has no key by which a record could be named"))
        records = found[1]
        chosen = select(*(records.c[part] for part in key)).where(_meant(self._fitted, rule, records))
        size = self._hand.keep(name, chosen, self._asked.values, key)
        bare = self._joints.bare(rule.collection)
        field = collection.field(rule.field)
        value = _value(self._hand, self._fitted.live[rule.collection][field.column], rule.value, field)
        here = and_(self._among(name, rule.collection, key, bare), is_on(self._fitted, rule, bare))
        changed = self._hand.run(update(bare).values({bare.c[field.column]: value}).where(here)) if size else 0
        self._check(rule, name, key, size)
        return Stopped(rule.collection, channel, size, changed)

    def _check(self, rule: Rule, name: str, key: Sequence[str], size: int) -> None:
        mine = self._joints.table(rule.collection)
        where = and_(self._among(name, rule.collection, key, mine), is_on(self._fitted, rule, mine))
        ((left,),) = self._hand.few(self._fitted.speech.compile(select(_COUNT).select_from(mine).where(where)))
        if int(left):
            raise NotSuppressed(f"{rule.collection}: {left} of {size} records do not hold what was written into them")

    def _among(self, name: str, collection: str, key: Sequence[str], rows: FromClause) -> Condition:
        """The condition that a row is one of those put aside, by bytes where the engine compares by something less."""
        live, speech = self._fitted.live[collection], self._fitted.speech
        aside = _aside(name, key)
        loose = [part for part in key if not live[part].exact]
        mine, theirs = (
            [*(side.c[part] for part in key), *(speech.exactly(side.c[part]) for part in loose)] for side in (rows, aside)
        )
        return tuple_(*mine).in_(select(*theirs)) if len(mine) > 1 else mine[0].in_(select(*theirs))

    def _add(self, rule: Rule, channel: Channel) -> Stopped:
        """Add a record for each address that has none."""
        if not all(self._identity.of(kind) for kind in rule.claims):
            return Stopped(rule.collection, channel, 0, 0)
        before = self._there(rule, channel)
        if not before:
            bare = self._joints.bare(rule.collection)
            live = self._fitted.live[rule.collection]
            texts = {name: self._said(text, channel) for name, text in rule.insert.items()}
            fields = {name: self._fitted.description.collection(rule.collection).field(name) for name in texts}
            values = {bare.c[one.column]: _value(self._hand, live[one.column], texts[name], one) for name, one in fields.items()}
            self._hand.run(insert(bare).values(values))
            if not self._there(rule, channel):
                raise NotSuppressed(f"{rule.collection}: the record that was added is not there")
        return Stopped(rule.collection, channel, before or 1, 0 if before else 1)

    def _there(self, rule: Rule, channel: Channel) -> int:
        """Return how many records of the person say already what would be added."""
        rows = self._joints.table(rule.collection)
        collection = self._fitted.description.collection(rule.collection)
        fixed = {name: self._said(text, channel) for name, text in rule.insert.items() if text != NOW and not claim_of(text)}
        same = [
            _is(self._hand.speech.dialect.name, rows.c[one.column], self._fitted.live[rule.collection][one.column], text)
            for one, text in ((collection.field(name), text) for name, text in fixed.items())
        ]
        claimed = or_(false(), *(self._plan.query.meets(collection, one, rows) for one in collection.identities))
        statement = self._fitted.speech.compile(select(_COUNT).select_from(rows).where(claimed, *same))
        ((found,),) = self._hand.few(statement, self._asked.values)
        return int(found)

    def _said(self, text: str | None, channel: Channel) -> str | None:
        kind = claim_of(text)
        if kind:
            return self._identity.of(kind)[0]
        return channel.value if text == CHANNEL else text


def is_on(fitted: Fitted, rule: Rule, rows: FromClause) -> Condition:
    """The condition that a record is not switched off as the rule wants it."""
    field = fitted.description.collection(rule.collection).field(rule.field)
    held_in, column = rows.c[field.column], fitted.live[rule.collection][field.column]
    if rule.value == NOW:
        return held_in.is_(null())
    if rule.value is None:
        return held_in.is_not(null())
    return or_(held_in.is_(null()), ~_is(fitted.speech.dialect.name, held_in, column, rule.value))


def _meant(fitted: Fitted, rule: Rule, rows: FromClause) -> Condition:
    collection, live = fitted.description.collection(rule.collection), fitted.live[rule.collection]
    engine, fields = fitted.speech.dialect.name, [(collection.field(name).column, text) for name, text in rule.where.items()]
    return and_(true(), *(_is(engine, rows.c[name], live[name], text) for name, text in fields))


def _is(engine: str, held_in: ColumnElement[Any], column: Column, text: str | None) -> Condition:
    return held_in.is_(null()) if text is None else held_in == _written(engine, column, text)


def _value(hand: Hand, column: Column, text: str | None, field: Field) -> ColumnElement[Any]:
    if text is None:
        return null()
    if text == NOW:
        return func.current_date() if field.info.data_type == "date" else func.current_timestamp()
    return _written(hand.speech.dialect.name, column, text)


def _written(engine: str, column: Column, text: str) -> ColumnElement[Any]:
    """A text of the file as a value of a column; a truth is 1 or 0 where the column holds numbers."""
    word = text.lower()
    if column.family is Family.BOOLEAN:
        if engine == "postgresql":
            return literal_column("true" if word in _TRUE else "false")
        return literal_column("1" if word in _TRUE else "0")
    if column.family is Family.NUMBER:
        return literal_column({"true": "1", "false": "0"}.get(word) or _number(column, text))
    if column.family is Family.TEXT:
        return literal(text)
    return TONGUES[engine].typed(text, column)


def _number(column: Column, text: str) -> str:
    if not text.removeprefix("-").replace(".", "", 1).isdecimal() or not text.isascii():
        raise CannotSuppress(Problem("bad_value", column.name, "holds numbers, and the description writes none into it"))
    return text


def _aside(name: str, key: Sequence[str]) -> FromClause:
    """The table of keys that were put aside."""
    columns: list[Any] = [column(quoted_name(part, quote=True)) for part in key]
    rows: FromClause = table(name, *columns).alias()
    return rows

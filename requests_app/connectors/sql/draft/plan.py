"""What the file will say of each table: who are the persons, which way every tie leads, and what is left out, with the reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from requests_app.connectors.sql.draft import words
from requests_app.connectors.sql.draft.guess import Guess, guesses, is_personal
from requests_app.connectors.sql.draft.seen import Schema, Table
from requests_app.connectors.sql.draft.ties import Tie, ties

Guessed = Mapping[str, Mapping[str, Guess]]


@dataclass(frozen=True, slots=True)
class Way:
    """A tie and the direction that is proposed for it, or (empty) why it is not followed."""

    tie: Tie
    direction: str
    reason: str = ""


@dataclass(slots=True)
class Plan:
    """The proposal.

    `identities` maps table and column to a kind and a reason; `keys` are those that stand in for a missing primary key. `level` is
    the distance of a table from the persons; `pointed` are tables that records point at, with those that do.
    """

    schema: Schema
    guesses: dict[str, dict[str, Guess]]
    skipped: dict[str, str] = field(default_factory=dict)
    identities: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    level: dict[str, int] = field(default_factory=dict)
    pointed: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def persons(self) -> frozenset[str]:
        return frozenset(table for table, _ in self.identities)

    def way(self, table: str, column: str) -> list[Way]:
        return [way for way in self.ways if (way.tie.table, way.tie.column) == (table, column)]


def plan(schema: Schema, guessed: Mapping[str, dict[str, Guess]] | None = None) -> Plan:
    """Return the proposal for a schema; `guessed` are better guesses than the names alone give."""
    made = Plan(schema, dict(guessed or {table.name: guesses(table) for table in schema.tables}))
    tables = schema.named()
    made.skipped = dict(_left_out(schema))
    made.ties = ties(tables)
    found = [tie for tie in made.ties if {tie.table, tie.target}.isdisjoint(made.skipped)]
    for table in tables.values():
        if table.name not in made.skipped:
            _identify(made, table)
    _reach(made, found)
    _rescue(made, tables, found)
    for name in tables.keys() - made.skipped.keys() - made.level.keys():
        made.skipped[name] = _why_unreached(made, name)
    made.ways = list(_directed(made, [tie for tie in found if {tie.table, tie.target}.isdisjoint(made.skipped)]))
    return made


def _left_out(schema: Schema) -> Iterable[tuple[str, str]]:
    has_tables = any(not table.is_view for table in schema.tables)
    for table in schema.tables:
        plain = words.plain(table.name)
        if reason := next((reason for reason, known in words.FRAMEWORK if known.search(plain)), ""):
            yield table.name, reason
        elif table.is_view and has_tables:
            yield table.name, "a view: its data stand in the tables that it is made of"


def _identify(made: Plan, table: Table) -> None:
    """Note the columns by which a table's records stand for persons."""
    plain = words.plain(table.name)
    is_account = bool(words.ACCOUNTS.search(plain)) and not _is_join(table)
    if words.CATALOGUE.search(plain) and not is_account:
        return
    own = made.guesses[table.name]
    emails = [name for name, guess in own.items() if guess.identity == "email"]
    if not (emails or is_account) or not _has_key(made, table):
        return
    for name in emails:
        made.identities[table.name, name] = ("email", "")
    if is_account:
        _identify_account(made, table)


def _is_join(table: Table) -> bool:
    """Tell whether a table only joins others, such as the users of a supplier."""
    joined = {column for key in table.foreign_keys for column in key.columns}
    return all(column.name in joined or column.name in table.key for column in table.columns)


def _identify_account(made: Plan, table: Table) -> None:
    kind = "user_id" if "user" in words.plain(table.name) else "customer_id"
    owned = any(words.ACCOUNTS.search(words.plain(key.table)) and key.table != table.name for key in table.foreign_keys)
    if not owned and len(table.key) == 1 and table.column(table.key[0]).data_type in {"integer", "string", "uuid", ""}:
        made.identities[table.name, table.key[0]] = (kind, f"the key of a table of persons is their {kind.replace('_', ' ')}")
    for name, guess in made.guesses[table.name].items():
        if guess.fact == "phone_number":
            made.identities[table.name, name] = ("phone_number", "")
        if words.CUSTOMER_NUMBER.search(words.plain(name)) and (table.name, name) not in made.identities:
            made.identities[table.name, name] = ("customer_id", "the name says customer number")


def _has_key(made: Plan, table: Table) -> bool:
    """Tell whether records can be named by a key; a column that may stand in for one is noted."""
    if table.key:
        return True
    likely = [column.name for column in table.columns if column.name in table.unique or words.plain(column.name) == "id"]
    if likely:
        made.keys[table.name] = likely[0]
    return bool(likely)


def _reach(made: Plan, found: list[Tie]) -> None:
    """Give each table that belongs to persons its distance from them: first along what points at them, then what they point at."""
    made.level = dict.fromkeys(sorted(made.persons), 0)
    made.pointed = {}
    while True:
        if nearer := _next_owned(made, found):
            made.level |= nearer
        elif pointed := _next_pointed(made, found):
            settled = frozenset(made.level)
            made.pointed |= dict.fromkeys(pointed, settled)
            made.level |= pointed
        else:
            return


def _next_owned(made: Plan, found: list[Tie]) -> dict[str, int]:
    nearer: dict[str, int] = {}
    for tie in found:
        if tie.table not in made.level and tie.target in made.level and not _refused(made, tie):
            level = made.level[tie.target] + 1
            nearer[tie.table] = min(level, nearer.get(tie.table, level))
    return nearer


def _next_pointed(made: Plan, found: list[Tie]) -> dict[str, int]:
    pointed: dict[str, int] = {}
    for tie in found:
        if tie.table in made.level and tie.target not in made.level and _is_shared_data(made, tie.target):
            pointed.setdefault(tie.target, made.level[tie.table] + 1)
    return pointed


def _is_shared_data(made: Plan, table: str) -> bool:
    return is_personal(made.guesses[table].values()) and not words.CATALOGUE.search(words.plain(table))


def _refused(made: Plan, tie: Tie) -> str:
    """Return why a tie does not make the record belong to whom it points at; nothing where it does."""
    if tie.target in made.persons and words.STAFF.search(words.plain(tie.column)):
        return "names somebody who works here, not whose record it is"
    account = any(
        other.target in made.persons and words.ACCOUNTS.search(words.plain(other.target)) for other in _ties_of(made, tie.table)
    )
    is_account = bool(words.ACCOUNTS.search(words.plain(tie.target)))
    if account and not is_account and words.ACTIONS.search(words.plain(tie.table)):
        return "an act upon somebody else's record: it belongs to who acts"
    return ""


def _ties_of(made: Plan, table: str) -> list[Tie]:
    return [tie for tie in made.ties if tie.table == table]


def _rescue(made: Plan, tables: Mapping[str, Table], found: list[Tie]) -> None:
    """What nothing leads to may still be found by a telephone number."""
    for name in tables.keys() - made.skipped.keys() - made.level.keys():
        phones = [column for column, guess in made.guesses[name].items() if guess.fact == "phone_number"]
        if phones and not words.CATALOGUE.search(words.plain(name)) and _has_key(made, tables[name]):
            made.identities[name, phones[0]] = ("phone_number", "nothing else leads to this table")
    _reach(made, found)


def _why_unreached(made: Plan, table: str) -> str:
    if words.CATALOGUE.search(words.plain(table)):
        return "the shop's own: its name says goods, prices, settings or suppliers"
    if is_personal(made.guesses[table].values()):
        return "LOOK: it may hold personal data, but nothing leads to it: add an identity or a reference, or state why not"
    return "nothing in it names a person, and nothing leads to it from one"


def _directed(made: Plan, found: list[Tie]) -> Iterable[Way]:
    """Yield a direction for each tie so that nothing goes round; the nearest ties come first."""
    edges: set[tuple[str, str]] = set()
    for tie in sorted(found, key=lambda tie: (made.level[tie.target], made.level[tie.table], tie.sureness is not None)):
        direction, reason = _direction(made, tie)
        source, target = (tie.target, tie.table) if direction == "from" else (tie.table, tie.target)
        if direction and source != target and _leads(target, source, edges):
            direction, reason = "", "it would lead round"
        if direction:
            edges.add((source, target))
        yield Way(tie, direction, reason)


def _direction(made: Plan, tie: Tie) -> tuple[str, str]:
    if reason := _refused(made, tie):
        return "", reason
    if tie.table == tie.target:
        kept = tie.table in made.persons or not made.schema.named()[tie.table].key
        return ("", "a person's record never leads to another person's") if kept else ("from", "")
    if tie.table in made.pointed.get(tie.target, ()):
        return "to", ""
    return ("from", "") if made.level[tie.target] <= made.level[tie.table] else ("to", "")


def _leads(source: str, target: str, edges: set[tuple[str, str]]) -> bool:
    border, seen = {source}, {source}
    while border:
        border = {end for start, end in edges if start in border} - seen
        seen |= border
    return target in seen

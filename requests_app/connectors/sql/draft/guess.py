"""What a column probably holds, from its name, its type and its table; each guess with its reason and how sure it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Final

from requests_app.connectors.sql.draft import words
from requests_app.connectors.sql.draft.seen import Column, Table


class Sureness(StrEnum):
    """How sure a guess is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Guess:
    """What is proposed for one column. `reasons` stand beside it in the file; a `secret` is left out."""

    category: str
    sureness: Sureness
    reasons: tuple[str, ...] = ()
    identity: str = ""
    fact: str = ""
    about: str = ""
    media_type: str = ""
    secret: bool = False

    def because(self, reason: str, **changes: str) -> "Guess":
        return replace(self, reasons=(*self.reasons, reason), **changes)  # type: ignore[arg-type]  # all are texts


_FACTS: Final[Mapping[str, str]] = {
    "user.contact.address.postal_code": "postcode",
    "user.demographic.date_of_birth": "birth_date",
    "user.contact.phone_number": "phone_number",
    "user.name.last": "name",
    "user.name": "name",
}
_OF_TEXT: Final = ("user.contact", "user.name", "user.account.username", "user.financial", "user.government_id", "user.content")
_OF_MOMENT: Final = ("user.demographic.date_of_birth", "user.financial.credit_card")


def topic_of(table: str) -> tuple[str, str]:
    """Return the topic of a table and the category of what in it has no better."""
    plain = words.plain(table)
    return next(((topic, category) for topic, category, known in words.TOPICS if known.search(plain)), ("other", "user"))


def guesses(table: Table) -> dict[str, Guess]:
    """Return a guess for every column."""
    first = {column.name: _of_column(table.name, column) for column in table.columns}
    personal = is_personal(first.values()) or bool(words.ACCOUNTS.search(words.plain(table.name)))
    if not personal:
        return first
    return {name: _of_bare_name(name, table.column(name), guess) for name, guess in first.items()}


def is_personal(found: Iterable[Guess]) -> bool:
    """Tell whether columns like these make a record personal by themselves."""
    return any(guess.category.startswith(words.STRONG) and guess.sureness is not Sureness.LOW for guess in found)


@cache
def _of_column(table: str, column: Column) -> Guess:
    name = words.plain(column.name)
    if words.SECRET.search(name) and column.data_type in {"string", "", "binary"}:
        return Guess("user.authorization.credentials", Sureness.HIGH, ("a secret of the sign-in",), secret=True)
    found = _named(name, column) or _of_table(table, name, column)
    return _with_file(_with_others(table, name, column, _with_fact(table, name, column, found)), name, column)


def _named(name: str, column: Column) -> Guess | None:
    if column.is_text and words.EMAIL.search(name) and not words.NO_ADDRESS.search(name):
        return Guess("user.contact.email", Sureness.HIGH, (f"the name says e-mail (`{name}`)",), identity="email")
    if name.endswith((" id", " fk")) or name in {"id", "pk", "uuid", "guid"} or name.startswith(("id ", "fk ")):
        return Guess("user.unique_id", Sureness.HIGH)
    if column.is_text and words.PHONE.search(name) and not words.NO_ADDRESS.search(name):
        return Guess("user.contact.phone_number", Sureness.HIGH, ("the name says telephone",))
    for category, known in words.CATEGORIES:
        if (met := known.search(name)) and _fits(category, column):
            return Guess(category, _sureness(name, met.group()), (f"`{met.group()}` in the name",))
    return None


def _sureness(name: str, met: str) -> Sureness:
    return Sureness.HIGH if len(met) * 2 >= len(name) else Sureness.MEDIUM


def _fits(category: str, column: Column) -> bool:
    if category.startswith(_OF_MOMENT):
        return column.data_type in {"date", "datetime", "string", "", "integer"}
    if column.data_type in {"date", "datetime", "time"}:
        return False
    if category.startswith(_OF_TEXT):
        return column.data_type in {"string", "", "json", "binary"} or (
            category.endswith("postal_code") and column.data_type == "integer"
        )
    return True


def _of_table(table: str, name: str, column: Column) -> Guess:
    if words.CUSTOMER_NUMBER.search(name):
        return Guess("user.unique_id", Sureness.MEDIUM, ("the name says customer number",))
    category = topic_of(table)[1]
    kind = column.data_type or "its type"
    return Guess(category, Sureness.LOW, (f"nothing in the name tells; as its table ({kind})",))


def _with_fact(table: str, name: str, column: Column, guess: Guess) -> Guess:
    plain = words.plain(table)
    if words.ORDERS.search(plain) and words.ORDER_NUMBER.search(name) and column.data_type in {"string", "integer"}:
        return replace(guess, category="user.unique_id", sureness=Sureness.MEDIUM).because("an order's number", fact="order_number")
    fact = _FACTS.get(guess.category, "")
    if not fact or guess.sureness is Sureness.LOW or words.OTHERS.search(name):
        return guess
    return replace(guess, fact=fact)


def _with_others(table: str, name: str, column: Column, guess: Guess) -> Guess:
    is_mail = bool(words.MAILS.search(words.plain(table)))
    about_people = guess.category.startswith(("user.name", "user.contact"))
    if about_people and column.is_text and words.STAFF.search(name):
        return guess.because("somebody who works here: withheld", about="other", identity="", fact="")
    if about_people and (words.OTHERS.search(name) or words.OTHERS.search(words.plain(table))) and not is_mail:
        return guess.because(
            "about somebody else, a recipient of gifts for instance: withheld", about="other", identity="", fact=""
        )
    if column.is_text and guess.category != "user.contact.email" and words.BOTH.search(name):
        return guess.because("free words may be about others too: shown, flagged for review", about="both")
    return guess


def _with_file(guess: Guess, name: str, column: Column) -> Guess:
    if column.data_type != "binary":
        return guess
    media_type = next((kind for kind, known in words.FILES if known.search(name)), "application/octet-stream")
    return guess.because(f"bytes: a file, probably {media_type}", media_type=media_type)


def _of_bare_name(name: str, column: Column, guess: Guess) -> Guess:
    if guess.sureness is Sureness.LOW and column.is_text and words.BARE_NAME.search(words.plain(name)):
        return Guess("user.name", Sureness.MEDIUM, ("a name beside other personal columns",), fact="name")
    return guess


def holds_path(column: Column) -> str:
    """Return the media type where a text column may hold the path of a file, else nothing."""
    name = words.plain(column.name)
    if column.data_type != "string" or name.endswith((" id", " name", " type", " number", " kind")):
        return ""
    return next((kind for kind, known in words.FILES if known.search(name)), "")

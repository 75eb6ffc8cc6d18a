"""Looking at some values, with consent: do they look like what the name says? Only shares are kept, never a value."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from ipaddress import ip_address
from typing import Final

from sqlalchemy import Connection, column, select, table
from sqlalchemy.exc import DBAPIError

from requests_app.connectors.sql.draft.guess import Guess, Sureness
from requests_app.connectors.sql.draft.seen import Column, Schema, Table
from requests_app.emails import NotAnAddress, canonical_email

ROWS: Final = 200
_LONGEST: Final = 320  # characters: what is longer is no such value
_ENOUGH: Final = 0.8  # share of values that look alike
_FEW: Final = 3  # values: fewer say nothing
_PHONE: Final = re.compile(r"\+?[\d\s().\-/]{6,20}")
_POSTCODE: Final = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 \-]{2,9}")
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def text_columns(seen: Table) -> tuple[Column, ...]:
    return tuple(one for one in seen.columns if one.data_type == "string")


def better(connection: Connection, schema: Schema, guessed: Mapping[str, dict[str, Guess]]) -> dict[str, dict[str, Guess]]:
    """Return the guesses, surer or corrected by what a bounded sample of each table looks like."""
    return {seen.name: guessed[seen.name] | _bettered(connection, schema.name, seen, guessed[seen.name]) for seen in schema.tables}


def _bettered(connection: Connection, schema: str, seen: Table, guessed: Mapping[str, Guess]) -> dict[str, Guess]:
    wanted = [one for one in text_columns(seen) if not guessed[one.name].secret]
    if not wanted or seen.is_view:
        return {}
    source = table(seen.name, *(column(one.name) for one in wanted), schema=schema or None)
    try:
        rows = connection.execute(select(*source.columns).limit(ROWS)).all()
    except DBAPIError:
        connection.rollback()  # a table that the account may not read says nothing
        return {}
    return {one.name: _judged(guessed[one.name], [row[index] for row in rows]) for index, one in enumerate(wanted)}


def _judged(guess: Guess, values: Sequence[object]) -> Guess:
    texts = [text for value in values if value is not None and (text := str(value).strip()) and len(text) <= _LONGEST]
    if len(texts) < _FEW:
        return guess
    shares = {category: sum(map(looks, texts)) / len(texts) for category, (looks, _) in _LOOKS.items()}
    told = next((category for category, share in shares.items() if share >= _ENOUGH and _LOOKS[category][1]), "")
    if guess.category in shares:
        return _compared(guess, shares[guess.category])
    if told and guess.sureness is not Sureness.HIGH:
        identity = "email" if told == "user.contact.email" and guess.about != "other" else ""
        return replace(guess, category=told, sureness=Sureness.MEDIUM, reasons=("most of a sample look so",), identity=identity)
    return guess


def _compared(guess: Guess, share: float) -> Guess:
    if share >= _ENOUGH:
        return replace(guess, sureness=Sureness.HIGH).because("most of a sample look so")
    if guess.identity and share:
        return guess.because("LOOK: only a part of a sample looks so")
    doubted = replace(guess, sureness=Sureness.LOW, identity="" if not share else guess.identity)
    return doubted.because("LOOK: a sample does not look so")


def _is_email(text: str) -> bool:
    try:
        return "." in canonical_email(text).rpartition("@")[2]
    except NotAnAddress:
        return False


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text.partition("/")[0]))
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text[:10]))
    except ValueError:
        return bool(re.fullmatch(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}", text))


_Looks = tuple[Callable[[str], bool], bool]
_LOOKS: Final[Mapping[str, _Looks]] = {
    # The second says whether the look alone is enough to tell, against what the name says.
    "user.contact.email": (_is_email, True),
    "user.device.ip_address": (_is_ip, True),
    "user.financial.bank_account": (lambda text: bool(_IBAN.fullmatch(text.replace(" ", ""))), True),
    "user.demographic.date_of_birth": (_is_date, False),
    "user.contact.phone_number": (lambda text: bool(_PHONE.fullmatch(text)), False),
    "user.contact.address.postal_code": (lambda text: bool(_POSTCODE.fullmatch(text)), False),
}

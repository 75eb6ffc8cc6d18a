"""One row as a case: every cell looked at, nothing guessed. What stands in a cell is text, whatever a spreadsheet makes of it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from requests_app.brands.models import Brand
from requests_app.correspondence.addresses import mailbox
from requests_app.deadlines.limits import ReceivedInFuture, ReceivedTooLongAgo, plausible
from requests_app.emails import NotAnAddress
from requests_app.intake.services import Application
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.choice import ImpossiblePlace, choose
from requests_app.rights import RIGHTS
from requests_app.workflow.models import IMPORTED

ORDERS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {"dmy": ("day", "month", "year"), "mdy": ("month", "day", "year"), "ymd": ("year", "month", "day")},
)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WRITTEN: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})", re.ASCII)
_LONGEST: Final = MappingProxyType({"notes": 5000, "proof_note": 1000, "name": 200, "street": 160, "external_reference": 100})
_LINES: Final = frozenset({"notes", "proof_note", "street"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_PROVEN: Final = MappingProxyType({"proven": True, "unproven": False, "": False})
_OF_A_LETTER: Final = ("name", "street", "postcode", "city")


class Refused(Exception):
    """The row is not filed: `code` says why, `column` where."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(f"{column}: {code}")
        self.column, self.code = column, code


@dataclass(frozen=True, slots=True)
class Case:
    """An open case of another tool. `proof_note`: how, when and by whom its person was proven; empty where nobody was."""

    number: str = field(repr=False)
    received_on: date
    application: Application = field(repr=False)
    law: str
    proof_note: str = field(repr=False)
    until: date | None
    notes: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a row is read by: the shop, the order in which its dates are written (empty: ISO alone), and today there."""

    brand: Brand
    order: str
    today: date


def case_of(cells: Mapping[str, str], frame: Frame) -> Case:
    """Return what the cells of a row say.

    Raises:
        Refused: a cell says nothing, too much, or what cannot be.
    """
    said = {column: _text(column, cell) for column, cell in cells.items()}
    received_on = _received(said, frame)
    until = _date("extended_until", said["extended_until"], frame) if said.get("extended_until") else None
    return Case(
        number=_needed(said, "external_reference"), received_on=received_on, application=_application(said, frame, received_on),
        law=_law(said), proof_note=_proof(said), until=until, notes=said.get("notes", ""),
    )  # fmt: skip


def day(text: str, order: str) -> date | None:
    """Return the day that `text` names: ISO 8601, or in `order` where one was told; None where it names none.

    Raises:
        ValueError: it may be one, but in which order it is written was not told.
    """
    if _ISO.fullmatch(text):
        return _day(*text.split("-"))
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    if not order:
        raise ValueError(order)
    parts = dict(zip(ORDERS[order], (found[1], found[3], found[4]), strict=True))
    return _day(parts["year"], parts["month"], parts["day"]) if len(parts["year"]) == 4 else None  # noqa: PLR2004


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _text(column: str, cell: str) -> str:
    """Return the cell in one spelling.

    Raises:
        Refused: it is too long, or holds signs that nobody sees.
    """
    if len(cell) > _LONGEST.get(column, 254):
        raise Refused(column, "too_long")
    allowed = "\n\r\t" if column in _LINES else ""
    if any(unicodedata.category(sign) in _UNSEEN and sign not in allowed for sign in cell):
        raise Refused(column, "unseen")
    return unicodedata.normalize("NFC", cell) if column != "email" else cell


def _needed(said: Mapping[str, str], column: str) -> str:
    if not said.get(column):
        raise Refused(column, "missing")
    return said[column]


def _date(column: str, text: str, frame: Frame) -> date:
    try:
        found = day(text, frame.order)
    except ValueError:
        raise Refused(column, "which_order") from None
    if found is None:
        raise Refused(column, "no_date")
    return found


def _received(said: Mapping[str, str], frame: Frame) -> date:
    received_on = _date("received", _needed(said, "received"), frame)
    try:
        return plausible(received_on, frame.today)
    except ReceivedInFuture:
        raise Refused("received", "future") from None
    except ReceivedTooLongAgo:
        raise Refused("received", "too_old") from None


def _application(said: Mapping[str, str], frame: Frame, received_on: date) -> Application:
    right = _needed(said, "right").lower()
    if right not in RIGHTS or RIGHTS[right].concerns:
        raise Refused("right", "no_right")
    address = _postal(said)
    facts = {"name": said.get("name", ""), "postcode": said.get("postcode", "")}
    facts |= {"street": said.get("street", ""), "city": said.get("city", ""), "country": said.get("postal_country", "")}
    return Application(
        right=right, email=_email(said), name=said.get("name", ""), language=said.get("language", "").lower(),
        facts={kind: value for kind, value in facts.items() if value}, channel=IMPORTED, residence=_residence(said, frame),
        postal_address=address, received_on=received_on,
    )  # fmt: skip


def _email(said: Mapping[str, str]) -> str:
    address = said.get("email", "")
    try:
        return address if not address or mailbox(address) else ""
    except NotAnAddress:
        raise Refused("email", "no_mailbox") from None


def _postal(said: Mapping[str, str]) -> str:
    """Return the address as it stands on an envelope; without an e-mail address there must be one."""
    if said.get("email"):
        return ""
    if not any(said.get(column) for column in _OF_A_LETTER[1:]):
        raise Refused("email", "nobody_reached")
    if lacking := next((column for column in _OF_A_LETTER if not said.get(column)), None):
        raise Refused(lacking, "letter_needs")
    lines = [" ".join(line.split()) for line in said["street"].splitlines() if line.strip()]
    return "\n".join([*lines, f"{said['postcode']} {said['city']}", *filter(None, [said.get("postal_country", "").upper()])])


def _residence(said: Mapping[str, str], frame: Frame) -> str:
    place = said.get("residence", "").upper()
    try:
        choose(place or None, frame.brand.establishment, "customer", frame.today)
    except ImpossiblePlace:
        raise Refused("residence", "no_place") from None
    return place


def _law(said: Mapping[str, str]) -> str:
    law = said.get("law", "").lower()
    if law and (law not in REGIMES or REGIMES[law].parent):
        raise Refused("law", "no_law")
    return law


def _proof(said: Mapping[str, str]) -> str:
    state = said.get("proof", "").lower()
    if state not in _PROVEN:
        raise Refused("proof", "proof_word")
    if not _PROVEN[state]:
        return ""
    return _needed(said, "proof_note")

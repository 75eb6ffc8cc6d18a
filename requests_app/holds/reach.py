"""Whom and what a litigation hold concerns. Persons and orders are known by keyed digests only, never by their names."""

from collections.abc import Iterable, Iterator

from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress, canonical_email
from requests_app.holds.judging import Litigation, same_number
from requests_app.holds.models import Hold, Reach
from requests_app.keys.crypto import keyed_index
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


class BadTarget(Exception):
    """What was named is no address, number or collection; `line` counts from 1. The text repeats nothing of it."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


def targets(reach: Reach, named: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """Return what a hold keeps of the persons, orders or collections that an officer named, each once, sorted.

    `known`: the collections that there are. An entry with an @ is an address; any other person is a customer number.

    Raises:
        BadTarget: an entry is none of these.
    """
    entries = [(number, entry.strip()) for number, entry in enumerate(named, 1) if entry.strip()]
    if reach == Reach.COLLECTIONS:
        there = set(known)
        if wrong := next((number for number, entry in entries if entry not in there), 0):
            raise BadTarget(wrong)
        return sorted({entry for _, entry in entries})
    return sorted({_order(entry) if reach == Reach.ORDERS else _person(entry, number) for number, entry in entries})


def concerning(hold: Hold, dsr: SubjectRequest, source: Source) -> Litigation | None:
    """Return what `hold` means for the records of one request at one system; None: nothing.

    A person is known by the address that was proven, by the number that the shop signed for, and by the records that were found
    to be theirs: who writes from another address is still the same customer.
    """
    wanted, name = set(hold.targets), str(hold.pk)
    if hold.reach == Reach.BRAND or (hold.reach == Reach.PERSONS and not wanted.isdisjoint(known_by(dsr))):
        return Litigation(name, everything=True)
    if hold.reach == Reach.ORDERS:
        return Litigation(name, orders=lambda number: _order(number) in wanted)
    here = frozenset(one.removeprefix(f"{source.name}:") for one in wanted if one.startswith(f"{source.name}:"))
    return Litigation(name, collections=here) if hold.reach == Reach.COLLECTIONS and here else None


def known_by(dsr: SubjectRequest) -> Iterator[str]:
    """Yield the digests by which the person of a request may be named in a hold."""
    yield bytes(dsr.email_index).hex()
    if dsr.customer_id:
        yield _number(dsr.customer_id)
    for match in dsr.matches.all():
        yield from (_number(key[0]) for _collection, key in match.chosen or [] if len(key) == 1)


def _person(entry: str, line: int) -> str:
    if "@" not in entry:
        return _number(entry)
    try:
        return keyed_index("email", canonical_email(mailbox(entry))).hex()
    except (NotAnAddress, ValueError) as fault:
        raise BadTarget(line) from fault


def _number(number: str) -> str:
    return keyed_index("customer number", number.strip()).hex()


def _order(number: str) -> str:
    return keyed_index("order number", same_number(number)).hex()

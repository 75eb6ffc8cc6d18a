"""T-1.07, T-3.02: every character that some way of folding takes for ASCII, in local part, domain and name of somebody known.

The characters are computed, not listed. What they were taken for stands beside each: an address with that in their place is known.
"""

import sqlite3
from contextlib import closing
from functools import cache
from typing import Final

import psycopg
import pytest
from django.db import connection

from requests_app.connectors.base import Candidate
from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress, needs_officer
from requests_app.intake.services import address_index
from requests_app.matching.judgement import is_clear, weigh
from requests_app.matching.models import Match
from requests_app.matching.services import agreeing
from requests_app.sources.models import Source
from requests_app.sources.services import config, connector
from requests_app.values import Claim, Identity, Root
from tests.making import as_owner
from tests.small_shop import SmallShop
from tests.test_emails import foldings

POINTS: Final = 1_925  # at least, of Unicode 14; by the widest reading of "taken for" some two hundred more
_AT_ONCE: Final = 200
_PLACES: Final = ("k{}thy@shop.example", "kathy@sh{}p.example")
NAME: Final = "K{}thy Example"


@cache
def folded() -> tuple[tuple[str, str], ...]:
    return tuple(foldings())


@cache
def twins() -> tuple[tuple[str, str], ...]:
    """Return pairs of a stranger's address and the known one for which a fold would take it."""
    return tuple(dict.fromkeys((place.format(sign), place.format(taken)) for sign, taken in folded() for place in _PLACES))


def writable(addresses: set[str]) -> dict[str, str]:
    """Return the addresses to which a letter can be written, with what the mail server is told."""
    wire = {}
    for address in addresses:
        try:
            wire[address] = mailbox(address)
        except NotAnAddress:
            continue
    return wire


@pytest.mark.threat("1.07")
def test_there_are_as_many_as_unicode_has() -> None:
    assert len({sign for sign, _taken in folded()}) >= POINTS


@pytest.mark.threat("1.07")
def test_no_letter_for_a_stranger_goes_to_the_known_mailbox_and_none_is_found_by_its_index() -> None:
    wire = writable({stranger for stranger, _known in twins()})

    for stranger, known in twins():
        if stranger in wire:
            assert wire[stranger] not in {known, known.lower()}
            assert address_index(stranger) != address_index(known) if known in writable({known}) else True


@pytest.mark.threat("1.07")
def test_a_strange_local_part_is_never_released_without_an_officer() -> None:
    for stranger, known in twins():
        if stranger in writable({stranger}) and not stranger.partition("@")[0].isascii():
            assert needs_officer(stranger)
            weighed = weigh(Candidate(Root("customers", ("1",)), matched=("email",), evidence={}), {})
            assert not is_clear([weighed], stranger), known


@pytest.mark.threat("1.07")
def test_a_name_that_folds_to_a_known_one_proves_nothing() -> None:
    for sign, taken in folded():
        candidate = Candidate(Root("customers", ("1",)), matched=("email",), evidence={"name": (NAME.format(taken),)})
        weighed = weigh(candidate, {"name": NAME.format(sign)})
        assert agreeing([Match(candidates=[weighed.plain])]) == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("1.07")
@pytest.mark.threat("3.02")
def test_the_shops_own_databases_find_no_stranger_for_somebody_known(shop: SmallShop) -> None:
    """Both engines hold every stranger, and are asked for every address for which one might be taken; then for one who is there."""
    known = sorted(writable({one for _stranger, one in twins()}))
    strangers = sorted({stranger for stranger, _known in twins() if "\0" not in stranger} - set(known))
    rows = list(enumerate(strangers, 1))
    with psycopg.connect(shop.database, autocommit=True) as orders:
        orders.cursor().executemany("INSERT INTO customers (id, email) VALUES (%s, %s)", rows)
    with closing(sqlite3.connect(shop.folder / "letters.sqlite")) as letters, letters:
        letters.executemany("INSERT INTO subscribers (id, email) VALUES (?, ?)", rows)

    for source in (shop.orders, shop.newsletter):
        assert _found(source, known) == []
    shop.customer(900_000, "KATHY@Shop.example")
    shop.subscriber(900_000, "KATHY@Shop.example")
    for source in (shop.orders, shop.newsletter):
        assert {root.key for root in _found(source, ["kathy@shop.example"])} == {("900000",)}


def _found(source: Source, addresses: list[str]) -> list[Root]:
    asked = connector(source)
    batches = [addresses[at : at + _AT_ONCE] for at in range(0, len(addresses), _AT_ONCE)]
    identities = [Identity(tuple(Claim("email", one) for one in batch)) for batch in batches]
    return [one.root for identity in identities for one in asked.candidates(config(source), identity)]


@pytest.mark.django_db
@pytest.mark.threat("1.07")
def test_what_the_database_would_take_for_the_same_is_asked_nowhere() -> None:
    """The control: upper() and lower() of PostgreSQL do take strangers for somebody known. Our own tables compare digests."""
    pairs = [(stranger, known) for stranger, known in twins() if "\0" not in stranger]
    compared = "SELECT count(*) FROM unnest(%s::text[], %s::text[]) AS pair (one, other) WHERE {}"
    with connection.cursor() as cursor:
        sides = [list(side) for side in zip(*pairs, strict=True)]
        cursor.execute(compared.format("normalize(lower(one), NFKC) = other OR lower(upper(one)) = other"), sides)
        (loose,) = cursor.fetchone()
        cursor.execute(compared.format('one COLLATE "C" = other COLLATE "C"'), sides)
        (strict,) = cursor.fetchone()
    with as_owner() as owner:
        owner.execute("SELECT count(*) FROM pg_type WHERE typname = 'citext'")
        (folding_types,) = owner.fetchone() or (None,)

    assert loose > 100
    assert (strict, folding_types) == (0, 0)

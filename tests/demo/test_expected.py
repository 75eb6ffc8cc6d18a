"""What `expected` tells of a planted person, against queries written by hand."""

from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from demo.expected import Expected, expected, key_columns
from demo.people import ANN, BARE, BOB, CLAIRE, GIVER, HEAVY, MAX, NOBODY, PAUL, PLANTED, READER, ROSE, ZERO, Person

OF_A_CUSTOMER = """
SELECT 'customers' AS collection, count(*) FROM customers WHERE id = :c
UNION ALL SELECT 'addresses', count(DISTINCT a.id) FROM addresses a
    JOIN customers c ON a.id IN (c.billing_address_id, c.delivery_address_id) WHERE c.id = :c
UNION ALL SELECT 'preferences', count(*) FROM preferences WHERE customer_id = :c
UNION ALL SELECT 'ring_sizes', count(*) FROM ring_sizes WHERE customer_id = :c
UNION ALL SELECT 'wishes', count(*) FROM wishes WHERE customer_id = :c
UNION ALL SELECT 'visits', count(*) FROM visits WHERE customer_id = :c
UNION ALL SELECT 'calls', count(*) FROM calls WHERE customer_id = :c
UNION ALL SELECT 'identity_checks', count(*) FROM identity_checks WHERE customer_id = :c
UNION ALL SELECT 'repairs', count(*) FROM repairs WHERE customer_id = :c
UNION ALL SELECT 'warranties', count(*) FROM warranties WHERE customer_id = :c
UNION ALL SELECT 'orders', count(*) FROM orders WHERE customer_id = :c
UNION ALL SELECT 'items', count(*) FROM items JOIN orders ON orders.id = order_id WHERE customer_id = :c
UNION ALL SELECT 'gift_messages', count(*) FROM gift_messages JOIN orders ON orders.id = order_id WHERE customer_id = :c
UNION ALL SELECT 'invoices', count(*) FROM invoices JOIN orders ON orders.id = order_id WHERE customer_id = :c
UNION ALL SELECT 'payments', count(*) FROM payments JOIN orders ON orders.id = order_id WHERE customer_id = :c
UNION ALL SELECT 'returns', count(*) FROM returns JOIN orders ON orders.id = order_id WHERE customer_id = :c
UNION ALL SELECT 'purchase_checks', count(*) FROM purchase_checks JOIN orders ON orders.id = order_id WHERE customer_id = :c
"""
OF_A_SUBSCRIBER = """
SELECT 'subscribers', count(*) FROM subscribers WHERE id = :s
UNION ALL SELECT 'list_members', count(*) FROM list_members WHERE subscriber_id = :s
UNION ALL SELECT 'consents', count(*) FROM consents WHERE subscriber_id = :s
UNION ALL SELECT 'campaign_events', count(*) FROM campaign_events WHERE subscriber_id = :s
"""


def counts(told: Expected, system: str) -> dict[str, int]:
    return {name: len(keys) for name, keys in told.keys[system].items()}


@pytest.mark.parametrize("person", PLANTED, ids=lambda person: person.name)
def test_what_is_expected_is_what_a_query_by_hand_counts(person: Person, orders: Connection, marketing: Connection) -> None:
    told = expected(person)
    by_hand = {str(name): int(count) for name, count in orders.execute(text(OF_A_CUSTOMER), {"c": person.customer})}
    assert counts(told, "orders") == by_hand
    by_hand = {str(name): int(count) for name, count in marketing.execute(text(OF_A_SUBSCRIBER), {"s": person.subscriber})}
    assert counts(told, "marketing") == by_hand


def test_the_expected_keys_are_those_in_the_database(orders: Connection) -> None:
    told = expected(CLAIRE).keys["orders"]
    assert key_columns("orders", "items") == ("order_id", "line")
    found = orders.execute(
        text("SELECT order_id, line FROM items JOIN orders ON id = order_id WHERE customer_id = 1 ORDER BY 1, 2")
    )
    assert told["items"] == tuple((str(order), str(line)) for order, line in found)


def test_claire_has_something_in_every_collection() -> None:
    assert all(keys for collections in expected(CLAIRE).keys.values() for keys in collections.values())


def test_claire_knows_an_order_number_and_a_postcode_of_hers(orders: Connection) -> None:
    numbers = orders.scalars(text("SELECT number FROM orders WHERE customer_id = 1")).all()
    assert CLAIRE.facts["order_number"] in numbers
    codes = orders.scalars(
        text("SELECT postcode FROM addresses JOIN customers c ON addresses.id = billing_address_id WHERE c.id = 1")
    )
    assert codes.all() == [CLAIRE.facts["postcode"]]


def test_the_expected_files_are_those_on_disk_and_in_the_rows(orders: Connection, home: Path) -> None:
    paths = orders.scalars(
        text(
            "SELECT scan FROM warranties WHERE customer_id = 1 UNION ALL SELECT scan FROM identity_checks WHERE customer_id = 1 "
            "UNION ALL SELECT recording FROM calls WHERE customer_id = 1"
        )
    )
    digests = [sha256((home / "files" / path).read_bytes()).hexdigest() for path in paths if path]
    photos = orders.scalars(text("SELECT photo FROM repairs WHERE customer_id = 1"))
    digests += [sha256(photo).hexdigest() for photo in photos if photo]
    assert expected(CLAIRE).files == tuple(sorted(digests))
    assert len(digests) > 5


def test_two_customers_share_an_address_of_mail_and_own_nothing_together(orders: Connection) -> None:
    assert orders.scalars(text("SELECT id FROM customers WHERE email = 'family@mail.example' ORDER BY id")).all() == [2, 3]
    ann, bob = expected(ANN).keys["orders"], expected(BOB).keys["orders"]
    assert all(not set(ann[name]) & set(bob[name]) for name in ann)


def test_two_customers_share_one_postal_address() -> None:
    rose, max_ = expected(ROSE).keys["orders"], expected(MAX).keys["orders"]
    assert rose["addresses"] == max_["addresses"] != ()
    assert rose["orders"] != max_["orders"]


def test_the_customer_with_number_zero_is_there() -> None:
    assert expected(ZERO).keys["orders"]["customers"] == (("0",),)
    assert expected(ZERO).keys["marketing"]["subscribers"] == (("0",),)


def test_of_some_there_is_little_or_nothing() -> None:
    assert expected(NOBODY).records() == 0
    assert counts(expected(BARE), "orders") | {"customers": 1, "addresses": 1} == counts(expected(BARE), "orders")
    assert expected(BARE).records() == 3
    assert counts(expected(BARE), "accounts") | {"accounts": 1} == counts(expected(BARE), "accounts")
    assert sum(counts(expected(READER), "orders").values()) == 0 < expected(READER).records()


def test_a_hundred_thousand_orders_are_expected_of_the_heavy_one() -> None:
    assert len(expected(HEAVY).keys["orders"]["orders"]) == 100_000


def test_addresses_on_record_are_awkward_as_meant(orders: Connection) -> None:
    emails = set(orders.scalars(text("SELECT email FROM customers WHERE id < 100")))
    assert PAUL.email in emails
    assert PAUL.email.isupper()
    assert sum(not email.isascii() for email in emails) == 3


def test_names_that_must_not_come_out_stand_only_where_they_are_withheld(orders: Connection) -> None:
    told = expected(GIVER).keys["orders"]["gift_messages"]
    names = orders.scalars(
        text("SELECT recipient_name FROM gift_messages JOIN orders o ON o.id = order_id WHERE customer_id = 11")
    ).all()
    assert len(told) == len(names) == 5
    assert set(names) <= set(GIVER.canaries)
    texts = orders.scalars(text("SELECT message FROM gift_messages UNION SELECT coalesce(family_note, '') FROM preferences")).all()
    assert not any(canary in words for canary in GIVER.canaries for words in texts)

"""Who may be meant: every record that meets a claim, with what is known of it, and no other."""

from datetime import date
from time import sleep
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, func

from requests_app.connectors.base import TooManyCandidates
from requests_app.connectors.sql import pool
from requests_app.emails import NotAnAddress, ascii_lower, same_mailbox
from tests.connectors.shops import EMAIL, KEY, SQL, Shop, known_by, ours, refer, roots

ANN = known_by("ann@mail.example")
# The characters that casefold, lower(upper()) or a collation takes for ASCII, and a sample of those that NFKC does.
FOLDING = "\u017f\u212aß\u1e9eŸ\u212bİıﬀﬁﬂﬅﬆﬃéÉè\ufe6b\u2024\ufe52\uff0e\uff20\uff41\uff4b\u2096\u1d4f\u217d\u2460ªº"
PLACES = ("k{}thy@shop.example", "kathy@sh{}p.example", "kathy{}@shop.example")


def customers(shop: Shop, *more: Column[Any]) -> Table:
    key = Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)
    return Table("customers", shop.metadata, key, Column("email", String(200)), *more)


def addresses(shop: Shop, *emails: str | None) -> None:
    customers(shop)
    shop.fill(customers=[{"id": number, "email": email} for number, email in enumerate(emails)])
    shop.describe(customers={"id": KEY, "email": EMAIL})


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("ann@mail.example", "ANN@MAIL.EXAMPLE"),
        ("ANN@Mail.Example", "ann@mail.example"),
        ("joerg@bücher.example", "joerg@xn--bcher-kva.example"),
        ("Joerg@XN--BCHER-KVA.example", "joerg@bücher.example"),
        ("JOERG@BÜCHER.EXAMPLE", "joerg@bücher.example"),
        ("zoé@mail.example", "ZOé@mail.example"),
        ("zoe\u0301@mail.example", "zoé@mail.example"),
        ("o'neil+%_\\@mail.example", "O'Neil+%_\\@mail.example"),
    ],
)
def test_spellings_of_one_mailbox_find_the_person(shop: Shop, held: str, asked: str) -> None:
    addresses(shop, held, "bob@mail.example")

    assert shop.candidate_keys(known_by(asked)) == [("0",)]
    assert shop.find(known_by(asked), roots(0)).keys("customers") == [0]


@pytest.mark.threat("1.07")
def test_no_collation_widens_the_match(shop: Shop) -> None:
    """Stored strangers who look alike, asked for by the plain address, and the other way round."""
    strangers = [place.format(sign) for place in PLACES for sign in FOLDING]
    plain = [place.format(letter) for place in PLACES for letter in ("a", "o", "s", "k", "i", "e", "ss", "fi", "ff", "", "@", ".")]
    others = [
        "kathy@shop.example ",
        " kathy@shop.example",
        "kathy@shop.example\t",
        "ká́thy@shop.example",
        "kathy@shop.examplé",
        "ÀNN@mail.example",
    ]
    addresses(shop, *strangers, *plain, *others, None, "")
    held = [*strangers, *plain, *others]

    for asked in [*plain[:12], *plain[12::4], *strangers[::7]]:
        try:
            same_mailbox(asked, asked)
            meant = [number for number, other in enumerate(held) if same_mailbox(asked, other)]
        except NotAnAddress:
            meant = []
        found = [int(candidate.root.key[0]) for candidate in SQL.candidates(shop.config, known_by(asked))]
        assert set(found) <= set(meant)
        assert {number for number in meant if ascii_lower(held[number]) == ascii_lower(asked)} <= set(found)


def test_a_postgresql_type_that_ignores_case_does_not_widen_the_match(postgres: Shop) -> None:
    postgres.run("CREATE EXTENSION citext", "CREATE TABLE customers (id int PRIMARY KEY, email citext)")
    postgres.run("CREATE INDEX ON customers (email)", "CREATE TABLE orders (id int PRIMARY KEY, email citext)")
    postgres.run(
        "INSERT INTO customers VALUES (1, 'Kathy@shop.example'), (2, '\u212aathy@shop.example'), (3, 'kathý@shop.example')"
    )
    postgres.run(
        "INSERT INTO orders VALUES (10, 'Kathy@shop.example'), (11, 'kathy@shop.example'), (12, '\u212aathy@shop.example')"
    )
    postgres.describe(customers={"id": KEY, "email": EMAIL}, orders={"id": KEY, "email": refer("customers.email")})

    assert postgres.candidate_keys(known_by("KATHY@shop.example")) == [("1",)]
    assert postgres.find(known_by("KATHY@shop.example"), roots(1)).keys("orders") == [10]
    assert [problem.where.partition(" ")[2] for problem in postgres.check()] == ["orders.email"]


@pytest.mark.parametrize(
    "collation", ["utf8mb4_general_ci", "utf8mb4_unicode_520_ci", "utf8mb4_bin", "latin1_swedish_ci", "latin1_bin"]
)
def test_mariadb_collations_do_not_widen_the_match(maria: Shop, collation: str) -> None:
    charset = collation.partition("_")[0]
    kind = f"varchar(100) CHARACTER SET {charset} COLLATE {collation}"
    maria.run(
        f"CREATE TABLE customers (id int PRIMARY KEY, email {kind}, INDEX (email))",
        "INSERT INTO customers VALUES (1, 'Renée@shop.example'), (2, 'renee@shop.example')",
        "INSERT INTO customers VALUES (3, 'RENÉE@shop.example'), (4, 'renée@shop.example ')",
    )
    maria.describe(customers={"id": KEY, "email": EMAIL})

    assert maria.candidate_keys(known_by("renée@SHOP.example")) == [("1",)]
    assert maria.candidate_keys(known_by("Renee@shop.example")) == [("2",)]
    assert ("not_indexed" in maria.codes()) == collation.endswith("_bin")


def test_an_index_on_the_lowered_address_is_used(postgres: Shop) -> None:
    table = customers(postgres)
    Index("by_email", func.lower(table.c.email))
    postgres.fill(customers=[{"id": number, "email": f"customer{number}@mail.example"} for number in range(20_000)])
    postgres.run("ANALYZE customers")
    postgres.describe(customers={"id": KEY, "email": EMAIL})

    assert postgres.codes() == []
    before = _scans(postgres)
    assert postgres.candidate_keys(known_by("CUSTOMER777@mail.example")) == [("777",)]
    after = _scans(postgres)

    assert [new - old for old, new in zip(before, after, strict=True)] == [0, 1]


def _scans(postgres: Shop) -> list[int]:
    """How often the customers were read from end to end, and by an index; a session is counted when it ends, a kept one too."""
    pool.close()
    postgres.engine.dispose()
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    counted = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'customers'"
    with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.exec_driver_sql(others).scalar():
            sleep(0.02)
        return [*connection.exec_driver_sql(counted).one()]


def test_two_persons_behind_one_address_are_two_candidates(shop: Shop) -> None:
    addresses(shop, "family@mail.example", "FAMILY@mail.example", "other@mail.example")

    found = shop.candidates(known_by("family@mail.example"))

    assert [candidate.root for candidate in found] == list(roots(0, 1))
    assert {candidate.matched for candidate in found} == {("email",)}


@pytest.fixture
def keller(shop: Shop) -> Shop:
    """A shop with a customer of two orders, one who is bare, and facts at every distance."""
    number = BigInteger().with_variant(Integer(), "sqlite")
    customers(shop, Column("last_name", String(50)), Column("born_on", Date()), Column("home_id", number))
    Table("addresses", shop.metadata, Column("id", number, primary_key=True), Column("postcode", String(9)))
    Table(
        "orders", shop.metadata, Column("id", number, primary_key=True), Column("customer_id", number), Column("number", String(9))
    )
    Table("items", shop.metadata, Column("id", number, primary_key=True), Column("order_id", number), Column("name", String(9)))
    nothing = {"last_name": None, "born_on": None, "home_id": None}
    shop.fill(
        customers=[
            {"id": 1, "email": "ann@mail.example", "last_name": "Keller", "born_on": date(1980, 2, 3), "home_id": 5},
            {"id": 2, "email": "ann@mail.example", **nothing},
        ],
        addresses=[{"id": 5, "postcode": "01234"}, {"id": 6, "postcode": "99999"}],
        orders=[{"id": one, "customer_id": owner, "number": f"R-{one}"} for one, owner in ((1, 1), (2, 1), (3, 9))],
        items=[{"id": 1, "order_id": 1, "name": "Canary"}],
    )
    facts = {"last_name": ours(fact="name"), "born_on": ours(fact="birth_date")}
    shop.describe(
        customers={"id": KEY, "email": EMAIL, **facts, "home_id": refer("addresses.id", "to")},
        addresses={"id": KEY, "postcode": ours(fact="postcode")},
        orders={"id": KEY, "customer_id": refer("customers.id"), "number": ours(fact="order_number")},
        items={"id": KEY, "order_id": refer("orders.id"), "name": ours(fact="name")},
    )
    return shop


def test_evidence_comes_from_the_record_and_from_one_reference_away(keller: Shop) -> None:
    first, second = keller.candidates(ANN)

    assert {kind: sorted(values) for kind, values in first.evidence.items()} == {
        "name": ["Keller"],
        "birth_date": ["1980-02-03"],
        "postcode": ["01234"],
        "order_number": ["R-1", "R-2"],
    }
    assert second.evidence == {}


def test_evidence_is_bounded_and_shows_what_was_claimed(shop: Shop) -> None:
    number = BigInteger().with_variant(Integer(), "sqlite")
    customers(shop)
    Table(
        "orders", shop.metadata, Column("id", number, primary_key=True), Column("customer_id", number), Column("number", String(9))
    )
    shop.fill(
        customers=[{"id": 7, "email": "ann@mail.example"}],
        orders=[{"id": one, "customer_id": 7, "number": f"R-{one:04}"} for one in range(1, 3000)],
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL},
        orders={"id": KEY, "customer_id": refer("customers.id"), "number": ours(fact="order_number")},
    )

    (candidate,) = shop.candidates(known_by("ann@mail.example", order_number="r-1234"))

    assert len(candidate.evidence["order_number"]) == 20
    assert candidate.evidence["order_number"][0] == "R-1234"


def test_what_is_about_others_is_no_evidence(shop: Shop) -> None:
    customers(shop, Column("partner", String(50)))
    shop.fill(customers=[{"id": 1, "email": "ann@mail.example", "partner": "Canary"}])
    shop.describe(customers={"id": KEY, "email": EMAIL, "partner": ours(fact="name", about="other")})

    assert shop.candidates(ANN)[0].evidence == {}


@pytest.mark.threat("3.06")
def test_a_limit_that_hides_candidates_is_told(shop: Shop) -> None:
    addresses(shop, *["ann@mail.example"] * 12)
    shop.options = {"candidate_limit": "12"}
    assert len(shop.candidates(ANN)) == 12

    shop.options = {"candidate_limit": "11"}
    found = SQL.candidates(shop.config, ANN)

    assert len([next(found) for _ in range(11)]) == 11
    with pytest.raises(TooManyCandidates):
        next(found)


def test_an_identity_without_a_usable_claim_meets_nobody(shop: Shop) -> None:
    addresses(shop, "", None, "ann@mail.example", "no address", "@")

    for nonsense in ("", "no address", "@", "ann@mail.example\0", "' OR 1=1 --@x", "%@mail.example", "ann@mail_example"):
        assert shop.candidates(known_by(nonsense)) == []

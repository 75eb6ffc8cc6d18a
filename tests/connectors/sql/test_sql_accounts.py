"""The account by which a system is read: what it may not see is told, and reading is all that it needs."""

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from requests_app.connectors.base import NotAsDescribed, Refused
from tests.connectors.shops import EMAIL, KEY, SQL, Shop, known_by, refer, roots

ANN = known_by("ann@mail.example")


@pytest.fixture
def described(shop: Shop) -> Shop:
    shop.run(
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50))",
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int)",
        "INSERT INTO customers VALUES (1, 'ann@mail.example')",
        "INSERT INTO orders VALUES (10, 1)",
    )
    shop.describe(customers={"id": KEY, "email": EMAIL}, orders={"id": KEY, "customer_id": refer("customers.id")})
    return shop


@pytest.mark.parametrize("shop", ["postgresql", "mariadb"], indirect=True)
def test_an_account_without_the_right_to_read_is_refused(described: Shop) -> None:
    _limited_account(described, "GRANT SELECT ON customers TO")

    assert {problem.code for problem in described.check() if problem.fatal} & {"refused", "no_table"}
    with pytest.raises((Refused, NotAsDescribed)):
        described.find(ANN, roots(1))


@pytest.mark.parametrize("shop", ["postgresql", "mariadb"], indirect=True)
def test_a_column_hidden_from_the_account_is_refused(described: Shop) -> None:
    _limited_account(described, "GRANT SELECT ON orders TO", "GRANT SELECT (id) ON customers TO")

    assert {problem.code for problem in described.check() if problem.fatal} & {"refused", "no_column"}
    with pytest.raises((Refused, NotAsDescribed)):
        described.candidates(ANN)


def _limited_account(shop: Shop, *grants: str) -> None:
    """Make the shop be read by another account, one that has these rights alone."""
    if shop.backend == "postgresql":
        reader = make_url(os.environ["DATABASE_URL"])
        shop.run(f"GRANT USAGE ON SCHEMA public TO {reader.username}", *(f"{grant} {reader.username}" for grant in grants))
        shop.url = shop.url.set(username=reader.username, password=reader.password)
    else:
        grantee = f"reader@'{shop.url.host}'"
        shop.run(f"CREATE OR REPLACE USER {grantee} IDENTIFIED BY 'pw'", *(f"{grant} {grantee}" for grant in grants))
        shop.url = shop.url.set(username="reader", password="pw")


def test_an_account_that_may_only_read_suffices(described: Shop) -> None:
    if described.backend == "sqlite":
        Path(str(described.url.database)).chmod(0o444)
    else:
        _limited_account(described, "GRANT SELECT ON customers TO", "GRANT SELECT ON orders TO")

    assert SQL.check(described.config).usable
    assert described.find(ANN, roots(1)).keys("orders") == [10]

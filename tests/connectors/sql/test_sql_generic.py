"""Engines that have no session of their own: the dialect's SQL, tried on those that are at hand."""

from pathlib import Path
from types import MappingProxyType

import pytest

from requests_app.connectors.base import Config, Misconfigured
from requests_app.connectors.sql import opening
from requests_app.connectors.sql.generic import Generic
from tests.connectors.shops import EMAIL, KEY, SQL, Shop, known_by, refer, roots

ANN = known_by("ann@mail.example")


@pytest.fixture(params=["postgresql", "sqlite"])
def plain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose engine has no session of its own any more."""
    shop: Shop = request.getfixturevalue({"postgresql": "postgres", "sqlite": "sqlite"}[request.param])
    monkeypatch.setattr(opening, "ENGINES", MappingProxyType({}))
    shop.run(
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), born date)",
        "INSERT INTO customers VALUES (0, 'Ann@mail.example', '1980-02-03'), (1, '\u212aate@mail.example', NULL)",
        "CREATE TABLE orders (id varchar(9), customer_id int, parent varchar(9))",
        "INSERT INTO orders VALUES ('a', 0, NULL), ('A', NULL, 'x'), ('', NULL, 'a'), ('b', 1, NULL), ('c', NULL, '')",
    )
    shop.describe(
        customers={"id": {}, "email": EMAIL, "born": {}},
        orders={"id": KEY, "customer_id": refer("customers.id"), "parent": refer("orders.id")},
    )
    return shop


def test_any_dialect_is_searched(plain: Shop) -> None:
    assert opening.engine_of(plain.config) is Generic
    assert not any(problem.fatal for problem in plain.check())
    assert plain.candidate_keys(ANN) == [("0",)]
    found = plain.find(ANN, roots(0))
    assert found.records["customers"] == [{"id": 0, "email": "Ann@mail.example", "born": "1980-02-03"}]
    assert sorted(found.keys("orders")) == ["", "a", "c"]


def test_no_lowering_widens_the_match(plain: Shop) -> None:
    assert plain.candidate_keys(known_by("kate@mail.example")) == []


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("oracle+oracledb://u:Canary@h/d", "pip install oracledb"),
        ("snowflake://u:Canary@h/d", "pip install snowflake-sqlalchemy"),
        ("bigquery://Canary", "pip install sqlalchemy-bigquery"),
        ("https://u:Canary@h/", "no URL of a database"),
        ("nonsense", "no URL of a database"),
    ],
)
def test_a_driver_that_is_missing_is_named(tmp_path: Path, url: str, part: str) -> None:
    (tmp_path / "shop.yaml").write_text(
        "dataset: [{fides_key: a, collections: [{name: b, fields: [{name: c, fides_meta: {identity: email}}]}]}]"
    )
    config = Config("shop", url, tmp_path / "shop.yaml")

    (problem,) = [problem for problem in SQL.check(config).problems if problem.fatal]

    assert problem.code == "misconfigured"
    assert part in problem.message
    assert "Canary" not in problem.message
    with pytest.raises(Misconfigured):
        list(SQL.candidates(config, ANN))

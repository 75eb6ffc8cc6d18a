"""What is wrong with a system or its description is said before a customer waits: file, line and field."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from requests_app.connectors.base import (
    BadDescription,
    Config,
    ForeignRecord,
    Misconfigured,
    NotAsDescribed,
    Pointer,
    Refused,
    SourceFault,
    TooSlow,
    Unreachable,
)
from requests_app.connectors.sql.opening import ENGINES
from requests_app.values import Root
from tests.connectors.conftest import made
from tests.connectors.shops import EMAIL, KEY, SQL, Shop, known_by, refer, roots

ANN = known_by("ann@mail.example")
TABLES = (
    "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50))",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int)",
    "INSERT INTO customers VALUES (1, 'ann@mail.example')",
    "INSERT INTO orders VALUES (10, 1)",
)
OURS = "FROM pg_stat_activity WHERE application_name = 'dsar' AND datname = current_database()"
DESCRIPTION = """
dataset:
  - fides_key: shop
    name: Shop
    collections:
      - name: customers
        fields:
          - {name: id, fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, fides_meta: {identity: email, data_type: string}}
      - name: orders
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - name: customer_id
            fides_meta: {references: [{dataset: shop, field: customers.id, direction: from}]}
"""


@pytest.fixture
def described(shop: Shop) -> Shop:
    shop.run(*TABLES)
    shop.write(DESCRIPTION)
    return shop


def test_a_good_system_is_usable(described: Shop) -> None:
    assert SQL.check(described.config).usable


def test_a_lookup_without_an_index_is_told_with_its_price(described: Shop) -> None:
    problems = {problem.where: problem for problem in described.check() if problem.code == "not_indexed"}

    assert set(problems) == {"shop.yaml:9: customers.email", "shop.yaml:13: orders.customer_id"}
    assert not any(problem.fatal for problem in problems.values())
    assert "rows of `orders`" in problems["shop.yaml:13: orders.customer_id"].message


def test_with_indexes_there_is_nothing_to_tell(described: Shop) -> None:
    expression = "(email)" if described.backend == "mysql" else "(lower(email))"
    described.run(f"CREATE INDEX by_email ON customers {expression}", "CREATE INDEX by_customer ON orders (customer_id)")

    assert described.check() == ()


def test_a_missing_table_and_a_missing_column_are_named(described: Shop) -> None:
    described.run("ALTER TABLE customers RENAME COLUMN email TO mail", "DROP TABLE orders")

    problems = {(problem.code, problem.where) for problem in described.check()}

    assert problems == {("no_column", "shop.yaml:9: customers.email"), ("no_table", "shop.yaml:10: orders")}
    with pytest.raises(NotAsDescribed) as caught:
        described.find(ANN, roots(1))
    assert "`customers` has no column `email`" in str(caught.value)
    assert "no table `orders`" in str(caught.value)
    with pytest.raises(NotAsDescribed):
        described.candidates(ANN)


def test_a_column_that_vanishes_while_the_system_is_read_is_named(postgres: Shop) -> None:
    """Between the look at the columns and the reading itself: the transaction's snapshot does not cover the catalogue."""
    postgres.run(*TABLES, "CREATE TABLE later (id int)")
    postgres.describe(
        customers={"id": KEY, "email": EMAIL},
        orders={"id": KEY, "customer_id": refer("customers.id")},
        later={"id": refer("customers.id")},
    )

    with ThreadPoolExecutor(1) as pool, postgres.connected() as connection:
        connection.exec_driver_sql("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        asked = pool.submit(postgres.find, ANN, roots(1))
        while not asked.done() and not _told(postgres, f"SELECT 1 {OURS} AND wait_event_type = 'Lock'"):
            sleep(0.05)
        connection.exec_driver_sql("DROP TABLE later")
        connection.commit()
        fault = asked.exception(timeout=10)

    assert isinstance(fault, NotAsDescribed)
    assert "no table `later`" in str(fault)


def _told(shop: Shop, question: str) -> Any:
    with shop.connected() as connection:
        return connection.exec_driver_sql(question).scalar()


def _read(shop: Shop, meanwhile: str) -> None:
    """Read everything, and run a statement whenever orders come."""
    for item in SQL.find(shop.config, ANN, roots(1)):
        if item.collection == "orders":
            shop.run(meanwhile)


def test_names_are_as_exact_as_the_engine_takes_them(described: Shop) -> None:
    text = DESCRIPTION.replace("name: email", "name: EMAIL")
    described.write(text)
    assert ("no_column" in described.codes()) == (described.backend == "postgresql")

    described.write(text.replace("EMAIL", "email").replace("name: orders", "name: ORDERS"))
    assert ("no_table" in described.codes()) == (described.backend != "sqlite")


def test_sqlite_tells_a_missing_column_from_a_text(sqlite: Shop) -> None:
    """SQLite reads an unknown name in double quotes as a text: the check must not be fooled by it."""
    sqlite.run(*TABLES)
    sqlite.describe(customers={"id": KEY, "email": EMAIL, "nope": {}})

    assert "no_column" in sqlite.codes()
    with pytest.raises(NotAsDescribed):
        sqlite.find(ANN, roots(1))


@pytest.mark.parametrize(
    ("field", "spec"),
    [
        ("id", {"fides_meta": {"primary_key": True, "data_type": "string"}}),
        ("name", {"fides_meta": {"data_type": "integer"}}),
        ("name", {"fides_meta": {"references": [{"dataset": "shop", "field": "orders.id", "direction": "to"}]}}),
        ("points", {"fides_meta": {"identity": "email"}}),
        ("points", {"dsar": {"file": {}}}),
        ("name", {"dsar": {"type": "binary"}}),
    ],
)
def test_types_that_do_not_fit_are_named(shop: Shop, field: str, spec: dict[str, object]) -> None:
    shop.run("CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), name varchar(50), points int)", *TABLES[1:2])
    fields = {"id": KEY, "email": EMAIL} | {field: spec}
    shop.describe(customers=fields, orders={"id": KEY, "customer_id": refer("customers.id")})

    fatal = [problem for problem in shop.check() if problem.fatal]

    assert {problem.code for problem in fatal} == {"wrong_type"}
    assert all(f"customers.{field}" in problem.where for problem in fatal)


def test_what_no_reference_reaches_is_an_error_and_never_a_gap(described: Shop) -> None:
    described.describe(customers={"id": KEY, "email": EMAIL}, orders={"id": KEY})

    assert ("no_path", True) in {(problem.code, problem.fatal) for problem in described.check()}
    for question in (lambda: described.find(ANN, roots(1)), lambda: described.candidates(ANN)):
        with pytest.raises(BadDescription, match="orders"):
            question()


@pytest.mark.parametrize("key", ["PRIMARY KEY (id)", "UNIQUE (id)", ""])
def test_without_a_described_key_the_live_one_is_taken_or_the_claim_itself(shop: Shop, key: str) -> None:
    """A description made elsewhere often names no key; who then stands for a person is what the table says, or all that meet."""
    shop.run(
        f"CREATE TABLE customers (id int NOT NULL, email varchar(50){', ' if key else ''}{key})",
        "INSERT INTO customers VALUES (2, 'ann@mail.example'), (0, 'ANN@mail.example'), (3, 'bob@mail.example')",
        "CREATE TABLE orders (id int, customer_id int)",
        "INSERT INTO orders VALUES (10, 0), (11, 2), (12, 3)",
    )
    shop.describe(customers={"email": EMAIL, "id": {}}, orders={"id": {}, "customer_id": refer("customers.id")})
    everybody = (Root("customers", ()),)

    assert not any(problem.fatal for problem in shop.check())
    assert shop.candidate_keys(ANN) == ([("0",), ("2",)] if key else [()])
    assert SQL.by_claim(shop.config) == everybody
    found = shop.find(ANN, everybody)
    assert (sorted(found.keys("customers")), sorted(found.keys("orders"))) == ([0, 2], [10, 11])
    if key:
        assert shop.find(ANN, roots(2)).keys("orders") == [11]
    with pytest.raises(ForeignRecord):
        shop.find(ANN, roots(3))


def test_values_of_another_system_that_nobody_supplies_are_told(described: Shop) -> None:
    crm = Pointer("crm", "people", "id")
    elsewhere = {"fides_meta": {"references": [{"dataset": "crm", "field": "people.id", "direction": "from"}]}}
    described.describe(customers={"id": KEY, "email": EMAIL}, orders={"id": KEY, "customer_id": elsewhere})

    assert ("other_dataset", True) in {(problem.code, problem.fatal) for problem in described.check()}
    assert "other_dataset" not in {problem.code for problem in SQL.check(described.config, {crm}).problems}
    assert SQL.wants(described.config) == (crm,)
    assert described.find(ANN, roots(1)).keys("orders") == []
    assert described.find(ANN, roots(1), {crm: lambda: iter(["1", "7", "x"])}).keys("orders") == [10]


def test_a_way_into_another_person_is_told_and_not_gone(described: Shop) -> None:
    described.describe(
        customers={"id": KEY, "email": EMAIL},
        orders={
            "id": KEY,
            "customer_id": refer("customers.id", "to"),
        },
    )

    assert {"leads_to_a_person", "no_path"} <= set(described.codes())


def test_a_way_through_a_shared_record_is_told(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), home_id int)",
        "CREATE TABLE homes (id int PRIMARY KEY)",
        "CREATE TABLE repairs (id int PRIMARY KEY, home_id int)",
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL, "home_id": refer("homes.id", "to")},
        homes={"id": KEY},
        repairs={"id": KEY, "home_id": refer("homes.id")},
    )

    assert ("shared", False) in {(problem.code, problem.fatal) for problem in shop.check()}


def _unreachable(shop: Shop) -> None:
    shop.url = shop.url.set(database=str(shop.folder / "none.sqlite")) if shop.backend == "sqlite" else shop.url.set(port=1)


def _wrong_password(shop: Shop) -> None:
    shop.url = shop.url.set(username="nobody_we_know", password="Canary-wrong")


def _no_database(shop: Shop) -> None:
    shop.url = shop.url.set(database="no_such_database")


@pytest.mark.threat("8.08")
@pytest.mark.parametrize(
    ("spoil", "kind"),
    [(_unreachable, Unreachable), (_wrong_password, Refused), (_no_database, Refused)],
    ids=["port", "password", "database"],
)
def test_a_system_that_does_not_answer_is_named_without_its_secrets(
    described: Shop, spoil: Callable[[Shop], None], kind: type[SourceFault]
) -> None:
    if described.backend == "sqlite" and kind is Refused:
        (described.folder / "other.sqlite").write_bytes(b"this is no database, whatever its name says" * 100)
        described.url = described.url.set(database=str(described.folder / "other.sqlite"))
    else:
        spoil(described)

    (problem,) = described.check()
    with pytest.raises(kind) as caught:
        described.candidates(ANN)

    assert (problem.code, problem.fatal) == (kind.code, True)
    for told in (problem.message, str(caught.value), repr(caught.value), repr(described.config)):
        assert "Canary" not in told
        assert str(described.url.username) + ":" not in told
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("url", ["", "nonsense", "oracle://u:Canary@h/d", "postgresql://u:Canary@h:port/d", "https://h/"])
def test_an_address_of_no_known_engine_is_a_sentence(tmp_path: Path, url: str) -> None:
    shop_file = tmp_path / "shop.yaml"
    shop_file.write_text(DESCRIPTION)
    config = Config("shop", url, shop_file)

    (problem,) = SQL.check(config).problems

    assert problem.code == "misconfigured"
    assert "Canary" not in problem.message
    with pytest.raises(Misconfigured):
        list(SQL.candidates(config, ANN))


def test_a_database_that_does_not_tell_its_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(DESCRIPTION)
    with made("postgresql", "TEMPLATE template0 ENCODING SQL_ASCII LC_COLLATE 'C' LC_CTYPE 'C'") as url:
        config = Config("shop", url.render_as_string(hide_password=False), tmp_path / "shop.yaml")

        assert [problem.code for problem in SQL.check(config).problems] == ["misconfigured"]


@pytest.mark.parametrize("options", [{"statement_timeout": "soon"}, {"statement_timeout": "0"}, {"candidate_limit": "-1"}])
def test_an_option_that_is_no_number_is_refused(described: Shop, options: dict[str, str]) -> None:
    described.options = options

    with pytest.raises(Misconfigured, match=next(iter(options))):
        described.candidates(ANN)


@pytest.mark.threat("4.06")
def test_a_system_that_is_too_slow_is_a_fault(shop: Shop) -> None:
    slow = {
        "postgresql": "CREATE VIEW slow AS SELECT 1 AS id, 1 AS customer_id FROM pg_sleep(30)",
        "mysql": "CREATE VIEW slow AS SELECT 1 AS id, 1 + sleep(30) AS customer_id",
        "sqlite": "CREATE VIEW slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e9)"
        " SELECT count(*) AS id, max(i) AS customer_id FROM n",
    }
    shop.run(*TABLES, slow[shop.backend])
    shop.options = {"statement_timeout": "1"}
    shop.describe(customers={"id": KEY, "email": EMAIL}, slow={"id": KEY, "customer_id": refer("customers.id")})

    with pytest.raises(TooSlow):
        shop.find(ANN, roots(1))


def test_a_locked_table_is_a_fault_and_not_a_wait(postgres: Shop) -> None:
    postgres.run(*TABLES)
    postgres.write(DESCRIPTION)
    with postgres.connected() as connection:
        connection.exec_driver_sql("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TooSlow):
            postgres.find(ANN, roots(1))


@pytest.mark.threat("4.06")
def test_a_connection_that_is_cut_is_a_fault(postgres: Shop) -> None:
    postgres.run(*TABLES, "INSERT INTO orders SELECT g, 1 FROM generate_series(100, 60000) g")
    postgres.write(DESCRIPTION)

    with pytest.raises(Unreachable):
        _read(postgres, f"SELECT pg_terminate_backend(pid) {OURS}")


@pytest.mark.threat("4.08")
def test_the_session_cannot_write(shop: Shop) -> None:
    shop.run(*TABLES)
    shop.write(DESCRIPTION)
    session = ENGINES[shop.backend](shop.config, 5)
    cursor = session.connection.cursor()

    with pytest.raises(Exception, match=r"(?i)read.?only"):
        cursor.execute("DELETE FROM orders")

    session.close()


def test_everything_is_read_in_one_snapshot(shop: Shop) -> None:
    shop.run(*TABLES)
    shop.run("PRAGMA journal_mode = WAL") if shop.backend == "sqlite" else None
    shop.write(DESCRIPTION)
    shop.run(*(f"INSERT INTO orders VALUES ({number}, 1)" for number in range(11, 21)))

    seen = []
    for item in SQL.find(shop.config, ANN, roots(1)):
        seen.append((item.collection, item.records))  # type: ignore[union-attr]
        shop.run(f"INSERT INTO orders VALUES ({1000 + len(seen)}, 1)", "DELETE FROM orders WHERE id < 15")

    assert seen == [("customers", 1), ("customers", 1), ("orders", 11), ("orders", 11)]


def test_an_answer_that_is_not_wanted_any_more_leaves_no_connection(postgres: Shop) -> None:
    postgres.run(*TABLES, "INSERT INTO orders SELECT g, 1 FROM generate_series(100, 60000) g")
    postgres.write(DESCRIPTION)
    found = SQL.find(postgres.config, ANN, roots(1))
    while next(found).collection != "orders":
        pass
    found.close()  # type: ignore[attr-defined]

    ends = monotonic() + 60
    while _sessions(postgres) and monotonic() < ends:
        sleep(0.1)  # the server takes a moment to notice
    assert _sessions(postgres) == 0


def _sessions(postgres: Shop) -> int:
    with postgres.connected() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) {OURS}").scalar_one())


def test_mariadb_lets_go_of_an_answer_that_is_not_wanted_any_more(maria: Shop) -> None:
    maria.run(*TABLES, "INSERT INTO orders SELECT seq, 1 FROM seq_100_to_60000")
    maria.write(DESCRIPTION)
    found = SQL.find(maria.config, ANN, roots(1))
    while next(found).collection != "orders":
        pass
    found.close()  # type: ignore[attr-defined]

    assert maria.candidate_keys(ANN) == [("1",)]

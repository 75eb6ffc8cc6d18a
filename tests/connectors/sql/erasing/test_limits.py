"""What the live schema forbids of a plan is found before anything is touched, and named by table and column."""

import pytest

from requests_app.connectors.erasing import CannotErase, Deed, Facts, Ruling
from tests.connectors.shops import EMAIL, KEY, SQL, Shop, Spec, known_by, refer, roots
from tests.connectors.sql.erasing.desk import opened
from tests.connectors.sql.erasing.erasures import Erasure, judge

ANN = known_by("ann@mail.example")
BLANK = Ruling(Deed.BLANK, "categories", None, ("name",))


def customers(shop: Shop, columns: str, *more: str, spec: Spec | None = None, values: str = "'Keller', 44") -> Erasure:
    shop.run(
        f"CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80), {columns})",
        f"INSERT INTO customers VALUES (1, 'ann@mail.example', {values}), (2, 'bob@mail.example', {values})",
        *more,
    )
    shop.describe(customers={"id": KEY, "email": EMAIL, "name": spec or {}})
    shop.engine.dispose()
    return Erasure(shop, ANN, roots(1), judge(customers=BLANK))


def refused(erasure: Erasure) -> list[tuple[str, str]]:
    with pytest.raises(CannotErase) as caught:
        erasure.plan()
    return [(problem.code, problem.message) for problem in caught.value.problems]


def test_a_condition_that_the_masked_record_would_break_is_told_with_its_words(shop: Shop) -> None:
    erasure = customers(shop, "name VARCHAR(20) NOT NULL, age INTEGER, CHECK (name <> '' OR age < 18)")

    ((code, message),) = refused(erasure)
    assert code == "check"
    assert "customers.name cannot be overwritten" in message
    assert "18" in message


def test_the_same_condition_is_no_matter_for_a_record_that_goes_on_meeting_it(shop: Shop) -> None:
    erasure = customers(shop, "name VARCHAR(20) NOT NULL, age INTEGER, CHECK (name <> '' OR age < 18)", values="'Tim', 7")

    assert [some.how for some in erasure.plan()] == [{"name": "''"}]
    erasure.run()
    assert erasure.one("SELECT name FROM customers WHERE id = 1") == ""
    assert erasure.one("SELECT name FROM customers WHERE id = 2") == "Tim"


def test_a_view_is_left_to_a_person(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(20))",
        "INSERT INTO people VALUES (1, 'ann@mail.example', 'Keller')",
        "CREATE VIEW customers AS SELECT id, email, name FROM people",
    )
    shop.describe(customers={"id": KEY, "email": EMAIL, "name": {}})
    shop.engine.dispose()

    (some,) = Erasure(shop, ANN, roots(1), judge(customers=BLANK)).plan()
    assert (some.ruling.deed, some.ruling.reason) == (Deed.KEEP, "by_hand")


def test_a_table_without_transactions_is_refused(maria: Shop) -> None:
    erasure = customers(maria, "name VARCHAR(20), age INTEGER", "ALTER TABLE customers ENGINE = MyISAM")

    assert [code for code, _ in refused(erasure)] == ["no_transactions"]


def test_an_account_that_may_not_delete_is_told_before_it_tries(postgres: Shop) -> None:
    erasure = customers(postgres, "name VARCHAR(20), age INTEGER")
    postgres.run("REVOKE DELETE, UPDATE (name), UPDATE ON customers FROM CURRENT_USER")
    erasure.judge = judge()

    assert refused(erasure) == [("no_right", "`customers`: the account may not delete there")]
    erasure.judge = judge(customers=BLANK)
    ((code, message),) = refused(erasure)
    assert (code, "customers.name" in message) == ("no_right", True)


def test_triggers_and_tables_that_hang_on_it_undescribed_are_told(shop: Shop) -> None:
    event = {
        "postgresql": (
            "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
            "CREATE TRIGGER noted BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION noted()",
        ),
        "mysql": ("CREATE TRIGGER noted BEFORE DELETE ON customers FOR EACH ROW SET @noted = 1",),
        "sqlite": ("CREATE TRIGGER noted BEFORE DELETE ON customers BEGIN SELECT 1; END",),
    }[shop.backend]
    points = "FOREIGN KEY (owner) REFERENCES customers (id) ON DELETE CASCADE"
    hanging = f"CREATE TABLE secrets (id INTEGER PRIMARY KEY, owner INTEGER, {points})"
    erasure = customers(shop, "name VARCHAR(20), age INTEGER", hanging, *event)

    told = {(problem.code, problem.fatal) for problem in SQL.besides(shop.config)}  # type: ignore[attr-defined]
    assert told == {("trigger", False), ("undescribed", False)}
    erasure.judge = judge()
    erasure.plan()
    shop.run("INSERT INTO secrets VALUES (1, 1)")
    shop.engine.dispose()
    ((code, message),) = refused(erasure)
    assert (code, "CASCADE" in message) == ("undescribed_reference", True)


def test_what_is_read_of_a_schema_names_lengths_nulls_and_what_is_unique(shop: Shop) -> None:
    customers(
        shop, "name VARCHAR(20) NOT NULL, age INTEGER, UNIQUE (name, age, id)", "CREATE UNIQUE INDEX by_email ON customers (email)"
    )
    with opened(shop) as desk:
        facts = desk.facts["customers"]
        assert (facts.columns["name"].length, facts.columns["name"].nullable, facts.columns["age"].nullable) == (20, False, True)
        uniques = {one.columns for one in facts.uniques}
        assert uniques >= {("email",)}
        assert {frozenset(one) for one in uniques} >= {frozenset({"name", "age", "id"})}
        assert (facts.may_delete, facts.transactional, facts.is_view) == (True, True, False)


def test_a_zero_in_a_key_of_several_columns_names_its_record_alone(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE customers (shop INTEGER, id INTEGER, email VARCHAR(80), name VARCHAR(20), PRIMARY KEY (shop, id))",
        "INSERT INTO customers VALUES (0, 5, 'ann@mail.example', 'Ann'), (7, 5, 'bob@mail.example', 'Bob')",
    )
    shop.describe(customers={"shop": KEY, "id": KEY, "email": EMAIL, "name": {}})
    shop.engine.dispose()
    erasure = Erasure(shop, ANN, roots((0, 5)), judge(customers=BLANK))

    assert erasure.keys() == {("customers", "blank categories"): [("0", "5")]}
    erasure.run()
    assert erasure.one("SELECT count(*) FROM customers WHERE name IS NULL AND shop = 0") == 1
    assert erasure.one("SELECT name FROM customers WHERE shop = 7") == "Bob"


def test_what_fails_half_way_is_taken_back_whole(shop: Shop) -> None:
    raises = {
        "postgresql": (
            "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'",
            "CREATE TRIGGER never BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION never()",
        ),
        "mysql": ("CREATE TRIGGER never BEFORE DELETE ON customers FOR EACH ROW SIGNAL SQLSTATE '45000'",),
        "sqlite": ("CREATE TRIGGER never BEFORE DELETE ON customers BEGIN SELECT RAISE(ABORT, 'no'); END",),
    }[shop.backend]
    erasure = customers(shop, "name VARCHAR(20), age INTEGER")
    shop.run(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER)", "INSERT INTO orders VALUES (1, 1), (2, 1)", *raises
    )
    shop.describe(customers={"id": KEY, "email": EMAIL, "name": {}}, orders={"id": KEY, "customer_id": refer("customers.id")})
    shop.engine.dispose()
    erasure.judge = judge()

    with pytest.raises(Exception, match="shop"):
        erasure.run()
    assert (erasure.one("SELECT count(*) FROM orders"), erasure.one("SELECT count(*) FROM customers")) == (2, 2)


def test_an_address_of_an_order_is_ruled_as_the_order_that_points_to_it(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80))",
        "CREATE TABLE bills (id INTEGER PRIMARY KEY, street VARCHAR(80))",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, bill_id INTEGER, placed DATE)",
        "INSERT INTO customers VALUES (1, 'ann@mail.example')",
        "INSERT INTO bills VALUES (10, 'Old Lane'), (11, 'New Lane'), (12, 'Both Lane')",
        "INSERT INTO orders VALUES (1, 1, 10, '2001-01-01'), (2, 1, 11, '2026-01-01')",
        "INSERT INTO orders VALUES (3, 1, 12, '2001-01-01'), (4, 1, 12, '2026-01-01')",
    )
    placed: Spec = {"fides_meta": {"data_type": "string"}, "dsar": {"type": "date"}}
    shop.describe(
        customers={"id": KEY, "email": EMAIL},
        bills={"id": KEY, "street": {}},
        orders={"id": KEY, "customer_id": refer("customers.id"), "bill_id": refer("bills.id", "to"), "placed": placed},
        meta={"bills": {"dsar": {"part_of": "orders"}}, "orders": {"dsar": {"dates": {"document_date": "placed"}}}},
    )
    shop.engine.dispose()

    def by_age(facts: Facts) -> Ruling:
        return Ruling(Deed.KEEP, "duty:young") if str(facts["placed"]) > "2020" else Ruling(Deed.ERASE, "nothing_keeps")

    erasure = Erasure(shop, ANN, roots(1), judge(orders=by_age, bills=by_age))
    keys = erasure.keys()
    assert keys["bills", "erase nothing_keeps"] == ["10"]
    assert keys["bills", "keep duty:young"] == ["11", "12"]


@pytest.mark.parametrize(("whole", "codes"), [("false", ["inside_list"]), ("true", [])])
def test_a_list_in_which_other_persons_may_stand_is_not_erased_for_one_of_them(shop: Shop, whole: str, codes: list[str]) -> None:
    shop.run(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, emails VARCHAR(200), name VARCHAR(20))",
        """INSERT INTO customers VALUES (1, '["ann@mail.example", "bob@mail.example"]', 'Trip')""",
    )
    emails: Spec = {"fides_meta": {"data_type": "string[]", "identity": "email", "return_all_elements": whole}}
    shop.describe(customers={"id": KEY, "emails": emails, "name": {}})
    shop.engine.dispose()

    for rules in (judge(), judge(customers=Ruling(Deed.BLANK, "categories", None, ("emails",)))):
        erasure = Erasure(shop, ANN, roots(1), rules)
        assert ([code for code, _ in refused(erasure)] if codes else [some.collection for some in erasure.plan()]) == (
            codes or ["customers"]
        )

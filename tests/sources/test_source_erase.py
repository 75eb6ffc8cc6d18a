"""`manage.py source plan` and `source erase`: what would become of a person's records, and on a test database the deed itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.connectors.shops import Shop
from tests.sources.conftest import filled
from tests.sources.terminal import Told, in_one_sentence, shown, typed

ANNA = ("--email", "anna@shop.example")
CONTACT = ("--categories", "user.name,user.contact")


def said(shop: Shop, deed: str, *words: str | Path) -> Told:
    shop.engine.dispose()
    return typed(deed, shop.folder / "shop.yaml", "--url", shown(shop.url), *words)


def rows(shop: Shop, question: str) -> list[tuple[Any, ...]]:
    with shop.connected() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def everything(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    with shop.connected() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in shop.metadata.tables.items()
        }


def changed(shop: Shop, old: str, new: str) -> Shop:
    file = shop.folder / "shop.yaml"
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")
    return shop


def table(told: Told) -> list[list[str]]:
    lines = [line.split() for line in told.stdout.splitlines()]
    start = next(number for number, line in enumerate(lines) if line[:2] == ["collection", "records"])
    return [line for line in lines[start + 1 :] if len(line) > 3 and line[1].isdecimal()]


def test_a_plan_tells_each_deed_with_its_reason_and_touches_nothing(small: Shop) -> None:
    before = everything(small)
    told = said(small, "plan", *ANNA)

    assert told.returncode == 0, told.stderr
    assert sorted(table(told)) == [
        ["customers", "1", "erase", "nothing_keeps"],
        ["orders", "2", "erase", "nothing_keeps"],
        ["visits", "2", "erase", "nothing_keeps"],
    ]
    assert everything(small) == before
    assert "anna" not in (told.stdout + told.stderr).lower()


def test_the_statements_of_a_plan_are_shown_in_its_order_and_hold_no_data_of_the_person(small: Shop) -> None:
    told = said(small, "plan", *ANNA, "--sql")

    assert told.stdout.index('DELETE FROM "orders"') < told.stdout.index('DELETE FROM "customers"')
    assert "anna" not in told.stdout.lower()


def test_a_record_of_each_kind_is_shown_before_and_after_where_that_is_asked_for(small: Shop) -> None:
    told = said(small, "plan", *ANNA, *CONTACT, "--sample")

    assert "name: Anna Keller → NULL" in told.stdout
    assert "Bert" not in told.stdout


@pytest.mark.parametrize("engine", ["postgres", "maria", "sqlite"])
def test_a_rehearsal_does_everything_and_takes_it_back(engine: str, request: pytest.FixtureRequest) -> None:
    shop = filled(request.getfixturevalue(engine))
    before = everything(shop)
    told = said(shop, "plan", *ANNA, "--rehearse")

    assert told.returncode == 0, told.stderr
    assert "taken back: nothing is changed" in told.stdout
    assert everything(shop) == before


@pytest.mark.parametrize("engine", ["postgres", "maria", "sqlite"])
def test_what_is_erased_is_gone_and_nothing_else_is_touched(engine: str, request: pytest.FixtureRequest) -> None:
    shop = filled(request.getfixturevalue(engine))
    before = everything(shop)
    told = said(shop, "erase", *ANNA, "--yes")

    assert told.returncode == 0, told.stderr
    assert "everything that was planned has happened" in told.stdout
    after = everything(shop)
    assert [row[0] for row in after["customers"]] == [2, 3, 4]
    assert after["visits"] == []
    assert after["orders"] == [row for row in before["orders"] if row[0] > 11]
    assert set(after["customers"]) < set(before["customers"])


@pytest.mark.parametrize("engine", ["postgres", "maria", "sqlite"])
def test_by_categories_fields_are_overwritten_and_every_record_stays(engine: str, request: pytest.FixtureRequest) -> None:
    shop = filled(request.getfixturevalue(engine))
    before = everything(shop)
    told = said(shop, "erase", *ANNA, *CONTACT, "--yes")

    assert told.returncode == 0, told.stderr
    after = everything(shop)
    anna = next(row for row in before["customers"] if row[0] == 1)
    assert (1, None, None, anna[3]) in after["customers"]
    assert [row for row in after["customers"] if row[0] != 1] == [row for row in before["customers"] if row[0] != 1]
    assert [row[1:] for row in after["visits"]] == [(None, "/")] * 2
    assert after["orders"] == before["orders"]


def test_a_category_is_met_by_whole_parts(small: Shop) -> None:
    changed(small, "data_categories: [user.demographic.date_of_birth]", "data_categories: [user.name_day]")
    small.run("UPDATE customers SET born = '1980-05-17'")
    said(small, "erase", *ANNA, *CONTACT, "--yes")

    assert rows(small, "SELECT name, born FROM customers WHERE id = 1") == [(None, "1980-05-17")]
    assert rows(small, "SELECT DISTINCT page FROM visits") == [("/",)]  # user.contactless is not user.contact


def test_without_a_word_of_consent_nothing_is_erased(small: Shop) -> None:
    before = everything(small)
    told = said(small, "erase", *ANNA)

    assert "Nothing was erased" in in_one_sentence(told)
    assert table(told)
    assert everything(small) == before


def test_in_a_configured_system_only_a_request_erases() -> None:
    assert "only a request erases" in in_one_sentence(typed("erase", "shop/orders", *ANNA, "--yes"))


def test_nobody_found_is_no_success(small: Shop) -> None:
    told = said(small, "erase", "--email", "nobody@shop.example", "--yes")

    assert "there is nothing to erase" in in_one_sentence(told)


def test_two_persons_behind_one_address_are_told_apart_before_anything_goes(small: Shop) -> None:
    changed(small, "[user.name]}", "[user.name], dsar: {fact: name}}")
    before = everything(small)
    told = said(small, "erase", "--email", "home@shop.example", "--yes")

    assert told.returncode != 0
    assert "2 persons" in told.stderr
    assert everything(small) == before
    one = said(small, "erase", "--email", "home@shop.example", "--root", "customers:3", "--yes")
    assert one.returncode == 0, one.stderr
    assert rows(small, "SELECT id FROM customers ORDER BY id") == [(1,), (2,), (4,)]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("{name: name,", "{name: name, fides_meta: {read_only: true},", "customers.name"),
        (
            "{name: page, data_categories: [user.contactless]",
            "{name: page, data_categories: [user.name], fides_meta: {masking_strategy_override: {strategy: preserve}}",
            "visits.page",
        ),
    ],
)  # fmt: skip
def test_a_field_that_stays_is_named_and_the_rest_is_no_full_success(small: Shop, old: str, new: str, field: str) -> None:
    told = said(changed(small, old, new), "erase", *ANNA, *CONTACT, "--yes")

    assert told.returncode != 0
    assert f"stays  {field}" in told.stderr
    assert f"NOT all was erased. These stay, and are a person's work: {field}." in told.stderr
    assert rows(small, "SELECT email FROM customers WHERE id = 1") == [(None,)]


def test_a_strategy_that_cannot_be_done_stops_everything_by_name(small: Shop) -> None:
    before = everything(small)
    strategy = "fides_meta: {masking_strategy_override: {strategy: aes_encrypt, configuration: {mode: GCM}}}"
    told = said(changed(small, "{name: name, ", f"{{name: name, {strategy}, "), "erase", *ANNA, *CONTACT, "--yes")

    assert told.returncode != 0
    assert "customers.name cannot be overwritten: `aes_encrypt`" in told.stdout
    assert "nothing was touched: 1 errors" in told.stderr
    assert everything(small) == before


def test_the_deletion_that_a_file_orders_for_a_collection_takes_its_records(small: Shop) -> None:
    override = "fides_meta: {masking_strategy_override: {strategy: delete, configuration: {}}}"
    told = said(changed(small, "- name: visits\n", f"- name: visits\n        {override}\n"), "erase", *ANNA, *CONTACT, "--yes")

    assert told.returncode == 0, told.stderr
    assert rows(small, "SELECT count(*) FROM visits") == [(0,)]
    assert rows(small, "SELECT count(*) FROM customers") == [(4,)]


def test_what_a_person_must_do_by_hand_is_no_full_success(small: Shop) -> None:
    told = said(changed(small, "- name: visits\n", "- name: visits\n        dsar: {erase: never}\n"), "erase", *ANNA, "--yes")

    assert told.returncode != 0
    assert "a person's work: visits." in told.stderr
    assert rows(small, "SELECT count(*) FROM visits") == [(2,)]


def test_a_hold_of_the_file_keeps_its_records(small: Shop) -> None:
    hold = "dsar: {holds: [{kind: open_contract, when: {field: paper, in: [a/one.txt]}}]}"
    told = said(changed(small, "- name: orders\n", f"- name: orders\n        {hold}\n"), "erase", *ANNA, "--yes")

    assert told.returncode == 0, told.stderr
    assert rows(small, "SELECT id FROM orders ORDER BY id") == [(10,), (12,), (13,)]
    assert rows(small, "SELECT id, email, name FROM customers WHERE id = 1") == [
        (1, "anna@shop.example", "Anna Keller")
    ]  # the order still runs: it is sent to her


def test_the_duties_of_a_shop_in_a_country_can_be_looked_at(small: Shop) -> None:
    changed(small, "- name: orders\n", "- name: orders\n        dsar: {keep_as: invoice, dates: {document_date: paper}}\n")
    small.run("UPDATE orders SET paper = '2026-05-17' WHERE id = 10")
    told = said(small, "plan", *ANNA, "--establishment", "fr")

    kept, asked = (next(row for row in table(told) if row[:1] + row[2:3] == ["orders", deed]) for deed in ("keep", "ask"))
    assert kept[3].startswith(("duty:", "blank"))
    assert asked[3] == "undated"


@pytest.mark.parametrize(
    ("scope", "kept"), [("marketing", {"customers", "orders", "visits"}), ("order:R-1", {"customers", "orders", "visits"})]
)
def test_what_is_out_of_scope_is_kept(small: Shop, scope: str, kept: set[str]) -> None:
    told = said(small, "plan", *ANNA, "--scope", scope)

    assert {row[0] for row in table(told) if row[3] == "out_of_scope"} == kept


def test_a_scope_that_is_none_is_refused(small: Shop) -> None:
    assert "--scope is one of" in in_one_sentence(said(small, "plan", *ANNA, "--scope", "some"))


ARTICLES = """
      - name: items
        fields:
          - name: order_id
            data_categories: [system.operations]
            fides_meta: {references: [{dataset: shop, field: orders.id, direction: from}]}
          - name: article_id
            data_categories: [system.operations]
            fides_meta: {references: [{dataset: shop, field: articles.id, direction: to}]}
      - name: articles
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: title, data_categories: [system.operations]}
"""


def test_an_article_that_only_this_customer_bought_stays_on_the_shelf(small: Shop) -> None:
    small.run(
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, title VARCHAR(40))",
        "CREATE TABLE items (order_id INTEGER, article_id INTEGER, PRIMARY KEY (order_id, article_id))",
        "INSERT INTO articles VALUES (0, 'Ring')",
        "INSERT INTO items VALUES (10, 0)",
    )
    file = small.folder / "shop.yaml"
    file.write_text(file.read_text(encoding="utf-8").rstrip() + ARTICLES, encoding="utf-8")
    told = said(small, "erase", *ANNA, "--yes")

    assert told.returncode == 0, told.stdout + told.stderr
    assert rows(small, "SELECT title FROM articles") == [("Ring",)]
    assert rows(small, "SELECT count(*) FROM items") == [(0,)]


def test_an_address_that_is_a_key_of_the_live_table_is_named_and_left(sqlite: Shop) -> None:
    sqlite.run(
        "CREATE TABLE visits (email VARCHAR(80), day VARCHAR(10), name VARCHAR(20), PRIMARY KEY (email, day)) WITHOUT ROWID",
        "INSERT INTO visits VALUES ('anna@shop.example', '2026-01-01', 'Anna'), ('bob@shop.example', '2026-01-01', 'Bob')",
    )
    sqlite.write(
        """
dataset:
  - fides_key: shop
    collections:
      - name: visits
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: day, data_categories: [user.behavior]}
          - {name: name, data_categories: [user.name]}
"""
    )
    told = said(sqlite, "erase", *ANNA, *CONTACT, "--yes")

    assert told.returncode != 0
    assert "stays  visits.email" in told.stderr
    assert rows(sqlite, "SELECT email, name FROM visits ORDER BY email") == [
        ("anna@shop.example", None),
        ("bob@shop.example", "Bob"),
    ]


def test_an_object_whose_parts_have_strategies_of_their_own_is_overwritten_part_by_part(sqlite: Shop) -> None:
    sqlite.run(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80), address TEXT)",
        """INSERT INTO customers VALUES (1, 'anna@shop.example', '{"house": "7", "city": "Bath", "floor": 2}')""",
    )
    sqlite.write(
        """
dataset:
  - fides_key: shop
    collections:
      - name: customers
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - name: address
            fields:
              - {name: city, data_categories: [user.contact.address.city]}
              - name: house
                data_categories: [user.contact.address.street]
                fides_meta:
                  data_type: string
                  masking_strategy_override:
                    {strategy: string_rewrite, configuration: {rewrite_value: "12", format_preservation: {suffix: "-test"}}}
"""
    )
    told = said(sqlite, "erase", *ANNA, *CONTACT, "--yes")

    assert told.returncode == 0, told.stdout + told.stderr
    ((found,),) = rows(sqlite, "SELECT address FROM customers")
    assert json.loads(found) == {"house": "12-test", "city": None, "floor": 2}

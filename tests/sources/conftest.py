"""Small systems to try, in servers of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Date, ForeignKey, Integer, Numeric, String, Table

from tests.connectors.conftest import maria, postgres, postgres_database, sqlite  # noqa: F401  # fixtures
from tests.connectors.shops import Shop
from tests.sources.shop_of_oscar import OscarShop, built, copied, drop

DESCRIPTION = """
dataset:
  - fides_key: shop
    name: Shop
    collections:
      - name: customers
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
          - {name: born, data_categories: [user.demographic.date_of_birth]}
      - name: visits
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: page, data_categories: [user.contactless]}
      - name: orders
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - name: customer_id
            data_categories: [user.unique_id]
            fides_meta: {references: [{dataset: shop, field: customers.id, direction: from}]}
          - {name: total, data_categories: [user.financial]}
          - {name: paper, data_categories: [user.content]}
"""
FACTS = DESCRIPTION.replace("[user.name]}", "[user.name], dsar: {fact: name}}")
TEXTS = {"customers": ("email", "name"), "visits": ("email", "page"), "orders": ("paper",)}


def filled(shop: Shop) -> Shop:
    """Make the tables, with Anna (two visits, two orders), Bert without anything, and two who share an address."""
    texts = {name: [Column(one, String(90)) for one in own] for name, own in TEXTS.items()}
    Table("customers", shop.metadata, Column("id", Integer, primary_key=True), *texts["customers"], Column("born", Date))
    Table("visits", shop.metadata, Column("id", Integer, primary_key=True), *texts["visits"])
    ties = Column("customer_id", Integer, ForeignKey("customers.id")), Column("total", Numeric(9, 2))
    Table("orders", shop.metadata, Column("id", Integer, primary_key=True), *ties, *texts["orders"])
    shop.fill(
        customers=[
            {"id": 1, "email": "anna@shop.example", "name": "Anna Keller"},
            {"id": 2, "email": "bert@shop.example", "name": "Bert"},
            {"id": 3, "email": "home@shop.example", "name": "Carla"},
            {"id": 4, "email": "home@shop.example", "name": "Dirk"},
        ],
        visits=[{"id": number, "email": "Anna@shop.example", "page": "/"} for number in (1, 2)],
        orders=[
            {"id": 10, "customer_id": 1, "total": "12.50", "paper": "a/one.txt"},
            {"id": 11, "customer_id": 1, "total": "0.10", "paper": None},
            {"id": 12, "customer_id": 3, "total": "7.00", "paper": None},
            {"id": 13, "customer_id": 4, "total": "8.00", "paper": None},
        ],
    )
    shop.write(DESCRIPTION)
    return shop


@pytest.fixture
def small(sqlite: Shop) -> Shop:  # noqa: F811  # a fixture's parameter
    """The small shop in a SQLite file."""
    return filled(sqlite)


@pytest.fixture
def file(small: Shop) -> Path:
    """Its dataset file."""
    return small.folder / "shop.yaml"


@pytest.fixture(scope="session")
def oscar_template(worker_id: str) -> Iterator[OscarShop]:
    """A django-oscar shop with three customers, to be copied: nobody connects to it."""
    name = f"oscar_test_{os.getpid()}_{worker_id}"
    try:
        yield built(name)
    finally:
        drop(name)


@pytest.fixture(scope="session")
def oscar(oscar_template: OscarShop) -> Iterator[OscarShop]:
    """A copy that is only read."""
    with copied(oscar_template) as shop:
        yield shop

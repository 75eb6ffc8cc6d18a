"""Nobody is treated worse for asking: nothing that a shop decides by can know that somebody asked."""

import re
import sqlite3
from typing import Any

import psycopg
import pytest

from requests_app.brands.models import Brand
from requests_app.deadlines.models import Pause
from requests_app.sources.models import Source
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import an_officer
from tests.filing import file_and_confirm
from tests.mail import Post
from tests.portal.customer import Customer
from tests.running import run_all_due
from tests.small_shop import SmallShop, shop

__all__ = ["shop"]
SHAMES = re.compile(r"\b(are you sure|you will lose|lose your|miss out|we are sorry to see you|unfortunately you)\b", re.IGNORECASE)


def everything(shop: SmallShop) -> list[Any]:
    """Return what the shop's own systems hold, with the columns that they have."""
    with psycopg.connect(shop.database) as orders:
        names = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        held = [orders.execute(names).fetchall()]
        held += [orders.execute(f"SELECT * FROM {table} ORDER BY 1".encode()).fetchall() for table in ("customers", "orders")]
    letters = sqlite3.connect(shop.folder / "letters.sqlite")
    held += [letters.execute("SELECT sql FROM sqlite_master").fetchall(), letters.execute("SELECT * FROM subscribers").fetchall()]
    letters.close()
    return held


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("A5")
def test_who_asked_stands_in_no_system_of_the_shop_and_costs_nothing(shop: SmallShop, post: Post) -> None:
    shop.customer(1, "ada@example.com")
    shop.order(10, 1)
    shop.subscriber(5, "ada@example.com")
    before = everything(shop)

    filed = file_and_confirm(post, shop.brand)
    assert filed.state == State.REVIEWING
    advance(filed.now, Move.APPROVE, by=an_officer(brand=shop.brand).actor)
    run_all_due()

    assert filed.state == State.ANSWERED
    assert everything(shop) == before
    assert not Pause.objects.filter(dsr=filed.dsr).exists(), "a fee was asked for"


@pytest.mark.django_db
@pytest.mark.promise("A5")
def test_a_shop_is_told_of_nobody_who_asked_by_any_field_of_its_own() -> None:
    fields = {field.name for model in (Brand, Source) for field in model._meta.get_fields() if not field.is_relation}

    assert not {name for name in fields if re.search(r"price|discount|tier|score|penalty|blocked", name)}


@pytest.mark.django_db
@pytest.mark.promise("A5")
@pytest.mark.parametrize("right", ["access", "erasure", "withdraw_consent", "opt_out_sale", "complaint"])
def test_no_form_shames_sells_or_asks_for_an_account(customer: Customer, right: str) -> None:
    Brand.objects.update(rights={"voluntary": [right]})

    page = customer.get(f"{right}/").content.decode()  # type: ignore[attr-defined]

    assert not SHAMES.search(page)
    assert 'type="password"' not in page

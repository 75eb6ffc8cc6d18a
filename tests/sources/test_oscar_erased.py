"""One customer is erased from a real django-oscar shop: the shop goes on, its accounts add up, and nobody else is touched."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.sources.shop_of_oscar import DESCRIPTION, OscarShop, copied, used
from tests.sources.terminal import Told, typed

pytestmark = pytest.mark.timeout(900)  # a whole shop is migrated and used
Tables = dict[str, dict[Any, dict[str, Any]]]
ANNA = ("--email", "anna@shop.example")


@pytest.fixture
def shop(oscar_template: OscarShop) -> Iterator[OscarShop]:
    """A shop of its own: it will not be the same afterwards."""
    with copied(oscar_template) as shop:
        yield shop


@pytest.fixture(scope="module")
def shown(oscar: OscarShop) -> dict[str, Any]:
    """What the shop says of itself as long as nobody is erased."""
    return used(oscar.url)


def told(shop: OscarShop, deed: str, *words: str) -> Told:
    return typed(deed, DESCRIPTION, "--url", shop.url, *ANNA, *words)


def everything(shop: OscarShop) -> Tables:
    """All rows of all tables by their id."""
    engine = create_engine(make_url(shop.url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        found: Tables = {}
        for name in names:
            rows = [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()]
            found[name] = {row.get("id", tuple(row.values())): row for row in rows}
    engine.dispose()
    return found


def of_others(found: Tables, shop: OscarShop) -> Tables:
    own = {name: set(keys) for name, keys in shop.owned["anna"].items()}
    return {name: {key: row for key, row in rows.items() if key not in own.get(name, set())} for name, rows in found.items()}


def words(found: Tables) -> str:
    return repr([row for rows in found.values() for row in rows.values()]).lower()


def test_where_the_law_keeps_the_orders_the_shop_goes_on_and_its_accounts_add_up(shop: OscarShop, shown: dict[str, Any]) -> None:
    before = everything(shop)
    done = told(shop, "erase", "--establishment", "FR", "--yes")

    assert done.returncode == 0, done.stdout + done.stderr
    after, later = everything(shop), used(shop.url)
    assert of_others(after, shop) == of_others(before, shop)
    assert {page: status for page, status in later["pages"].items() if status != 200} == {}
    assert len(later["pages"]) > 15
    assert later["pages"].keys() == shown["pages"].keys()
    assert (later["accounts"], later["orders"], later["shelf"]) == (shown["accounts"], shown["orders"], shown["shelf"])
    assert set(later["orders"]) == {"1001", "1002", "1003", "1004"}


def test_of_the_erased_customer_only_what_the_law_keeps_is_left(shop: OscarShop) -> None:
    told(shop, "erase", "--establishment", "FR", "--yes")

    left = everything(shop)
    (user,) = (left["auth_user"][key] for key in shop.owned["anna"]["auth_user"])
    assert (user["email"], user["first_name"], user["last_name"], user["is_active"]) == ("", "", "", False)
    assert user["username"].startswith("erased-")
    bills = left.pop("order_billingaddress")
    assert all(bills[key]["last_name"] == "Keller" for key in shop.owned["anna"]["order_billingaddress"])
    assert "anna@shop.example" not in words(left)
    own = {"address_useraddress", "payment_bankcard", "wishlists_wishlist", "communication_email", "analytics_usersearch"}
    assert {name: [key for key in shop.owned["anna"][name] if key in left[name]] for name in own} == {name: [] for name in own}


def test_without_a_law_that_keeps_them_the_orders_go_and_every_page_still_opens(shop: OscarShop) -> None:
    before = everything(shop)
    done = told(shop, "erase", "--yes")

    assert done.returncode == 0, done.stdout + done.stderr
    after, later = everything(shop), used(shop.url)
    assert of_others(after, shop) == of_others(before, shop)
    assert set(later["orders"]) == {"1002", "1003"}
    assert {page: status for page, status in later["pages"].items() if status != 200} == {}
    assert "anna" not in words({name: rows for name, rows in after.items() if name != "reviews_productreview"})


def test_by_categories_names_and_addresses_go_and_every_record_stays(shop: OscarShop) -> None:
    before = everything(shop)
    done = told(
        shop, "erase", "--categories", "user.name,user.contact.email,user.contact.address.street,user.account.username", "--yes"
    )

    after = everything(shop)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {name: rows.keys() for name, rows in after.items()} == {name: rows.keys() for name, rows in before.items()}
    assert of_others(after, shop) == of_others(before, shop)
    assert all(after[name] == before[name] for name in ("order_line", "order_orderdiscount", "payment_transaction"))
    assert "stays  wishlists_wishlistsharedemail.email: it is about somebody else" in done.stderr
    assert "anna@shop.example" not in words(after)

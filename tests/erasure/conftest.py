"""A small shop from which something can be erased, and two officers."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from requests_app.erasure import services as erasure
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from tests.filing import Filed, file_and_confirm
from tests.mail import Post
from tests.making import an_officer
from tests.running import run_all_due
from tests.small_shop import ORDERS, SmallShop, shop

__all__ = ["shop"]

_KEPT: Final = """      - name: orders
        dsar:
          keep_as: order
          dates: {document_date: ordered_on}
"""
_DATED: Final = "          - {name: ordered_on, data_categories: [user.purchase], fides_meta: {data_type: date}}\n"
KEPT_ORDERS: Final = ORDERS.replace("      - name: orders\n        dsar:\n", _KEPT) + _DATED


@pytest.fixture
def erasing(shop: SmallShop) -> SmallShop:
    """The shop, with accounts that may erase, and a customer who has two orders and a subscription."""
    Source.objects.filter(pk=shop.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
    Source.objects.filter(pk=shop.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
    for number, name in ((1, "Ada"), (2, "Eve")):
        shop.customer(number, f"{name.lower()}@example.com", name=f"{name} Example")
        shop.order(number * 10, number)
        shop.order(number * 10 + 1, number)
        shop.subscriber(number + 4, f"{name.lower()}@example.com")
    return shop


@pytest.fixture
def keeping(erasing: SmallShop) -> SmallShop:
    """The shop, whose accounting law orders it to keep its orders for ten years."""
    Path(erasing.orders.description).write_text(KEPT_ORDERS, encoding="utf-8")
    erasing.sql("ALTER TABLE orders ADD ordered_on date")
    erasing.sql("UPDATE orders SET ordered_on = '2024-03-01'")
    return erasing


@pytest.fixture
def officers(erasing: SmallShop) -> tuple[Officer, Officer]:
    return an_officer("one@desk.example", erasing.brand), an_officer("two@desk.example", erasing.brand)


@pytest.fixture
def planned(erasing: SmallShop, post: Post) -> Callable[[], Filed]:
    """File a request and let it be planned."""

    def made() -> Filed:
        filed = file_and_confirm(post, erasing.brand, right="erasure")
        run_all_due()
        return filed

    return made


@pytest.fixture
def approve(officers: tuple[Officer, Officer]) -> Callable[[Filed], None]:
    """Let both approve, and the customer not want to wait; nothing runs yet."""

    def done(filed: Filed) -> None:
        for officer in officers:
            erasure.approve(filed.now, by=officer, digest=erasure.plan_digest(filed.now))
        if not filed.now.erasing_at:
            run_all_due("journey.follow", "correspondence.send")
            assert erasure.waive_cooling_off(filed.now)

    return done

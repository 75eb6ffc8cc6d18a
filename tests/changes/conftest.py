"""A small shop in which something can be corrected and restricted, and an officer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from requests_app.changes.models import Entry
from requests_app.changes.services import Proposal, propose
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.verification import services as verification
from tests.filing import Filed, file, file_and_confirm
from tests.mail import Post, post
from tests.making import an_officer
from tests.running import run_all_due
from tests.small_shop import LETTERS, ORDERS, SmallShop, shop

__all__ = ["post", "shop"]

_STATUS: Final = "          - {name: status, data_categories: [user.account]}\n"
_RESTRICT: Final = "          restrict: {field: status, value: restricted}\n"
_KEPT: Final = "          retention_class: account\n        fields:"
_SCAN: Final = "          - {name: scan,"
CUSTOMERS: Final = ORDERS.replace(_KEPT, _RESTRICT + _KEPT, 1).replace(_SCAN, _STATUS + _SCAN)
SUBSCRIBERS: Final = LETTERS + "          - {name: postcode, data_categories: [user.contact.address]}\n"


@pytest.fixture
def changing(shop: SmallShop) -> SmallShop:
    """The shop, with accounts that may write, and two customers of whom both systems know the postcode."""
    Source.objects.filter(pk=shop.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
    Source.objects.filter(pk=shop.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
    Path(shop.orders.description).write_text(CUSTOMERS, encoding="utf-8")
    Path(shop.newsletter.description).write_text(SUBSCRIBERS, encoding="utf-8")
    shop.sql("ALTER TABLE customers ALTER postcode TYPE varchar(8), ADD status text NOT NULL DEFAULT 'active'")
    shop.letters("ALTER TABLE subscribers ADD postcode text")
    for number, name in ((1, "Ada"), (2, "Eve")):
        shop.sql(
            "INSERT INTO customers VALUES (%s, %s, %s, '75001', NULL)", number, f"{name.lower()}@example.com", f"{name} Example"
        )
        shop.order(number * 10, number)
        shop.letters("INSERT INTO subscribers VALUES (?, ?, ?, ?)", number + 4, f"{name.lower()}@example.com", "news", "75001")
    return shop


@pytest.fixture
def officer(changing: SmallShop) -> Officer:
    return an_officer("one@desk.example", changing.brand)


@pytest.fixture
def shown(changing: SmallShop, post: Post) -> Callable[..., Filed]:
    """File a request and let the systems show what may be changed."""

    def made(right: str = "rectification", **fields: Any) -> Filed:
        filed = file_and_confirm(post, changing.brand, right=right, **fields)
        run_all_due()
        return filed

    return made


def entry(filed: Filed, field: str, source: str = "orders") -> Entry:
    return Entry.objects.select_related("source", "dsr__brand").get(dsr=filed.dsr, field=field, source__name=source)


def proposed(filed: Filed, **values: str) -> None:
    """Propose values for fields of the order system, and let the journey follow."""
    propose(filed.now, {entry(filed, name).pk: Proposal(value, why="I moved") for name, value in values.items()})
    run_all_due()


def shown_too(first: Filed) -> Filed:
    """File a second request of the same person, proven with the first."""
    second = file(first.now.brand, right=first.now.right)
    verification.vouched(second.now, first.now)
    run_all_due()
    return second

"""Use a django-oscar shop through its own models and pages, and print what they say as JSON. Nothing of it stays."""

import json
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.test import Client  # noqa: E402
from oscar.core.loading import get_model  # type: ignore[import-untyped]  # noqa: E402

Order, Line, Product = get_model("order", "Order"), get_model("order", "Line"), get_model("catalogue", "Product")
OFFICE = ("", "orders/", "users/", "reviews/", "reports/", "orders/statistics/", "vouchers/", "catalogue/")


def pages() -> dict[str, int]:
    """The status of the pages of the shop, and of its office, to one who may see them all."""
    boss = User.objects.create_superuser("boss", "boss@shop.example", "secret")
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]  # of the shop, not of ours
    orders = [f"/dashboard/orders/{order.number}/" for order in Order.objects.all()]
    users = [f"/dashboard/users/{user.pk}/" for user in User.objects.all()]
    reviews = [f"/dashboard/reviews/{review.pk}/" for review in get_model("reviews", "ProductReview").objects.all()]
    ring = Product.objects.get(title="Ring").get_absolute_url()
    every = ["/catalogue/", ring, *(f"/dashboard/{page}" for page in OFFICE), *orders, *users, *reviews]
    return {page: client.get(page).status_code for page in every}


def orders() -> dict[str, Any]:
    return {
        order.number: {
            "total": str(order.total_incl_tax),
            "before": str(order.basket_total_before_discounts_incl_tax),
            "items": order.num_items,
            "sent": order.shipping_status,
            "paid": [str(source.balance) for source in order.sources.all()],
            "lines": [(line.description, str(line.line_price_incl_tax)) for line in order.lines.all()],
            "basket": order.basket.pk,
            "billed_to": str(order.billing_address),
        }
        for order in Order.objects.order_by("pk")
    }


def accounts() -> dict[str, str]:
    sums = Order.objects.aggregate(total=Sum("total_incl_tax"), net=Sum("total_excl_tax"))
    lines = Line.objects.aggregate(lines=Sum("line_price_incl_tax"), pieces=Sum("quantity"))
    paid = get_model("payment", "Transaction").objects.aggregate(paid=Sum("amount"))
    return {name: str(Decimal(value)) for name, value in (sums | lines | paid).items()}


def shelf() -> dict[str, Any]:
    product = Product.objects.get(title="Ring")
    product.update_rating()
    return {"rating": product.rating, "reviews": product.reviews.count()}


def named() -> int:
    """How many records there are, each loaded by its own model and named."""
    return sum(isinstance(str(row), str) for model in apps.get_models() for row in model._default_manager.all())


with transaction.atomic():
    said = {"records": named(), "orders": orders(), "accounts": accounts(), "shelf": shelf(), "pages": pages()}
    transaction.set_rollback(True)
print(json.dumps(said))  # noqa: T201

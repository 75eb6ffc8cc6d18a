"""Fill a django-oscar shop with three customers, through its own models, and print which records are whose as JSON."""

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from oscar.core.loading import get_model  # type: ignore[import-untyped]  # noqa: E402
from oscar.test import factories  # type: ignore[import-untyped]  # noqa: E402

Owned = dict[str, list[Any]]
OWNED: dict[str, Owned] = defaultdict(lambda: defaultdict(list))
STREET = {"line1": "12 Harbour Lane", "line4": "Bristol", "postcode": "BS1 4RW"}


def maker(person: str) -> Callable[..., Any]:
    """Return what makes a record of oscar and notes it down as the person's."""

    def make(model: str, **fields: Any) -> Any:
        made = get_model(*model.split(".")).objects.create(**fields)
        return note(person, made)

    return make


def note(person: str, made: Any) -> Any:
    keys = OWNED[person][made._meta.db_table]
    if made.pk not in keys:
        keys.append(made.pk)
    return made


def customer(name: str, country: Any, product: Any) -> dict[str, Any]:
    make = maker(name)
    user = note(name, User.objects.create_user(name, f"{name}@shop.example", "secret", first_name=name.title(), last_name="Keller"))
    make("address.UserAddress", user=user, first_name=name.title(), last_name="Keller", country=country, **STREET)
    basket = order(name, user, "", country, product)
    review = make("reviews.ProductReview", product=product, user=user, score=4, title="Good", body=f"I am {name}")
    wishlist = make("wishlists.WishList", owner=user, name="Birthday")
    make("wishlists.Line", wishlist=wishlist, product=product, title=product.title)
    make("wishlists.WishListSharedEmail", wishlist=wishlist, email="friend-of-all@shop.example")
    make("customer.ProductAlert", user=user, product=product)
    make("communication.Email", user=user, subject="Your order", body_text=f"Dear {name}")
    make("analytics.UserSearch", user=user, query="rings")
    make("analytics.UserProductView", user=user, product=product)
    make("analytics.UserRecord", user=user, num_orders=1)
    make("payment.Bankcard", user=user, name=name, number="XXXX-XXXX-XXXX-1234", expiry_date="2030-01-01", card_type="Visa")
    return {"user": user, "review": review, "basket": basket}


def order(name: str, user: User | None, email: str, country: Any, product: Any) -> Any:
    make = maker(name)
    basket = make("basket.Basket", owner=user)
    stock = product.stockrecords.first()
    line = make("basket.Line", basket=basket, product=product, stockrecord=stock, line_reference=f"{name}-1", price_currency="GBP")
    make("basket.LineAttribute", line=line, option=OPTION, value="For ever")
    person = {"first_name": name.title(), "last_name": "Keller", "country": country}
    addresses = {f"{one.lower()}_address": make(f"order.{one}Address", **person, **STREET) for one in ("Shipping", "Billing")}
    whose = {"user": user, "guest_email": email, "basket": basket, "number": f"{1000 + basket.pk}", **addresses}
    made = make("order.Order", site_id=1, total_incl_tax=12, total_excl_tax=10, date_placed=now(), **whose)
    inside(make, made, product, stock)
    return basket


def inside(make: Callable[..., Any], order: Any, product: Any, stock: Any) -> None:
    prices = {f"{what}_{tax}_tax": 10 for what in ("line_price", "line_price_before_discounts") for tax in ("incl", "excl")}
    line = make(
        "order.Line",
        order=order,
        product=product,
        stockrecord=stock,
        title=product.title,
        quantity=1,
        num_allocated=0,
        partner_sku="sku",
        **prices,
    )
    make("order.LinePrice", order=order, line=line, price_incl_tax=12, price_excl_tax=10)
    make("order.LineAttribute", line=line, option=OPTION, type="text", value="For ever")
    make("order.OrderNote", order=order, user=STAFF, message="Called back")
    make("order.OrderStatusChange", order=order, old_status="new", new_status="paid")
    discount = make("order.OrderDiscount", order=order, amount=2)
    make("order.OrderLineDiscount", line=line, order_discount=discount, amount=2, is_incl_tax=True)
    make("order.Surcharge", order=order, name="Gift paper", code="gift", incl_tax=1, excl_tax=1)
    make("order.CommunicationEvent", order=order, event_type=EVENT)
    sent = make(
        "order.ShippingEvent", order=order, event_type=get_model("order", "ShippingEventType").objects.get_or_create(name="Sent")[0]
    )
    make("order.ShippingEventQuantity", event=sent, line=line, quantity=1)
    paid = make(
        "order.PaymentEvent",
        order=order,
        amount=12,
        event_type=get_model("order", "PaymentEventType").objects.get_or_create(name="Paid")[0],
    )
    make("order.PaymentEventQuantity", event=paid, line=line, quantity=1)
    source = make(
        "payment.Source", order=order, source_type=get_model("payment", "SourceType").objects.get_or_create(name="Card")[0]
    )
    make("payment.Transaction", source=source, txn_type="Debit", amount=12)


def kind(app: str, model: str) -> Any:
    return get_model(app, model).objects.get_or_create(name="usual")[0]


def between(one: dict[str, Any], other: dict[str, Any]) -> None:
    """What two customers did to each other: a vote belongs to who cast it, a notification to who received it."""
    note(one["user"].username, get_model("reviews", "Vote").objects.create(review=other["review"], user=one["user"], delta=1))
    told = {"recipient": one["user"], "sender": other["user"], "subject": "Your review was liked", "body": "…"}
    note(one["user"].username, get_model("communication", "Notification").objects.create(**told))


STAFF = User.objects.create_user("clerk", "clerk@shop.example", "secret", is_staff=True)
COUNTRY = get_model("address", "Country").objects.create(iso_3166_1_a2="GB", name="GB", printable_name="Great Britain")
EVENT = get_model("communication", "CommunicationEventType").objects.create(code="sent", name="Sent")
OPTION = get_model("catalogue", "Option").objects.create(name="Engraving", code="engraving")
PRODUCT = factories.create_product(title="Ring", price=10)
ANNA, OTTO = customer("anna", COUNTRY, PRODUCT), customer("otto", COUNTRY, PRODUCT)
between(ANNA, OTTO)
between(OTTO, ANNA)
order("gast", None, "gast@shop.example", COUNTRY, PRODUCT)
guest = {"product": PRODUCT, "email": "gast@shop.example"}
maker("gast")("reviews.ProductReview", name="Gast", score=3, title="Fair", body="It fits", **guest)
maker("gast")("customer.ProductAlert", **guest)
order("anna", None, "Anna@shop.example", COUNTRY, PRODUCT)  # before she had an account
print(json.dumps(OWNED))  # noqa: T201

"""A shop that answers as the documents of Shopify's Admin REST API say: a token in a header, pages behind opaque links, a bucket
that leaks, a search for words, defaults that leave things out. Prints its port.
"""

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from tests.connectors.rest.vendors.service import Record, Said, Service, serve

TOKEN: Final = "shpat_0123"
VERSION: Final = "2026-10"


def place(name: str = "Ann", **more: Any) -> Record:
    return {
        "first_name": name, "last_name": "Kéller 李", "company": None, "address1": "Gasse 1", "address2": "", "city": "Köln",
        "province": None, "country": "Germany", "zip": "50667", "phone": None, "name": f"{name} Kéller 李", "province_code": None,
        "country_code": "DE", "country_name": "Germany", **more,
    }  # fmt: skip


def customer(number: int, email: str | None, orders: int = 0, name: str | None = "Ann") -> Record:
    return {
        "id": number, "email": email, "created_at": "2024-01-01T10:00:00+01:00", "updated_at": "2024-01-01T10:00:00+01:00",
        "first_name": name, "last_name": name and "Kéller 李", "orders_count": orders, "state": "enabled", "total_spent": "11.90",
        "last_order_id": None, "note": None, "verified_email": True, "multipass_identifier": None, "tax_exempt": False, "tags": "",
        "last_order_name": None, "currency": "EUR", "phone": None, "addresses": [], "tax_exemptions": [],
        "email_marketing_consent": {"state": "subscribed"}, "sms_marketing_consent": None, "admin_graphql_api_id": f"gid://{number}",
    }  # fmt: skip


def order(number: int, owner: int, email: str, status: str = "open", receiver: str | None = "Ann") -> Record:
    line = {
        "id": number * 10, "title": "Ring", "variant_title": None, "product_id": 7, "variant_id": 8, "sku": "R", "vendor": "us",
        "quantity": 1, "price": "11.90", "total_discount": "0.00", "gift_card": False, "fulfillment_status": None,
        "properties": [{"name": "Engraving", "value": "Für Zoë ❤"}],
    }  # fmt: skip
    refund = {
        "id": number * 100, "order_id": number, "created_at": "2026-03-01T10:00:00+01:00", "note": None, "user_id": 1,
        "refund_line_items": [], "transactions": [],
    }  # fmt: skip
    return {
        "id": number, "name": f"#{number}", "order_number": number, "created_at": "2026-01-01T10:00:00+01:00",
        "processed_at": "2026-01-01T10:00:00+01:00", "updated_at": "2026-01-01T10:00:00+01:00", "closed_at": None,
        "cancelled_at": "2026-01-02T10:00:00+01:00" if status == "cancelled" else None, "cancel_reason": None, "email": email,
        "contact_email": email, "phone": None, "customer_locale": "de", "currency": "EUR", "total_price": "11.90",
        "subtotal_price": "10.00", "total_tax": "1.90", "total_discounts": "0.00", "discount_codes": [], "financial_status": "paid",
        "fulfillment_status": None, "payment_gateway_names": ["bogus"], "note": None, "note_attributes": [], "tags": "",
        "browser_ip": "203.0.113.7", "client_details": {"user_agent": "Browser"}, "landing_site": "/", "referring_site": "",
        "source_name": "web", "buyer_accepts_marketing": True, "billing_address": place(), "shipping_lines": [], "fulfillments": [],
        **({"shipping_address": place(receiver)} if receiver else {}), "test": False, "token": "order-secret",
        "order_status_url": "https://shop.example/orders/order-secret", "customer": {"id": owner}, "line_items": [line],
        "refunds": [refund] if number == 100 else [], "status": status,
    }  # fmt: skip


def draft(number: int, owner: int | None, status: str) -> Record:
    return {
        "id": number, "name": f"#D{number}", "status": status, "created_at": "2026-01-01T10:00:00+01:00",
        "updated_at": "2026-01-01T10:00:00+01:00", "invoice_sent_at": None, "completed_at": None, "email": None, "currency": "EUR",
        "total_price": "1.00", "subtotal_price": "1.00", "total_tax": "0.00", "note": None, "note_attributes": [], "tags": "",
        "order_id": None, "billing_address": None, "shipping_address": None, "line_items": [],
        "invoice_url": "https://x/order-secret",
        "customer": {"id": owner} if owner else None,
    }  # fmt: skip


def checkout(number: int, email: str | None, status: str = "open") -> Record:
    return {
        "id": number, "created_at": "2026-01-01T10:00:00+01:00", "updated_at": "2026-01-01T10:00:00+01:00",
        "completed_at": None, "email": email, "phone": None, "customer_locale": "de", "currency": "EUR", "total_price": "1.00",
        "subtotal_price": "1.00",
        "note": None, "note_attributes": [], "landing_site": "/", "referring_site": "", "source_name": "web",
        "buyer_accepts_marketing": False, "shipping_address": place("Zoë"), "line_items": [], "token": "order-secret",
        "abandoned_checkout_url": "https://x/order-secret", "status": status,
    }  # fmt: skip


def card(number: int, owner: int | None) -> Record:
    return {
        "id": number, "last_characters": "abcd", "balance": "5.00", "initial_value": "25.00", "currency": "EUR",
        "created_at": "2026-01-01T10:00:00+01:00", "updated_at": "2026-01-01T10:00:00+01:00", "expires_on": "2029-01-01",
        "disabled_at": None, "note": "for Zoë", "order_id": None, "customer_id": owner, "line_item_id": None, "user_id": None,
    }  # fmt: skip


def metafield(number: int, owner: int) -> Record:
    return {
        "id": number, "namespace": "custom", "key": "ring_size", "value": "54", "type": "single_line_text_field",
        "description": None,
        "owner_id": owner, "created_at": "2026-01-01T10:00:00+01:00", "updated_at": "2026-01-01T10:00:00+01:00",
    }  # fmt: skip


def transaction(number: int, owner: int, details: Record | None) -> Record:
    return {
        "id": number, "order_id": owner, "kind": "sale", "gateway": "bogus", "status": "success", "message": "ok",
        "error_code": None, "amount": "11.90", "currency": "EUR", "created_at": "2026-01-01T10:00:00+01:00",
        "processed_at": "2026-01-01T10:00:00+01:00",
        "authorization": "order-secret", "receipt": {}, **({"payment_details": details} if details else {}),
    }  # fmt: skip


VISA: Final = {
    "credit_card_number": "•••• •••• •••• 4242", "credit_card_company": "Visa", "credit_card_name": "Ann",
    "credit_card_bin": "424242",
    "credit_card_wallet": None, "credit_card_expiration_month": 12, "credit_card_expiration_year": 2030,
}  # fmt: skip
CUSTOMERS: Final = [
    customer(1, "ann@mail.example", 7), customer(2, "ann@mail.example.org"), customer(3, "ann+shop@mail.example", 1),
    customer(4, "joann@mail.example"), customer(5, "Bob@Mail.example", 2, "Bob"), customer(6, "empty@mail.example"),
    customer(7, None, 1, None), customer(8, "ann-mail@example.example"),
]  # fmt: skip
ORDERS: Final = [
    *(order(100 + turn, 1, "ann@mail.example", receiver="Zoë" if turn == 2 else "Ann") for turn in range(6)),
    order(110, 1, "old@mail.example", "closed", None), order(111, 1, "ann@mail.example", "cancelled"),
    order(200, 3, "ann+shop@mail.example"), order(300, 5, "ann@mail.example"), order(301, 5, "bob@mail.example", "closed"),
    order(400, 7, "", "closed"),
]  # fmt: skip
ADDRESSES: Final = {
    1: [place("Zoë" if turn else "Ann", id=10 + turn, customer_id=1, default=turn == 0) for turn in range(13)],
    5: [place("Bob", id=50, customer_id=5, default=True)],
}
DRAFTS: Final = [
    draft(1, 1, "open"), draft(2, 5, "open"), draft(3, None, "open"), draft(4, 1, "invoice_sent"), draft(5, 1, "completed"),
    *(draft(10 + turn, 5, "completed") for turn in range(5)),
]  # fmt: skip
CHECKOUTS: Final = [
    checkout(1, "Ann@mail.example"), checkout(2, "ann@mail.example.org"), checkout(3, None), checkout(4, "ann@mail.example",
    "closed"),
    *(checkout(10 + turn, "bob@mail.example") for turn in range(5)),
]  # fmt: skip
CARDS: Final = [card(1, 1), card(2, 5), card(3, None), card(4, 1)]
METAFIELDS: Final = {1: [metafield(1, 1)], 100: [metafield(2, 100)], 5: [metafield(3, 5)], 300: [metafield(4, 300)]}
TRANSACTIONS: Final = {100: [transaction(1, 100, VISA)], 101: [transaction(2, 101, None)], 300: [transaction(3, 300, VISA)]}
NEW: Final = {one["id"] for one in ORDERS} - {100, 101}
"""The orders of the last sixty days."""


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def sought(query: dict[str, str]) -> list[Record]:
    """Search for words: each one must stand somewhere in the address."""
    wanted = re.fullmatch(r'email:"(.*)"', query["query"])
    if not wanted:
        return []
    return [one for one in CUSTOMERS if one["email"] and set(words(wanted[1])) <= set(words(one["email"]))]


class Shop(Service):
    """`/admin/api/VERSION/….json`."""

    level: ClassVar[float] = 0.0
    then: ClassVar[float] = 0.0

    def fails(self, status: int, message: str) -> Said:
        return Said({"errors": message}, status)

    def answer(self, path: list[str], query: dict[str, str]) -> Said:
        if self.headers.get("x-shopify-access-token") != TOKEN:
            return self.fails(401, "[API] Invalid API key or access token (unrecognized login or wrong password)")
        size = float(self.plan.get("bucket", 40_000))
        type(self).level = max(0.0, min(size, self.level) - (time.monotonic() - self.then) * float(self.plan.get("leak", 2)))
        type(self).then = time.monotonic()
        full = self.level + 1 > size
        limit = {"X-Shopify-Shop-Api-Call-Limit": f"{int(size if full else self.level + 1)}/{int(size)}"}
        if full:
            message = "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."
            return Said({"errors": message}, 429, {**limit, "Retry-After": "1.0"})
        type(self).level += 1
        said = self.told("/".join(path).removeprefix(f"admin/api/{VERSION}/").removesuffix(".json"), query)
        return Said(said.body, said.status, {**said.headers, **limit})

    def told(self, name: str, query: dict[str, str]) -> Said:
        if name == "shop":
            return Said({"shop": {"id": 1}})
        asked = dict(query)
        if "page_info" in query:
            if query.keys() - {"page_info", "limit", "fields"}:
                return self.fails(400, "page_info cannot be passed with other parameters")
            asked = json.loads(base64.urlsafe_b64decode(query["page_info"]))
        if not 1 <= int(query.get("limit", "50")) <= 250:
            return self.fails(400, "limit")
        kept = re.fullmatch(r"(customers|orders)/([0-9]+)/(addresses|metafields|transactions)", name)
        if kept:
            lists: dict[str, dict[int, list[Record]]] = {
                "addresses": ADDRESSES, "metafields": METAFIELDS, "transactions": TRANSACTIONS,
            }  # fmt: skip
            return self.page(kept[3], lists[kept[3]].get(int(kept[2]), []), asked, query)
        whole = LISTS.get(name)
        return self.page(whole[0], whole[1](asked, self.plan), asked, query) if whole else self.fails(404, "Not Found")

    def page(self, key: str, found: list[Record], asked: dict[str, Any], query: dict[str, str]) -> Said:
        start, size = int(asked.get("at", 0)), int(query.get("limit", "50"))
        if key == "transactions" or len(found) <= start + size:
            return Said({key: found[start:]})
        mark = base64.urlsafe_b64encode(json.dumps({**asked, "at": start + size}).encode()).decode()
        here = f"http://{self.headers['host']}{self.path.partition('?')[0]}"
        link = f'<{here}?{urlencode({"limit": size, "page_info": mark})}>; rel="next"'
        previous = f'<{here}?{urlencode({"limit": size, "page_info": "x"})}>; rel="previous", ' if start else ""
        return Said({key: found[start : start + size]}, 200, {"Link": previous + link})


def orders(query: dict[str, Any], plan: dict[str, Any]) -> list[Record]:
    status = query.get("status", "open")
    return [
        one
        for one in ORDERS
        if one["customer"]["id"] == int(query.get("customer_id", one["customer"]["id"]))
        and (status == "any" or one["status"] == status)
        and (one["id"] in NEW or not plan.get("only_new"))
    ]


def by_status(records: list[Record], default: str) -> Callable[[dict[str, Any], dict[str, Any]], list[Record]]:
    return lambda query, _: [one for one in records if one["status"] == query.get("status", default)]


LISTS: Final[dict[str, tuple[str, Callable[[dict[str, Any], dict[str, Any]], list[Record]]]]] = {
    "customers/search": ("customers", lambda query, _: sought(query)),
    "orders": ("orders", orders),
    "draft_orders": ("draft_orders", by_status(DRAFTS, "open")),
    "checkouts": ("checkouts", by_status(CHECKOUTS, "open")),
    "gift_cards/search": ("gift_cards", lambda _, __: CARDS),
}


if __name__ == "__main__":
    serve(Shop)

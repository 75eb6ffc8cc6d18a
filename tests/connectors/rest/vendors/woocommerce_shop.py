"""A shop that answers as the documents of WooCommerce's REST API (wc/v3) say: key and secret, pages with totals in headers,
searches that are kinder than they should be, defaults that leave things out. Prints its port.
"""

import base64
import re
import unicodedata
from typing import Any, Final
from urllib.parse import urlencode

from tests.connectors.rest.vendors.service import Record, Said, Service, serve

KEY, SECRET = "ck_0123", "cs_4567"
PARAMETERS: Final = {
    "customers": {"page", "per_page", "search", "email", "role", "order", "orderby", "include", "exclude", "offset"},
    "orders": {"page", "per_page", "search", "customer", "status", "order", "orderby", "include", "exclude", "parent", "product"},
    "refunds": {"page", "per_page", "search", "order", "orderby"},
    "notes": {"type"},
    "downloads": set[str](),
    "reviews": {"page", "per_page", "search", "reviewer", "reviewer_email", "status", "product", "order", "orderby"},
    "current": set[str](),
}


def address(email: str, name: str = "Ann", **more: str) -> Record:
    return {
        "first_name": name, "last_name": "Kéller 李", "company": "", "address_1": "Gasse 1", "address_2": "", "city": "Köln",
        "state": "", "postcode": "50667", "country": "DE", "email": email, "phone": "+49 221 1", **more,
    }  # fmt: skip


def customer(number: int, email: str, role: str = "customer", name: str = "Ann") -> Record:
    shipping = {key: value for key, value in address(email, name).items() if key != "email"}
    return {
        "id": number, "date_created": "2024-01-01T10:00:00", "date_created_gmt": "2024-01-01T09:00:00",
        "date_modified": None, "date_modified_gmt": None, "email": email, "first_name": name, "last_name": "Kéller 李",
        "role": role, "username": f"user{number}", "billing": address(email, name), "shipping": shipping,
        "is_paying_customer": False, "avatar_url": "https://avatars.example/x",
        "meta_data": [{"id": 1, "key": "newsletter", "value": "yes"}], "_links": {},
    }  # fmt: skip


def order(number: int, owner: int, email: str, status: str = "completed", receiver: str = "Ann") -> Record:
    shipping = {key: value for key, value in address(email, receiver).items() if key != "email"}
    line = {
        "id": number * 10, "name": "Ring", "product_id": 7, "variation_id": 0, "quantity": 1, "tax_class": "", "subtotal": "10.00",
        "subtotal_tax": "1.90", "total": "10.00", "total_tax": "1.90", "taxes": [], "meta_data": [], "sku": "R", "price": 10.0,
    }  # fmt: skip
    return {
        "id": number, "parent_id": 0, "number": str(number), "order_key": "wc_order_secret", "created_via": "checkout",
        "version": "9.9.9", "status": status, "currency": "EUR", "date_created": "2026-01-01T10:00:00",
        "date_created_gmt": "2026-01-01T09:00:00", "date_modified": None, "date_modified_gmt": None,
        "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": "0.00", "shipping_tax": "0.00", "cart_tax": "1.90",
        "total": "11.90", "total_tax": "1.90", "prices_include_tax": False, "customer_id": owner,
        "customer_ip_address": "203.0.113.7", "customer_user_agent": "Browser", "customer_note": "Für Zoë ❤",
        "billing": address(email), "shipping": shipping, "payment_method": "cod", "payment_method_title": "Cash",
        "transaction_id": "",
        "date_paid": None, "date_paid_gmt": None, "date_completed": None, "date_completed_gmt": None, "cart_hash": "x",
        "meta_data": [], "line_items": [line], "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [],
        "refunds": [], "_links": {},
    }  # fmt: skip


def review(number: int, email: str, status: str = "approved") -> Record:
    return {
        "id": number, "date_created": "2026-02-01T10:00:00", "date_created_gmt": "2026-02-01T09:00:00", "product_id": 7,
        "product_name": "Ring", "product_permalink": "https://shop.example/ring", "status": status, "reviewer": "Ann",
        "reviewer_email": email, "review": "<p>Schön!</p>", "rating": 5, "verified": True, "reviewer_avatar_urls": {},
    }  # fmt: skip


CUSTOMERS: Final = [
    customer(1, "Ann@mail.example"), customer(2, "ann@mail.example.org"), customer(3, "ann+shop@mail.example"),
    customer(4, "joann@mail.example"), customer(5, "bob@mail.example", name="Bob"), customer(6, "ánn@mail.example"),
    customer(7, "empty@mail.example"), customer(8, "staff@mail.example", role="shop_manager"),
]  # fmt: skip
ORDERS: Final = [
    *(order(100 + turn, 1, "ann@mail.example", receiver="Zoë" if turn == 2 else "Ann") for turn in range(7)),
    order(110, 1, "other@mail.example", "cancelled"),
    order(111, 1, "ann@mail.example", "trash"),
    order(200, 0, "ann@mail.example"), order(201, 0, "ANN@mail.example", "checkout-draft"),
    order(202, 0, "ann@mail.example", "trash"),
    order(210, 0, "ann@mail.example.org"), order(211, 0, "ann+shop@mail.example"), order(212, 0, "joann@mail.example"),
    order(213, 0, "deleted@site.invalid"),
    *(order(300 + turn, 5, "bob@mail.example") for turn in range(3)),
    order(310, 5, "ann@mail.example"),  # Bob's account, with Ann's address typed in
    order(400, 8, "staff@mail.example"),
]  # fmt: skip
REFUNDS: Final[dict[int, list[Record]]] = {
    number: [
        {
            "id": number * 100 + turn, "parent_id": number, "date_created": "2026-03-01T10:00:00",
            "date_created_gmt": "2026-03-01T09:00:00", "amount": "1.00", "reason": "late", "refunded_by": 1,
            "refunded_payment": False, "meta_data": [], "line_items": [], "shipping_lines": [], "tax_lines": [], "fee_lines": [],
        }
        for turn in range(count)
    ]
    for number, count in {100: 7, 200: 1, 300: 2}.items()
}  # fmt: skip
NOTES: Final[dict[int, list[Record]]] = {
    number: [
        {
            "id": number * 1000, "author": "system", "date_created": "2026-03-01T10:00:00",
            "date_created_gmt": "2026-03-01T09:00:00", "note": "Paid", "customer_note": False,
        }
    ]
    for number in (101, 201, 301)
}  # fmt: skip
DOWNLOADS: Final[dict[int, list[Record]]] = {
    owner: [
        {
            "download_id": f"d{owner}", "download_url": "https://shop.example/?download_file=7&email=x&key=wc_order_secret",
            "product_id": 7, "product_name": "Care", "download_name": "care.pdf", "order_id": 100, "order_key": "wc_order_secret",
            "downloads_remaining": "unlimited", "access_expires": "never", "access_expires_gmt": "never",
            "file": {"name": "care.pdf", "file": "https://shop.example/care.pdf"},
        }
    ]
    for owner in (1, 5)
}  # fmt: skip
REVIEWS: Final = [
    review(1, "ann@mail.example"), review(2, "ann@mail.example", "hold"), review(3, "ánn@mail.example"),
    review(4, "ann@mail.example.org"), review(5, "bob@mail.example"), review(6, "Ann@mail.example", "spam"),
]  # fmt: skip


def folded(text: str) -> str:
    """Return what the database's collation takes for the same: no case, no accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


class Shop(Service):
    """`/wp-json/wc/v3/…`."""

    def fails(self, status: int, message: str) -> Said:
        return Said({"code": "woocommerce_rest_error", "message": message, "data": {"status": status}}, status)

    def answer(self, path: list[str], query: dict[str, str]) -> Said:
        if self.headers.get("authorization") != "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode():
            return self.fails(401, "Sorry, you cannot list resources.")
        if one := re.fullmatch(r"wp-json/wc/v3/customers/([0-9]+)", "/".join(path)):
            return self.customer(int(one[1]), query)
        if unknown := query.keys() - PARAMETERS.get(path[-1], set()):
            return self.fails(400, f"not documented: {sorted(unknown)}")
        return self.told("/".join(path), query)

    def customer(self, number: int, query: dict[str, str]) -> Said:
        """Show or delete one account; it is deleted for ever or not at all."""
        found = next((one for one in CUSTOMERS if one["id"] == number), None)
        if found is None:
            return Said({"code": "woocommerce_rest_invalid_id", "message": "Invalid resource ID.", "data": {"status": 404}}, 404)
        if self.command == "DELETE" and query.get("force") != "true":
            return self.fails(501, "Customers do not support trashing.")
        if self.command == "DELETE" and not self.plan.get("lies"):
            CUSTOMERS.remove(found)
        return Said(found)

    def told(self, path: str, query: dict[str, str]) -> Said:
        place = re.fullmatch(r"wp-json/wc/v3/(?:(orders|customers)/([0-9]+)/)?(.+)", path)
        whole = {"customers": customers, "orders": orders, "products/reviews": reviews}
        parts = {"refunds": REFUNDS, "notes": NOTES, "downloads": DOWNLOADS}
        if place and not place[2] and place[3] in whole:
            return self.page(whole[place[3]](query), query)
        if place and place[2] and place[3] in parts:
            found = parts[place[3]].get(int(place[2]), [])
            return self.page(found, query) if place[3] == "refunds" else Said(found)
        is_probe = place and place[3] == "data/currencies/current"
        return Said({"code": "EUR", "name": "Euro", "symbol": "&euro;", "_links": {}}) if is_probe else self.fails(404, "No route")

    def page(self, found: list[Record], query: dict[str, str]) -> Said:
        number, size = int(query.get("page", "1")), int(query.get("per_page", "10"))
        if not 1 <= size <= 100:
            return Said({"code": "rest_invalid_param", "message": "per_page", "data": {"status": 400}}, 400)
        pages = -(-len(found) // size)
        headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
        if number < pages:
            headers["Link"] = f'<{self.path.partition("?")[0]}?{urlencode({**query, "page": number + 1})}>; rel="next"'
        return Said(found[(number - 1) * size : number * size], 200, headers)


def customers(query: dict[str, str]) -> list[Record]:
    role = query.get("role", "customer")
    return [
        one for one in CUSTOMERS if folded(str(one["email"])) == folded(query.get("email", "")) and role in {"all", one["role"]}
    ]


def orders(query: dict[str, str]) -> list[Record]:
    status, sought = query.get("status", "any"), query.get("search", "")

    def meets(one: dict[str, Any]) -> bool:
        meant = one["status"] != "trash" if status == "any" else one["status"] == status
        owned = one["customer_id"] == int(query["customer"]) if "customer" in query else True
        return meant and owned and folded(sought) in folded(" ".join(one["billing"].values()))

    return [one for one in ORDERS if meets(one)]


def reviews(query: dict[str, str]) -> list[Record]:
    status, email = query.get("status", "approved"), folded(query.get("reviewer_email", ""))
    return [one for one in REVIEWS if status in {"all", one["status"]} and folded(str(one["reviewer_email"])) == email]


if __name__ == "__main__":
    serve(Shop)

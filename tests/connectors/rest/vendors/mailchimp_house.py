"""A service that answers as the documents of Mailchimp's Marketing API (3.0) say: any user name and a key, entries under the MD5 of
an address, offset and count with totals (but not everywhere), problems as JSON, a search that is kinder than it should be.

Prints its port.
"""

from base64 import b64encode
from hashlib import md5
from typing import Any, Final

from tests.connectors.rest.vendors.service import Record, Said, Service, serve

KEY: Final = "k3y-us21"
HOSTILE: Final = '=HYPERLINK("http://x.example") <img src=x onerror=alert(1)> \u202eevil \u2603 \' OR 1=1 --'
WHEN: Final = "2025-01-02T03:04:05+00:00"


def mark(email: str) -> str:
    return md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def member(where: str, email: str, status: str = "subscribed", **more: Any) -> Record:
    return {
        "id": mark(email), "email_address": email, "unique_email_id": f"u{where}", "contact_id": f"c{where}", "web_id": 7,
        "email_type": "html", "status": status, "merge_fields": {"FNAME": "", "LNAME": "", "ADDRESS": ""},
        "interests": {"9143": False}, "stats": {"avg_open_rate": 0.5, "avg_click_rate": 0.25},
        "ip_signup": "", "timestamp_signup": "", "ip_opt": "203.0.113.5",
        "timestamp_opt": WHEN, "member_rating": 2, "last_changed": WHEN, "language": "", "vip": False, "email_client": "",
        "location": {"latitude": 45.76, "longitude": 4.83, "gmtoff": 1, "dstoff": 2, "country_code": "FR", "timezone": ""},
        "tags_count": 0, "tags": [], "list_id": where, "full_name": "", **more,
    }  # fmt: skip


FULL: Final[dict[str, Any]] = {
    "merge_fields": {"FNAME": "Zoë 李", "LNAME": "Ōkubo-Müller", "ADDRESS": {"addr1": "1 rue du Marché", "zip": "69001"}},
    "last_note": {"note_id": 1, "note": HOSTILE}, "tags_count": 7,
}  # fmt: skip
LISTS: Final = [f"L{number}" for number in range(1, 8)]
MEMBERS: Final = [
    member("L1", "Ann@mail.example", **FULL), member("L3", "ann@mail.example", "archived"),
    member("L4", "ANN@mail.example", "cleaned"), member("L7", "ann@mail.example", "unsubscribed", unsubscribe_reason="Too many"),
    member("L1", "ann+shop@mail.example"), member("L1", "ann@mail.example.org"), member("L3", "joann@mail.example"),
    member("L2", "ánn@mail.example"), member("L2", "bob@mail.example", merge_fields={}),
]  # fmt: skip
PLACES: Final = {(one["list_id"], one["id"]): one for one in MEMBERS}
ANN: Final = mark("ann@mail.example")


def note(number: int, text: str) -> Record:
    written = {"created_at": WHEN, "updated_at": WHEN, "created_by": "Colette Lambert"}
    return {"id": number, "note": text, "list_id": "L1", "email_id": ANN, **written}


ACTIVITY: Final[list[Record]] = [
    {"activity_type": "open", "created_at_timestamp": WHEN, "campaign_id": f"C{turn}", "campaign_title": "Été"} for turn in range(5)
] + [
    {"activity_type": "click", "created_at_timestamp": WHEN, "campaign_id": "C1", "link_clicked": "https://shop.example/?u=1"},
    {"activity_type": "note", "created_at_timestamp": WHEN, "note_id": 1, "note_text": HOSTILE},
]
OF_MEMBER: Final[dict[str, tuple[str, bool, list[Record]]]] = {
    "tags": ("tags", True, [{"id": turn, "name": f"Tag {turn}", "date_added": WHEN} for turn in range(7)]),
    "notes": ("notes", True, [note(1, HOSTILE), note(2, "Ring size 52"), note(3, "Bob asked for her"), note(4, "")]),
    "activity-feed": ("activity", False, ACTIVITY),
    "goals": ("goals", True, [{"goal_id": 1, "event": "/rings", "last_visited_at": WHEN, "data": "{}"}]),
    "events": (
        "events",
        True,
        [{"name": "purchased", "occurred_at": WHEN, "properties": {"turn": f"{turn}"}} for turn in range(7)],
    ),
}


def customer(number: str, email: str) -> Record:
    address = {"address1": "1 rue du Marché", "city": "Lyon", "postal_code": "69001", "country_code": "FR"}
    return {
        "id": number, "email_address": email, "opt_in_status": True, "company": "", "first_name": "Zoë",
        "last_name": "Ōkubo-Müller", "orders_count": 1, "total_spent": 12.5, "address": address,
        "created_at": WHEN, "updated_at": WHEN,
    }  # fmt: skip


def order(number: str, store: str, owner: Record) -> Record:
    line = {"id": "1", "product_title": "Ring", "product_variant_title": "52", "quantity": 1, "price": 12.5, "discount": 0}
    return {
        "id": number, "store_id": store, "customer": owner, "financial_status": "paid", "fulfillment_status": "",
        "currency_code": "EUR",
        "order_total": 12.5, "tax_total": 2.5, "shipping_total": 0, "discount_total": 0, "processed_at_foreign": WHEN,
        "shipping_address": {"name": "Léa Blanc"}, "billing_address": {"name": "Zoë"}, "lines": [line],
    }  # fmt: skip


def cart(number: str, owner: Record) -> Record:
    return {
        "id": number, "customer": owner, "checkout_url": "https://shop.example/c", "currency_code": "EUR", "order_total": 3,
        "lines": [{"id": "1", "product_title": "Ring"}], "created_at": WHEN, "updated_at": WHEN,
    }  # fmt: skip


HERS, HERS_TOO, BOBS = customer("1", "ann@mail.example"), customer("9", "Ann@mail.example"), customer("1", "bob@mail.example")
SHOPPERS: Final = {"S1": [HERS, customer("2", "ann+shop@mail.example")], "S2": [BOBS, HERS_TOO]}
ORDERS: Final = {
    "S1": [order(f"A{turn}", "S1", HERS) for turn in range(7)],
    "S2": [order("B1", "S2", BOBS), order("A9", "S2", HERS_TOO)],
}
CARTS: Final = {"S1": [cart("CA", HERS), cart("CB", SHOPPERS["S1"][1]), cart("CC", HERS)], "S2": [cart("CD", BOBS)]}


class Mailchimp(Service):
    def answer(self, path: list[str], query: dict[str, str]) -> Said:
        kind, _, told = self.headers.get("authorization", "").partition(" ")
        if kind != "Basic" or told != b64encode(f"any:{KEY}".encode()).decode():
            return self.fails(401, "Your API key may be invalid, or you've attempted to access the wrong datacenter.")
        found = self.of_account(path[1:], query) or self.of_lists(path[1:], query) or self.of_stores(path[1:], query)
        return found or self.fails(404, "The requested resource could not be found.")

    def of_account(self, path: list[str], query: dict[str, str]) -> Said | None:
        match path:
            case ["ping"]:
                return Said({"health_status": "Everything's Chimpy!"})
            case ["search-members"]:
                sought = query["query"].lower()
                plain = [one for one in MEMBERS if one["status"] != "archived"]
                exact = [one for one in plain if kindly(one["email_address"]) == kindly(sought)]
                alike = [one for one in plain if sought.partition("@")[0] in one["email_address"].lower()]
                return Said(
                    {
                        name: {"members": found, "total_items": len(found)}
                        for name, found in (("exact_matches", exact), ("full_search", alike))
                    }
                )
        return None

    def of_lists(self, path: list[str], query: dict[str, str]) -> Said | None:
        match path:
            case ["lists"]:
                return self.page("lists", [{"id": name} for name in LISTS], query)
            case ["lists", where, "members", who, "actions", "delete-permanent"] if (
                self.command == "POST" and (where, who) in PLACES
            ):
                if not self.plan.get("lies"):
                    MEMBERS.remove(PLACES.pop((where, who)))
                return Said("", 204)
            case ["lists", where, "members", who] if (where, who) in PLACES and self.command == "GET":
                return Said(PLACES[where, who])
            case ["lists", where, "members", who, what] if (where, who) in PLACES and what in OF_MEMBER:
                name, is_counted, records = OF_MEMBER[what]
                return self.page(name, records if (where, who) == ("L1", ANN) else [], query, is_counted=is_counted)
        return None

    def of_stores(self, path: list[str], query: dict[str, str]) -> Said | None:
        match path:
            case ["ecommerce", "stores"]:
                return self.page("stores", [] if self.plan.get("no_stores") else [{"id": name} for name in SHOPPERS], query)
            case ["ecommerce", "stores", store, "customers"] if store in SHOPPERS:
                sought = query.get("email_address", "").lower()
                return self.page("customers", [one for one in SHOPPERS[store] if one["email_address"].lower() == sought], query)
            case ["ecommerce", "stores", store, "orders"] if store in ORDERS:
                sought = query.get("customer_id", "")
                return self.page("orders", [one for one in ORDERS[store] if sought in {"", one["customer"]["id"]}], query)
            case ["ecommerce", "stores", store, "carts"] if store in CARTS:
                return self.page("carts", CARTS[store], query)
        return None

    def page(self, name: str, records: list[Record], query: dict[str, str], *, is_counted: bool = True) -> Said:
        count, offset = int(query.get("count", 10)), int(query.get("offset", 0))
        if count > 1000:  # as documented
            return self.fails(400, "The count may be at most 1000.")
        return Said({name: records[offset : offset + count], **({"total_items": len(records)} if is_counted else {})})

    def fails(self, status: int, message: str) -> Said:
        problem = {
            "type": "https://mailchimp.com/developer/marketing/docs/errors/",
            "title": "Problem",
            "status": status,
            "detail": message,
        }
        return Said({**problem, "instance": "i-1"}, status, {"Content-Type": "application/problem+json; charset=utf-8"})


def kindly(email: str) -> str:
    local, _, domain = email.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


if __name__ == "__main__":
    serve(Mailchimp)

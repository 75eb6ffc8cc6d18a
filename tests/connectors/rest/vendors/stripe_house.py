"""Stripe's API as its documents say, put together from what localstripe answers and what a test planted.

The first word is localstripe's port. It is older than the documents: a key that it lacks is null here, an object where the
documents have a number is that number, and lists that it cannot narrow are narrowed here. What it has no idea of (search,
checkouts, disputes) is answered from the plan. Parameters that the documents do not know are refused, as there. Prints its port.
"""

import json
import re
import sys
import urllib.request
from http import HTTPStatus
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode

import stripe
import stripe.params as documented

from tests.connectors.rest.vendors.service import Record, Said, Service, serve

KEY: Final = "sk_test_house"
Known = tuple[type[Any], str | None]
PLACES: Final[dict[str, Known]] = {
    "customers": (stripe.Customer, "CustomerListParams"),
    "customers/search": (stripe.Customer, "CustomerSearchParams"),
    "customers/*/tax_ids": (stripe.TaxId, None),
    "customers/*/sources": (stripe.Card, None),
    "customers/*/balance_transactions": (stripe.CustomerBalanceTransaction, None),
    "payment_methods": (stripe.PaymentMethod, "PaymentMethodListParams"),
    "setup_intents": (stripe.SetupIntent, "SetupIntentListParams"),
    "payment_intents": (stripe.PaymentIntent, "PaymentIntentListParams"),
    "payment_intents/*": (stripe.PaymentIntent, None),
    "charges": (stripe.Charge, "ChargeListParams"),
    "refunds": (stripe.Refund, "RefundListParams"),
    "disputes": (stripe.Dispute, "DisputeListParams"),
    "invoices": (stripe.Invoice, "InvoiceListParams"),
    "invoices/*/lines": (stripe.InvoiceLineItem, None),
    "invoiceitems": (stripe.InvoiceItem, "InvoiceItemListParams"),
    "credit_notes": (stripe.CreditNote, "CreditNoteListParams"),
    "subscriptions": (stripe.Subscription, "SubscriptionListParams"),
    "subscription_items": (stripe.SubscriptionItem, "SubscriptionItemListParams"),
    "promotion_codes": (stripe.PromotionCode, "PromotionCodeListParams"),
    "checkout/sessions": (stripe.checkout.Session, None),
    "checkout/sessions/*/line_items": (stripe.LineItem, None),
}
PAGED: Final = {"limit", "starting_after", "ending_before", "expand"}
SESSIONS: Final = PAGED | {
    "customer",
    "customer_details[email]",
    "payment_intent",
    "status",
    "subscription",
    "created",
    "payment_link",
}
PLANTED: Final = ("disputes", "credit_notes", "promotion_codes", "checkout/sessions")  # localstripe does not know them
NARROWED: Final = {"payment_intents": "customer", "setup_intents": "customer", "charges": "payment_intent"}


class House(Service):
    """`/v1/…`."""

    def fails(self, status: int, message: str) -> Said:
        return Said({"error": {"type": "invalid_request_error", "message": message}}, status)

    def answer(self, path: list[str], query: dict[str, str]) -> Said:
        if self.headers.get("authorization") != f"Bearer {KEY}":
            return self.fails(401, "Invalid API Key provided")
        place = "/".join(path[1:])
        name = re.sub(r"(?<=/)(cus|in|pi|cs_test)_[A-Za-z0-9]+", "*", place)
        if name not in PLACES:
            return self.fails(404, "Unrecognized request URL")
        kind, parameters = PLACES[name]
        known = set(getattr(documented, parameters).__annotations__) if parameters else PAGED
        if unknown := query.keys() - (SESSIONS if name == "checkout/sessions" else known):
            return self.fails(400, f"Received unknown parameter: {sorted(unknown)}")
        if not 1 <= int(query.get("limit", 10)) <= 100 or self.headers.get("stripe-version") != stripe.api_version:
            return self.fails(400, "Invalid limit or version")
        if self.plan.get("stuck"):
            query.pop("starting_after", None)
        said = self.told(name, place, query)
        return said if said.status != HTTPStatus.OK else Said(completed(said.body, kind))

    def told(self, name: str, place: str, query: dict[str, str]) -> Said:
        if name == "customers/search":
            return searched(query)
        listed = self.listed(name, place, query)
        if listed is not None:
            return page(listed, query)
        return asked(place, query | ({"type": "card"} if name == "payment_methods" else {}))

    def listed(self, name: str, place: str, query: dict[str, str]) -> list[Record] | None:
        """Return a list that localstripe does not give as the documents say; None where it does."""
        if name in PLANTED or name.endswith(("/balance_transactions", "/line_items")):
            return self.planted(name, place, query)
        if name == "subscription_items":
            return items_of(query["subscription"])
        if name.endswith(("/tax_ids", "/sources")):
            return list(asked(place, {}).body["data"])
        gap = NARROWED.get(name)
        return [one for one in everything(name) if one[gap] == query[gap]] if gap in query and gap else None

    def planted(self, name: str, place: str, query: dict[str, str]) -> list[Record]:
        records: list[Record] = self.plan.get("records", {}).get(place if "*" in name else name, [])
        told = {key: value for key, value in query.items() if key not in PAGED}
        return [one for one in records if all(_at(one, key) == value for key, value in told.items())]


def asked(place: str, query: dict[str, str]) -> Said:
    """Ask localstripe."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = f"http://127.0.0.1:{sys.argv[1]}/v1/{place}?{urlencode(query)}"
    try:
        with opener.open(urllib.request.Request(url, headers={"Authorization": f"Bearer {KEY}"})) as answer:
            return Said(json.load(answer))
    except HTTPError as error:
        return Said(json.load(error), error.code)


def everything(name: str) -> list[Record]:
    records: list[Record] = asked(name, {"limit": "100000"}).body["data"]
    return records


def items_of(subscription: str) -> list[Record]:
    return [{**one, "subscription": subscription} for one in asked(f"subscriptions/{subscription}", {}).body["items"]["data"]]


def searched(query: dict[str, str]) -> Said:
    """Search as the query language says: `:` compares without case."""
    sought = re.fullmatch(r'email:"(.*)"', query["query"])
    wanted = sought[1].replace("\\", "").lower() if sought else None
    found = [one for one in everything("customers") if str(one["email"]).lower() == wanted]
    start, size = int(query.get("page", "0")), int(query.get("limit", "10"))
    more = len(found) > start + size
    return Said({
        "object": "search_result", "url": "/v1/customers/search", "has_more": more, "data": found[start : start + size],
        "next_page": str(start + size) if more else None,
    })  # fmt: skip


def page(found: list[Record], query: dict[str, str]) -> Said:
    ids = [one["id"] for one in found]
    start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    end = start + int(query.get("limit", "10"))
    return Said({"object": "list", "url": "/v1/x", "has_more": len(found) > end, "data": found[start:end]})


def completed(body: Record, kind: type[Any]) -> Record:
    """Give each record every key that the documents know."""
    for record in body.get("data", [body]):
        for name, hint in kind.__annotations__.items():
            if name in {"OBJECT_NAME", "deleted"}:
                continue
            value = record.setdefault(name, None)
            if isinstance(value, dict) and "id" in value and str(hint).startswith("typing.Union[str, ForwardRef"):
                record[name] = value["id"]
    return body


def _at(record: Record, key: str) -> Any:
    outer, _, inner = key.rstrip("]").partition("[")
    value = record.get(outer)
    return value.get(inner) if inner and isinstance(value, dict) else value


if __name__ == "__main__":
    serve(House)

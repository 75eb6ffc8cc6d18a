"""The description for Stripe, held against localstripe with the official library as the judge, and against its documents."""

import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
import stripe

from requests_app.connectors.base import Busy, ForeignRecord, Incomplete, NotAsDescribed, Refused, Unreachable
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.description import describe_api
from tests.brokers import free_port
from tests.connectors.rest.vendors.houses import ROOT, House, candidates, found, ids, opened
from tests.connectors.rest.vendors.stripe_house import KEY

DESCRIPTION: Final = ROOT / "examples" / "stripe.yaml"
KINDS: Final[dict[str, type[Any]]] = {
    "customers": stripe.Customer, "tax_ids": stripe.TaxId, "balance_transactions": stripe.CustomerBalanceTransaction,
    "payment_methods": stripe.PaymentMethod, "setup_intents": stripe.SetupIntent, "payment_intents": stripe.PaymentIntent,
    "guest_payment_intents": stripe.PaymentIntent, "charges": stripe.Charge, "guest_charges": stripe.Charge,
    "refunds": stripe.Refund, "guest_refunds": stripe.Refund, "disputes": stripe.Dispute, "guest_disputes": stripe.Dispute,
    "invoices": stripe.Invoice, "invoice_items": stripe.InvoiceItem, "credit_notes": stripe.CreditNote,
    "subscriptions": stripe.Subscription, "subscription_items": stripe.SubscriptionItem, "promotion_codes": stripe.PromotionCode,
    "checkout_sessions": stripe.checkout.Session, "guest_checkouts": stripe.checkout.Session,
}  # fmt: skip
CARD: Final[Any] = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
ANN: Final = "Ann.Keller@mail.example"
ITEMS: Final = 12


@dataclass
class World:
    """Everything that the official library planted in localstripe, and the library itself."""

    client: stripe.StripeClient
    house: House
    customers: dict[str, str]
    deleted: str

    def plan(self, *troubles: dict[str, Any]) -> None:
        self.house.plan(*troubles, records=planted(self))


def started(port: int) -> stripe.StripeClient:
    logging.getLogger("stripe").setLevel(logging.WARNING)
    client = stripe.StripeClient(KEY, base_addresses={"api": f"http://127.0.0.1:{port}"}, max_network_retries=0)
    for _ in range(1200):
        try:
            client.v1.customers.list()
        except stripe.APIConnectionError:
            time.sleep(0.1)
        else:
            break
    return client


def customer(client: stripe.StripeClient, email: str) -> str:
    """Plant a customer with a little of everything."""
    number = client.v1.customers.create({"email": email, "name": "Änn 李", "metadata": {"note": "❤"}}).id
    card = client.v1.payment_methods.create({"type": "card", "card": CARD, "billing_details": {"name": "Änn 李"}})
    client.v1.payment_methods.attach(card.id, {"customer": number})
    client.v1.customers.update(number, {"invoice_settings": {"default_payment_method": card.id}})
    for amount in (500, 700, 900):
        client.v1.payment_intents.create(
            {"amount": amount, "currency": "eur", "customer": number, "payment_method": card.id, "confirm": True}
        )
    charge = client.v1.charges.create({"amount": 1000, "currency": "eur", "customer": number})
    client.v1.refunds.create({"charge": charge.id, "amount": 300})
    client.v1.setup_intents.create({"customer": number})
    for turn in range(2):
        plan: Any = client.v1.subscriptions.create({"customer": number, "items": [{"plan": "plan_care"}]})
        if turn:
            client.v1.subscriptions.cancel(plan.id)
    return number


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    port, folder = free_port(), tmp_path_factory.mktemp("stripe")
    command = [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(port)]
    with (
        subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as local,
        opened(folder, "stripe", "/v1", f"key={KEY}", str(port)) as house,
    ):
        try:
            client = started(port)
            yield filled(client, house)
        finally:
            local.kill()


def filled(client: stripe.StripeClient, house: House) -> World:
    product = client.v1.products.create({"name": "Care", "type": "service"})
    client.v1.plans.create({"id": "plan_care", "amount": 100, "currency": "eur", "interval": "month", "product": product.id})
    addresses = {
        "ann": ANN, "plus": "ann.keller+shop@mail.example", "longer": f"{ANN}.org", "bob": "bob@mail.example",
        "empty": "empty@mail.example",
    }  # fmt: skip
    customers = {
        name: customer(client, email) if name != "empty" else client.v1.customers.create({"email": email}).id
        for name, email in addresses.items()
    }
    for turn in range(ITEMS):
        client.v1.invoice_items.create({"customer": customers["ann"], "amount": 1 + turn, "currency": "eur"})
    gone = client.v1.customers.create({"email": "gone@mail.example"}).id
    client.v1.customers.delete(gone)
    return World(client, house, customers, gone)


def planted(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return what localstripe has no idea of, Ann's beside Bob's and that of guests."""
    ann, bob = world.customers["ann"], world.customers["bob"]
    guest = next(iter(world.client.v1.payment_intents.list({"limit": 100}).data), None)
    charge = world.client.v1.charges.list({"customer": ann}).data[0].id

    def session(number: str, owner: str | None, email: str, **more: Any) -> dict[str, Any]:
        return {
            "id": f"cs_test_{number}",
            "customer": owner,
            "customer_details": {"email": email, "name": "Änn"},
            "created": 1,
            **more,
        }

    sessions = [
        session("a1", ann, ANN), session("a2", ann, ANN), session("b1", bob, "bob@mail.example"), session("b2", bob, ANN),
        session("g1", None, ANN, payment_intent=guest and guest.id), session("g2", None, "bob@mail.example"),
        session("g3", None, ANN),
    ]  # fmt: skip
    return {
        "checkout/sessions": sessions,
        "checkout/sessions/cs_test_a1/line_items": [{"id": "li_1", "description": "Ring"}, {"id": "li_2", "description": "Box"}],
        "checkout/sessions/cs_test_g1/line_items": [{"id": "li_3", "description": "Ring"}],
        "disputes": [
            {"id": "du_1", "charge": charge, "created": 1, "evidence": {"customer_name": "Änn"}},
            {"id": "du_2", "charge": "ch_other", "created": 1},
        ],
        "credit_notes": [{"id": "cn_1", "customer": ann, "created": 1}, {"id": "cn_2", "customer": bob, "created": 1}],
        "promotion_codes": [{"id": "promo_1", "customer": ann, "created": 1}, {"id": "promo_2", "customer": bob, "created": 1}],
        f"customers/{ann}/balance_transactions": [{"id": "cbtxn_1", "customer": ann, "created": 1}],
    }


@pytest.fixture
def world(running: World) -> World:
    running.plan()
    return running


def judged(world: World, number: str) -> dict[str, list[str]]:
    """Return what the official library lists for a customer."""
    api = world.client.v1
    charges = [one.id for one in api.charges.list({"customer": number, "limit": 100}).auto_paging_iter()]
    invoices = [one.id for one in api.invoices.list({"customer": number, "limit": 100}).auto_paging_iter()]
    subscriptions = list(api.subscriptions.list({"customer": number, "status": "all", "limit": 100}).auto_paging_iter())
    told = {
        "customers": [number],
        "payment_methods": [one.id for one in api.payment_methods.list({"customer": number, "type": "card"}).auto_paging_iter()],
        "payment_intents": [
            one.id for one in api.payment_intents.list({"limit": 100}).auto_paging_iter() if one.customer == number
        ],
        "setup_intents": [one.id for one in api.setup_intents.list({"limit": 100}).auto_paging_iter() if one.customer == number],
        "charges": charges,
        "refunds": [one.id for charge in charges for one in api.refunds.list({"charge": charge}).auto_paging_iter()],
        "invoices": invoices,
        "invoice_lines": [
            one.id for invoice in invoices for one in api.invoices.line_items.list(invoice, {"limit": 100}).auto_paging_iter()
        ],
        "invoice_items": [one.id for one in api.invoice_items.list({"customer": number, "limit": 100}).auto_paging_iter()],
        "subscriptions": [one.id for one in subscriptions],
        "subscription_items": [item.id for one in subscriptions for item in one["items"].data],
    }
    return {name: sorted(numbers) for name, numbers in told.items() if numbers}


@pytest.mark.parametrize("who", ["ann", "plus", "longer", "bob", "empty"])
def test_what_the_official_library_lists_is_what_is_found(who: str, world: World) -> None:
    email = str(world.client.v1.customers.retrieve(world.customers[who]).email)
    number = world.customers[who]
    (root,) = [one.root for one in candidates(world.house.config(), email) if one.root.key == (number,)]

    records = ids(found(world.house.config(), email, (root,)))
    judge = judged(world, number)

    assert {name: records.get(name, []) for name in judge} == judge
    extra = {"disputes", "credit_notes", "promotion_codes", "balance_transactions", "checkout_sessions", "checkout_lines"}
    assert records.keys() - judge.keys() <= (extra if who in {"ann", "bob"} else set())
    assert len(judge) == (1 if who == "empty" else 11 if who == "ann" else 10)


def test_lists_of_more_than_two_pages_come_whole(world: World) -> None:
    records = found(world.house.config(size=5), ANN)

    assert len(records["invoice_items"]) == ITEMS
    assert len(world.house.asked("/invoiceitems")) == 3
    assert ids(records) == ids(found(world.house.config(), ANN))


def test_an_address_that_is_kept_in_another_case_is_found_by_the_search(world: World) -> None:
    roots = [
        one.root.key for one in candidates(world.house.config(), "ann.keller@mail.example") if one.root.collection == "customers"
    ]
    alone = world.house.config(changed=[("also: #", "# also:"), ("  - path: /customers/search", ""), (SEARCH, ""), (CURSOR, "")])

    assert roots == [(world.customers["ann"],)]
    assert "customers" not in {one.root.collection for one in candidates(alone, "ann.keller@mail.example")}


SEARCH: Final = """          query: {query: 'email:"{email|quoted}"'}\n"""
CURSOR: Final = "          paging: {kind: cursor, param: page, next: next_page, more: has_more, size_param: limit, size: 100}\n"


def test_what_she_paid_as_a_guest_is_hers_too(world: World) -> None:
    roots = tuple(one.root for one in candidates(world.house.config(), ANN))
    records = ids(found(world.house.config(), ANN, roots))

    assert {one.key[0] for one in roots if one.collection == "guest_checkouts"} == {"cs_test_g1", "cs_test_g3"}
    assert records["guest_checkout_lines"] == ["li_3"]
    assert len(records["guest_payment_intents"]) == len(records["guest_charges"]) == 1
    assert records["checkout_sessions"] == ["cs_test_a1", "cs_test_a2"]
    assert (records["checkout_lines"], records["disputes"], records["promotion_codes"]) == (["li_1", "li_2"], ["du_1"], ["promo_1"])


@pytest.mark.parametrize("email", ["gone@mail.example", "nobody@mail.example", "keller@mail.example"])
def test_a_deleted_customer_and_a_part_of_an_address_are_nobody(email: str, world: World) -> None:
    assert candidates(world.house.config(), email) == []


def test_nothing_that_opens_a_payment_travels(world: World) -> None:
    told = str(found(world.house.config(), ANN))

    assert "_secret_" not in told
    assert "4242" in told
    assert CARD["number"] not in told


def left_out(collection: str) -> set[str]:
    """Return the keys that comments below a collection name as left out."""
    text = DESCRIPTION.read_text(encoding="utf-8").partition(f"- name: {collection}\n        dsar:")[2]
    text = text.partition("\n      - name: ")[0].partition("\nrest:")[0]
    comments = " ".join(line.strip().lstrip("# ") for line in text.splitlines() if line.strip().startswith("#"))
    return set(re.findall(r"[a-z_0-9]+", comments.partition("left out:")[2]))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_documented_key_is_described_or_left_out_by_name(name: str) -> None:
    api = describe_api(DESCRIPTION)
    described = {api.endpoint(name).paths[one.name][0] for one in api.data.collection(name).fields}
    known = set(KINDS[name].__annotations__) - {"OBJECT_NAME", "object", "deleted", "livemode"}

    assert known - described - left_out(name) == set()
    assert described - known - {"^", "object", "bank_name", "account_holder_name", "owner"} == set()


def test_the_version_asked_for_is_the_one_that_the_library_knows() -> None:
    assert describe_api(DESCRIPTION).headers["Stripe-Version"] == stripe.api_version


def test_it_can_be_checked(world: World) -> None:
    health = ENTRY.check(world.house.config())

    assert [one for one in health.problems if one.fatal] == []
    wrong = world.house.config()
    problems = ENTRY.check(replace(wrong, url=wrong.url.replace(KEY, "sk_test_wrong"))).problems
    assert [one.code for one in problems if one.fatal] == ["refused"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_in_the_middle_is_survived(status: int, world: World) -> None:
    calm = ids(found(world.house.config(size=5), ANN))
    world.plan({"path": "invoiceitems.*starting_after", "times": 1, "status": status})

    assert ids(found(world.house.config(size=5), ANN)) == calm


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        ({"path": "/refunds", "status": 500}, Unreachable),
        ({"path": "/charges", "after": 1, "status": 429}, Busy),
        ({"path": "/invoices", "status": 403}, Refused),
        ({"path": "/disputes", "status": 404}, NotAsDescribed),
        ({"path": "/charges", "drop": "billing_details", "rename": "billing"}, NotAsDescribed),
        ({"path": "/subscriptions", "blank": "customer"}, ForeignRecord),
    ],
)
def test_what_does_not_pass_has_a_name(trouble: dict[str, Any], fault: type[Exception], world: World) -> None:
    roots = tuple(one.root for one in candidates(world.house.config(), "bob@mail.example"))
    world.plan(trouble)

    with pytest.raises(fault):
        found(world.house.config(size=2), "bob@mail.example", roots)  # so that there is a second page to fail


def test_a_page_that_comes_again_is_no_answer(world: World) -> None:
    roots = tuple(one.root for one in candidates(world.house.config(), ANN))
    world.house.plan(records=planted(world), stuck=True)

    with pytest.raises(Incomplete):
        found(world.house.config(size=5), ANN, roots)

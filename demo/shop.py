"""The rows of the order system, customer by customer: the same from the same seed, whatever the engine."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from demo import papers, words
from demo.people import CUSTOMERS, FIRST_ORDINARY, PLANTED, Person, ordinary

Row = tuple[Any, ...]
Rows = Iterator[tuple[str, Row]]
"""Name of a table, and one of its rows in the order of its columns."""

CENT: Final = Decimal("0.01")
VAT: Final = Decimal("0.20")
OPEN: Final = ("shipped", "in_work", "paid")
WARRANTY_LENGTH: Final = timedelta(days=730)


@dataclass(slots=True)
class Shop:
    """The state of the generator: which numbers are used, and who lives where."""

    used: Counter[str] = field(default_factory=Counter)
    homes: dict[int, tuple[int, int]] = field(default_factory=dict)

    def next(self, table: str) -> int:
        self.used[table] += 1
        return self.used[table]


def planted() -> Iterator[tuple[Person, Rows]]:
    """Yield each planted person with its rows, which must be taken before the next person."""
    yield from _planted(Shop())


def everything() -> Rows:
    """Yield every row of the order system, the demo's 10,000 customers and the planted ones among them."""
    shop = Shop()
    for sku, description, price in words.PRODUCTS:
        yield "products", (sku, description, Decimal(price))
    for _, rows in _planted(shop):
        yield from rows
    for number in ordinary_numbers():
        yield from _rows(shop, person(number))


def ordinary_numbers() -> range:
    """Return the numbers of the customers who are not planted."""
    among = sum(someone.customer is not None for someone in PLANTED)
    return range(FIRST_ORDINARY, FIRST_ORDINARY + CUSTOMERS - among)


def person(number: int) -> Person:
    """Return the ordinary customer of that number."""
    rng = Random(f"{words.SEED}/person/{number}")
    first = words.FIRST_NAMES[rng.randrange(len(words.FIRST_NAMES))]
    last = words.LAST_NAMES[rng.randrange(len(words.LAST_NAMES))]
    postcode, city, _ = words.TOWNS[rng.randrange(len(words.TOWNS))]
    return Person(
        name=str(number),
        why="",
        email=f"customer.{number}@mail{number % 7}.example",
        first_name=first,
        last_name=last,
        customer=number,
        postcode=postcode,
        city=city,
        born=date(1940, 1, 1) + timedelta(days=rng.randrange(24_000)),
        phone=None if number % 5 == 0 else f"+33 1 99 00 {number // 100 % 100:02d} {number % 100:02d}",
        language=("fr", "fr", "en")[rng.randrange(3)],
        lives_with=number - 1 if number % 50 == 49 else None,
        recipe=ordinary(rng),
    )


def pick(pool: tuple[Any, ...], number: int) -> Any:
    """Return the pool's entry for a running number: a person with many records meets every one."""
    return pool[number % len(pool)]


def _planted(shop: Shop) -> Iterator[tuple[Person, Rows]]:
    for someone in PLANTED:
        yield someone, _rows(shop, someone)


def _rows(shop: Shop, someone: Person) -> Rows:
    if someone.customer is None:
        return
    rng = Random(f"{words.SEED}/orders/{someone.customer}")
    since = words.AS_OF - timedelta(days=rng.randrange(400, 2000), seconds=rng.randrange(86_400))
    yield from _account(shop, someone, someone.customer, since)
    yield from _about_the_customer(shop, someone, since)
    yield from _orders(shop, someone, rng, since)
    yield from _service(shop, someone)


def _account(shop: Shop, someone: Person, number: int, since: datetime) -> Rows:
    if someone.lives_with is not None:
        home = shop.homes[someone.lives_with]
    else:
        billing = shop.next("addresses")
        home = (billing, shop.next("addresses") if someone.recipe.sizes > 1 else billing)
        for address in dict.fromkeys(home):
            street = f"{1 + address % 90} {pick(words.STREETS, address)}"
            country = next((code for postcode, _, code in words.TOWNS if postcode == someone.postcode), "FR")
            yield "addresses", (address, street, someone.postcode, someone.city, country, pick(words.DELIVERY_NOTES, address))
    shop.homes[number] = home
    names = (someone.email, someone.first_name, someone.last_name, someone.phone)
    profile = (someone.born, pick(("Ms", "Mr", None), number), someone.language, pick(words.TIERS, number), number % 3 > 0)
    hashed = f"{words.PASSWORD_HASH}{number}"
    yield "customers", (number, *names, *profile, pick(words.POLICIES, number), since, *home, hashed, "active")


def _about_the_customer(shop: Shop, someone: Person, since: datetime) -> Rows:
    number, recipe = someone.customer, someone.recipe
    if recipe.preferences:
        metal, reaction = pick(words.METALS, number or 0), pick(words.REACTIONS, shop.next("preferences"))
        note = pick(words.FAMILY_NOTES, shop.used["preferences"])
        yield (
            "preferences",
            (number, metal, reaction, pick(words.STYLES, shop.used["preferences"]), note, since + timedelta(days=3)),
        )
    for turn in range(recipe.sizes):
        key = shop.next("ring_sizes")
        size = Decimal(480 + key * 5 % 120) / 10
        yield "ring_sizes", (key, number, pick(words.FINGERS, turn), size, (since + timedelta(days=turn)).date())
    for turn in range(recipe.wishes):
        key = shop.next("wishes")
        sku, description, _ = pick(words.PRODUCTS, key * 7)
        yield "wishes", (key, number, sku, description, since + timedelta(days=5 + turn, minutes=key % 600))
    for turn in range(recipe.visits):
        key = shop.next("visits")
        at = words.AS_OF - timedelta(days=turn * 11, minutes=key % 1000)
        address = f"2001:db8::{key:x}" if key % 4 == 0 else f"203.0.113.{key % 254 + 1}"
        yield "visits", (key, number, at, pick(words.PAGES, key), address, pick(words.BROWSERS, key))


def _orders(shop: Shop, someone: Person, rng: Random, since: datetime) -> Rows:
    room = int((words.AS_OF - since).total_seconds()) - 86_400
    for turn in range(someone.recipe.orders):
        key = shop.next("orders")
        at = since + timedelta(seconds=room * (turn + 1) // (someone.recipe.orders + 1) + rng.randrange(3600))
        yield from _order(shop, someone, key, turn, at)


def _order(shop: Shop, someone: Person, key: int, turn: int, at: datetime) -> Rows:
    is_open = turn == someone.recipe.orders - 1 and key % 3 == 0 and turn > 0
    lines = [pick(words.PRODUCTS, key * 3 + line * 11) for line in range(someone.recipe.items)]
    total = Decimal(sum(price for _, _, price in lines)).quantize(CENT)
    status = pick(OPEN, key // 3) if is_open else "delivered"
    delivered = None if is_open else (at + timedelta(days=4)).date()
    yield "orders", (key, f"OJ{key:07d}", someone.customer, status, pick(words.CHANNELS, key), at, delivered, "EUR", total)
    for line, (sku, description, price) in enumerate(lines, 1):
        yield "items", (key, line, sku, description, pick(words.ENGRAVINGS, key + line), 1, Decimal(price))
    if someone.recipe.billed is None or turn < someone.recipe.billed:
        yield from _bill(shop, someone, key, at, total)
    yield from _around_the_order(shop, someone, key, turn, at)


def _bill(shop: Shop, someone: Person, key: int, at: datetime, total: Decimal) -> Rows:
    net = (total / (1 + VAT)).quantize(CENT)
    invoice, payment = shop.next("invoices"), shop.next("payments")
    yield "invoices", (invoice, key, f"F{invoice:08d}", someone.full_name, at.date(), net, total - net, total)
    yield "payments", (payment, key, f"pay_{payment * 7919:012x}", pick(words.METHODS, key), total, at + timedelta(minutes=2))


def _around_the_order(shop: Shop, someone: Person, order: int, turn: int, at: datetime) -> Rows:
    recipe = someone.recipe
    if turn < recipe.gifts:
        key = shop.next("gift_messages")
        phone = f"{words.RECIPIENT_PHONE}{key % 100:02d}"
        yield "gift_messages", (key, order, pick(words.RECIPIENTS, key), phone, pick(words.GIFT_MESSAGES, key), at)
    if turn < recipe.returns:
        key = shop.next("returns")
        done = turn > 0
        refund = Decimal("90.00") if done else None
        day = (at + timedelta(days=9)).date()
        yield "returns", (key, order, "refunded" if done else "received", pick(words.REASONS, key), day, refund)
    if turn < recipe.checks:
        key = shop.next("purchase_checks")
        outcome = "looked at by a person" if key % 9 == 0 else "nothing unusual"
        yield "purchase_checks", (key, order, pick(words.RULES, key), Decimal(key * 37 % 1001) / 1000, outcome, at)
    if turn < recipe.warranties:
        key, ends = shop.next("warranties"), at + WARRANTY_LENGTH
        state = "running" if ends > words.AS_OF else "ended"
        scan = papers.WARRANTY.format(key) if _has_scan(key) else None
        yield "warranties", (key, someone.customer, order, f"W{key:06d}", state, at.date(), ends.date(), scan)


def _has_scan(warranty: int) -> bool:
    return warranty < FIRST_ORDINARY or warranty % 4 == 0


def _service(shop: Shop, someone: Person) -> Rows:
    number, recipe, today = someone.customer, someone.recipe, words.AS_OF
    for turn in range(recipe.repairs):
        key = shop.next("repairs")
        received = today - timedelta(days=20 + turn * 100)
        is_open = key % 7 == 0
        end = (None, None) if is_open else ((received + timedelta(days=12)).date(), Decimal(30 + key % 50))
        work, photo = pick(words.REPAIRS, key), papers.png(key) if key % 2 else None
        piece, state = pick(words.PRODUCTS, key * 5)[1], "in_work" if is_open else "returned"
        yield "repairs", (key, number, piece, state, work, received.date(), *end, photo)
    for _ in range(recipe.papers):
        key = shop.next("identity_checks")
        day = (today - timedelta(days=key % 900)).date()
        paper = f"{key * 7919 % 100_000_000:08d}"
        yield "identity_checks", (key, number, pick(words.PAPERS, key), paper, "FR", day, papers.IDENTITY.format(key))
    for turn in range(recipe.calls):
        key = shop.next("calls")
        at = today - timedelta(days=turn * 30 + 2, minutes=key % 500)
        recording = papers.RECORDING.format(key) if key % 3 else None
        yield "calls", (key, number, pick(words.AGENTS, key), pick(words.TOPICS, key), at, 60 + key % 600, recording)

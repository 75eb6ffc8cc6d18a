"""The persons planted in the demo data, and how much of everything each of them has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random
from types import MappingProxyType
from typing import Final

from demo.words import AGENTS, PASSWORD_HASH, RECIPIENT_PHONE, RECIPIENTS

CUSTOMERS: Final = 10_000
FIRST_ORDINARY: Final = 100


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many records of each kind a customer has. `gifts`, `returns`, `checks` and `warranties` go to the first orders."""

    orders: int = 0
    items: int = 1  # an order
    billed: int | None = None  # the first so many orders, None: each; the others go to an account settled elsewhere
    gifts: int = 0
    returns: int = 0
    checks: int = 0
    warranties: int = 0
    repairs: int = 0
    sizes: int = 0
    wishes: int = 0
    preferences: int = 0  # 0 or 1
    papers: int = 0
    calls: int = 0
    visits: int = 0
    lists: int = 0
    consents: int = 0
    events: int = 0
    subscribed: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One planted person. `email` is the address on record, `types` what the person would type into the form.

    `customer` and `subscriber` are the primary keys of the records that stand for the person, None where there is none.
    `canaries` are words that no answer may hold.
    """

    name: str
    why: str
    email: str
    first_name: str
    last_name: str
    customer: int | None = None
    subscriber: int | None = None
    types: str = ""
    postcode: str = "75004"
    city: str = "Paris"
    born: date = date(1985, 3, 14)
    phone: str | None = "+33 6 39 98 10 01"
    language: str = "fr"
    lives_with: int | None = None
    order_number: str = ""
    recipe: Recipe = field(default_factory=Recipe)
    canaries: tuple[str, ...] = (*RECIPIENTS, RECIPIENT_PHONE, *AGENTS, PASSWORD_HASH)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def facts(self) -> Mapping[str, str]:
        """What the person can tell to be recognised, by kind of fact."""
        known = {"name": self.last_name, "postcode": self.postcode, "birth_date": self.born.isoformat()}
        return known | ({"order_number": self.order_number} if self.order_number else {})

    @property
    def typed(self) -> str:
        return self.types or self.email


_EVERYTHING: Final = Recipe(
    orders=9, items=2, gifts=5, returns=3, checks=4, warranties=3, repairs=5, sizes=2, wishes=6, preferences=1,
    papers=1, calls=3, visits=12, lists=2, consents=5, events=14, subscribed=True,
)  # fmt: skip
_SOME: Final = Recipe(orders=2, wishes=1, visits=2, warranties=1)

CLAIRE: Final = Person(
    "claire", "the main job's customer: something in every collection", "claire.martin@mail.example", "Claire", "Martin",
    customer=1, subscriber=1, order_number="OJ0000004", recipe=_EVERYTHING,
)  # fmt: skip
ZERO: Final = Person(
    "zero", "a customer whose number is 0", "first@mail.example", "Adèle", "Zéro",
    customer=0, subscriber=0, postcode="69001", city="Lyon",
    recipe=Recipe(orders=3, visits=2, lists=1, consents=1, subscribed=True),
)  # fmt: skip
ANN: Final = Person(
    "ann", "shares an e-mail address with Bob", "family@mail.example", "Ann", "Keller",
    customer=2, postcode="33000", city="Bordeaux", born=date(1979, 8, 2), recipe=_SOME,
)  # fmt: skip
BOB: Final = Person(
    "bob", "shares an e-mail address with Ann", "family@mail.example", "Bob", "Keller",
    customer=3, postcode="44000", city="Nantes", born=date(1977, 1, 30), recipe=_SOME,
)  # fmt: skip
PAUL: Final = Person(
    "paul", "an upper-case address on record", "PAUL.DURAND@MAIL.EXAMPLE", "Paul", "Durand", types="paul.durand@mail.example",
    customer=4, subscriber=2, recipe=Recipe(orders=2, visits=1, lists=1, consents=2, events=3, subscribed=True),
)  # fmt: skip
ZOE: Final = Person(
    "zoe", "a local part that is not ASCII", "zoé.lambert@mail.example", "Zoé", "Lambert", customer=5, subscriber=5,
    recipe=Recipe(orders=2, visits=1, lists=1, consents=1, subscribed=True),
)  # fmt: skip
ZOE_PLAIN: Final = Person(
    "zoe-plain", "an address that differs from Zoé's by an accent only", "zoe.lambert@mail.example", "Zoe", "Lambert", subscriber=6,
    recipe=Recipe(lists=1, consents=2, subscribed=True),
)  # fmt: skip
JORG: Final = Person(
    "jorg", "a domain that is not ASCII", "joerg@bücher.example", "Jörg", "Brandt", types="joerg@xn--bcher-kva.example",
    customer=6, subscriber=3, language="en", recipe=Recipe(orders=1, lists=1, consents=1, subscribed=True),
)  # fmt: skip
HEAVY: Final = Person(
    "heavy", "100,000 orders", "wholesale@mail.example", "Victor", "Grossmann", customer=7,
    recipe=Recipe(orders=100_000, billed=1_000),
)  # fmt: skip
BARE: Final = Person("bare", "an account and nothing else", "bare@mail.example", "Nadia", "Vide", customer=8)
NOBODY: Final = Person("nobody", "nothing anywhere", "nobody@mail.example", "Nemo", "Personne")
READER: Final = Person(
    "reader", "only in the mailing system", "reader@mail.example", "Lise", "Lecteur", subscriber=4,
    recipe=Recipe(lists=3, consents=4, events=6, subscribed=True),
)  # fmt: skip
ROSE: Final = Person(
    "rose", "shares a postal address with Max", "rose@mail.example", "Rose", "Tilleul", customer=9, postcode="59000", city="Lille",
    recipe=_SOME,
)  # fmt: skip
MAX: Final = Person(
    "max", "shares a postal address with Rose", "max@mail.example", "Max", "Tilleul", customer=10, postcode="59000", city="Lille",
    lives_with=9, born=date(1982, 5, 5), recipe=_SOME,
)  # fmt: skip
GIVER: Final = Person(
    "giver", "gives to people who are not customers", "giver@mail.example", "Gaspard", "Donnadieu", customer=11,
    recipe=Recipe(orders=5, gifts=5, calls=2),
)  # fmt: skip
LONG_S: Final = Person(
    "long-s", "an address that folds onto another's", "ſophie@mail.example", "Another", "Person", customer=12, subscriber=7,
    recipe=Recipe(orders=1, lists=1, consents=1, subscribed=True),
)  # fmt: skip
SOPHIE: Final = Person(
    "sophie", "an address onto which another folds", "sophie@mail.example", "Sophie", "Vidal", customer=13, subscriber=8,
    recipe=Recipe(orders=1, lists=1, consents=1, subscribed=True),
)  # fmt: skip

PLANTED: Final = (CLAIRE, ZERO, ANN, BOB, PAUL, ZOE, ZOE_PLAIN, JORG, BARE, NOBODY, READER, ROSE, MAX, GIVER, LONG_S, SOPHIE, HEAVY)
"""In the order in which their rows are made; the heavy one last, so that the others' rows can be had quickly."""
BY_NAME: Final[Mapping[str, Person]] = MappingProxyType({person.name: person for person in PLANTED})


def ordinary(rng: Random) -> Recipe:
    """Return what a customer of no importance has."""

    def one_in(chance: int, many: int = 1) -> int:
        return rng.randrange(1, many + 1) if rng.randrange(chance) == 0 else 0

    orders = (0, 0, 1, 1, 1, 2, 2, 3, 5)[rng.randrange(9)]
    return Recipe(
        orders=orders,
        items=rng.randrange(1, 3),
        gifts=one_in(6) if orders else 0,
        returns=one_in(9) if orders else 0,
        checks=one_in(3) if orders else 0,
        warranties=one_in(6) if orders else 0,
        repairs=one_in(8, 2),
        sizes=one_in(3, 2),
        wishes=one_in(4, 3),
        preferences=one_in(3),
        papers=one_in(40),
        calls=one_in(25),
        visits=one_in(2, 4),
        lists=rng.randrange(4),
        consents=rng.randrange(1, 4),
        events=rng.randrange(8),
        subscribed=rng.randrange(10) < 6,
    )

"""The records of the shop's account service, customer by customer: the same from the same seed, made when they are asked for."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any, Final

from demo import words
from demo.people import PLANTED, Person
from demo.shop import ordinary_numbers, person, pick

Record = dict[str, Any]
KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "accounts": ("id",),
        "saved_addresses": ("id",),
        "wish_lists": ("id",),
        "wish_list_items": ("list_id", "position"),
        "devices": ("id",),
        "consents": ("id",),
    }
)
"""The collections that the description tells of, with the fields that make their keys."""
PLANTED_BY_CUSTOMER: Final = {someone.customer: someone for someone in PLANTED if someone.customer is not None}
_ORDINARY: Final = re.compile(r"customer\.([0-9]+)@mail[0-6]\.example")
_SYSTEMS: Final = ("Android 15", "iOS 19", "Windows 11", "macOS 16", "Linux")
_TOPICS: Final = ("statistics", "personal offers", "fitting by video")


def account_id(number: int) -> str:
    return f"acc_{number:06d}"


def number_of(account: str) -> int | None:
    """Return the customer's number, None where no account has that id."""
    digits = account.removeprefix("acc_")
    number = int(digits) if digits.isdecimal() and account == account_id(int(digits)) else -1
    return number if number in PLANTED_BY_CUSTOMER or number in ordinary_numbers() else None


def owners(email: str) -> Iterator[int]:
    """Yield the customers whose address looks like `email`. It looks too kindly, as such services do: nearly equal will do."""
    sought = _folded(email)
    yield from (number for number, someone in PLANTED_BY_CUSTOMER.items() if _folded(someone.email) == sought)
    ordinary = _ORDINARY.fullmatch(sought)
    if ordinary and int(ordinary[1]) in ordinary_numbers() and person(int(ordinary[1])).email == sought:
        yield int(ordinary[1])


def account(number: int) -> Record:
    """Return the account itself, as the service tells of it."""
    someone, rng = _someone(number), _rng(number, "account")
    since = words.AS_OF - timedelta(days=rng.randrange(300, 1900), seconds=rng.randrange(86_400))
    return {
        "id": account_id(number),
        "email": someone.email,
        "profile": {"first_name": someone.first_name, "last_name": someone.last_name, "locale": someone.language},
        "phone": someone.phone,
        "points": rng.randrange(5_000),
        "balance": f"{rng.randrange(9_000) / 100:.2f}",
        "two_factor": number % 4 == 1,
        "referred_by": pick(words.RECIPIENTS, number) if number % 3 == 1 else None,
        "interests": sorted({pick(words.METALS, number + turn) for turn in range(rng.randrange(4))}),
        "created_at": since.isoformat(),
        "last_seen_at": (words.AS_OF - timedelta(minutes=rng.randrange(100_000))).isoformat(),
    }


def saved_addresses(number: int) -> list[Record]:
    someone, rng = _someone(number), _rng(number, "addresses")
    return [
        {
            "id": f"adr_{number:06d}_{turn}",
            "account_id": account_id(number),
            "label": pick(("home", "work", "=holidays"), turn),
            "line": f"{1 + rng.randrange(90)} {pick(words.STREETS, number + turn)}",
            "postcode": someone.postcode if turn == 0 else pick(words.TOWNS, number + turn)[0],
            "city": someone.city if turn == 0 else pick(words.TOWNS, number + turn)[1],
        }
        for turn in range(_many(number, rng, 4))
    ]


def wish_lists(number: int) -> list[Record]:
    """Return the lists, each with its items inside."""
    rng = _rng(number, "lists")
    return [
        {
            "id": f"wsh_{number:06d}_{turn}",
            "account_id": account_id(number),
            "title": pick(("Birthday", "For the wedding", "-- later --"), turn),
            "shared": turn % 2 == 1,
            "items": [_item(number, turn, position) for position in range(1, 1 + _many(number, rng, 5))],
        }
        for turn in range(_many(number, rng, 3))
    ]


def devices(number: int) -> list[Record]:
    rng = _rng(number, "devices")
    return [
        {
            "id": f"dev_{number:06d}_{turn}",
            "account_id": account_id(number),
            "system": pick(_SYSTEMS, number + turn),
            "browser": pick(words.BROWSERS, number + turn),
            "address": f"203.0.113.{1 + rng.randrange(250)}",
            "signed_in_at": (words.AS_OF - timedelta(hours=7 * turn + number % 60)).isoformat(),
            "ended_at": None if turn == 0 else (words.AS_OF - timedelta(hours=7 * turn - 1 + number % 60)).isoformat(),
        }
        for turn in range(_many(number, rng, 24))
    ]


def consents(number: int) -> list[Record]:
    rng = _rng(number, "consents")
    return [
        {
            "id": 10_000 * number + turn + 1,
            "account_id": account_id(number),
            "topic": pick(_TOPICS, turn),
            "granted": (number + turn) % 3 > 0,
            "wording": pick(words.WORDINGS, turn),
            "at": (words.AS_OF - timedelta(days=40 * turn + number % 40)).isoformat(),
        }
        for turn in range(_many(number, rng, 14))
    ]


def keys(someone: Person) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the primary keys of everything that a planted person has here, by collection."""
    number = someone.customer
    if number is None:
        return dict.fromkeys(KEYS, ())
    lists = wish_lists(number)
    found = {
        "accounts": [account(number)],
        "saved_addresses": saved_addresses(number),
        "wish_lists": lists,
        "wish_list_items": [{**item, "list_id": one["id"]} for one in lists for item in one["items"]],
        "devices": devices(number),
        "consents": consents(number),
    }
    return {name: tuple(tuple(str(record[part]) for part in KEYS[name]) for record in records) for name, records in found.items()}


def _item(number: int, turn: int, position: int) -> Record:
    sku, description, price = pick(words.PRODUCTS, number + 7 * turn + position)
    return {"position": position, "sku": sku, "description": description, "price": f"{price}.00", "note": None}


def _someone(number: int) -> Person:
    return PLANTED_BY_CUSTOMER.get(number) or person(number)


def _rng(number: int, what: str) -> Random:
    return Random(f"{words.SEED}/accounts/{what}/{number}")


def _many(number: int, rng: Random, most: int) -> int:
    """Return how many of something a customer has: the first one of all has the most, one with nothing else has nothing."""
    someone = PLANTED_BY_CUSTOMER.get(number)
    if someone is not None:
        return {"claire": most, "bare": 0}.get(someone.name, rng.randrange(1, most + 1))
    return rng.randrange(most + 1)


def _folded(email: str) -> str:
    return unicodedata.normalize("NFKC", email).casefold()

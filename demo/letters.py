"""The rows of the mailing system, subscriber by subscriber: the same from the same seed, whatever the engine."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Final

from demo import words
from demo.people import PLANTED, Person
from demo.shop import Row, Rows, Shop, ordinary_numbers, person, pick

PROSPECTS: Final = 1_500
FIRST_PROSPECT: Final = 500_000
"""People who never bought anything."""


def planted() -> Iterator[tuple[Person, Rows]]:
    """Yield each planted person with its rows, which must be taken before the next person."""
    yield from _planted(Shop())


def everything() -> Rows:
    """Yield every row of the mailing system."""
    for code, title in words.LISTS:
        yield "lists", (code, title)
    for number, title in enumerate(words.CAMPAIGNS, 1):
        yield "campaigns", (number, title, words.AS_OF - timedelta(days=60 * (len(words.CAMPAIGNS) - number) + 5))
    shop = Shop()
    for _, rows in _planted(shop):
        yield from rows
    for number in (*ordinary_numbers(), *range(FIRST_PROSPECT, FIRST_PROSPECT + PROSPECTS)):
        someone = person(number)
        if someone.recipe.subscribed or number >= FIRST_PROSPECT:
            yield from _rows(shop, someone, number)


def _planted(shop: Shop) -> Iterator[tuple[Person, Rows]]:
    for someone in PLANTED:
        yield someone, _rows(shop, someone, someone.subscriber)


def _rows(shop: Shop, someone: Person, number: int | None) -> Rows:
    if number is None:
        return
    rng = Random(f"{words.SEED}/letters/{number}")
    since = words.AS_OF - timedelta(days=rng.randrange(30, 1500), seconds=rng.randrange(86_400))
    names = (someone.email, someone.first_name, someone.last_name, someone.postcode if number % 3 else None, someone.language)
    yield "subscribers", (number, *names, pick(words.SUBSCRIBER_STATES, number), number % 9 > 0, since, pick(words.DOORS, number))
    for turn, (code, title) in enumerate(words.LISTS[: someone.recipe.lists]):
        left = words.AS_OF - timedelta(days=8) if (number + turn) % 5 == 0 else None
        yield "list_members", (number, code, title, since + timedelta(minutes=turn), left)
    for turn in range(someone.recipe.consents):
        yield "consents", _consent(shop, number, turn, since + timedelta(days=turn * 6))
    for turn in range(someone.recipe.events):
        yield "campaign_events", _event(shop, number, turn)


def _consent(shop: Shop, number: int, turn: int, at: object) -> Row:
    key = shop.next("consents")
    choice = "withdrawn" if turn % 3 == 2 else "given"
    address = None if key % 6 == 0 else f"198.51.100.{key % 254 + 1}"
    wording = pick(words.WORDINGS, turn)
    return (key, number, pick(words.CONSENT_CHANNELS, turn), choice, wording, pick(words.POLICIES, turn), address, at)


def _event(shop: Shop, number: int, turn: int) -> Row:
    key = shop.next("campaign_events")
    kind = pick(words.EVENTS, turn)
    link = f"https://o-jewels.example/rings?letter={turn}" if kind == "clicked" else None
    at = words.AS_OF - timedelta(days=turn * 9, minutes=key % 1000)
    return (key, number, pick(words.CAMPAIGNS, turn), kind, link, pick(words.MAIL_PROGRAMS, key), at)

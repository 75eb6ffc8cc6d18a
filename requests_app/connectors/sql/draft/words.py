"""The words of `words.yaml`, ready to be compared with names."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])")
_FILE: Final = Path(__file__).with_name("words.yaml")
_WORDS: Final[dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))


@cache
def plain(name: str) -> str:
    """Return the words of a name: lower case, without accents, one blank between."""
    spread = _CAMEL.sub(" ", name).replace("ß", "ss")
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", spread) if not unicodedata.combining(sign))
    return " ".join(re.split(r"[^a-z0-9]+", bare.casefold())).strip()


def _any(expressions: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(expressions))


def _entries(name: str, *keys: str) -> Iterator[tuple[Any, ...]]:
    """Yield of each entry the values of `keys`, and one expression for all its names."""
    return ((*(entry[key] for key in keys), _any(entry["names"])) for entry in _WORDS[name])


SECRET: Final = _any(_WORDS["secret"])
EMAIL: Final = _any(_WORDS["email"])
NO_ADDRESS: Final = _any(_WORDS["no_address"])
PHONE: Final = _any(_WORDS["phone"])
BARE_NAME: Final = _any(_WORDS["bare_name"])
ORDER_NUMBER: Final = _any(_WORDS["order_number"])
CUSTOMER_NUMBER: Final = _any(_WORDS["customer_number"])
OTHERS: Final = _any(_WORDS["others"])
STAFF: Final = _any(_WORDS["staff"])
BOTH: Final = _any(_WORDS["both"])
ACCOUNTS: Final = _any(_WORDS["accounts"])
ACTIONS: Final = _any(_WORDS["actions"])
MAILS: Final = _any(_WORDS["mails"])
ORDERS: Final = _any(_WORDS["orders"])
CATALOGUE: Final = _any(_WORDS["catalogue"])
CATEGORIES: Final[Sequence[tuple[str, re.Pattern[str]]]] = tuple(_entries("categories", "category"))
FILES: Final[Sequence[tuple[str, re.Pattern[str]]]] = tuple(_entries("files", "media_type"))
TOPICS: Final[Sequence[tuple[str, str, re.Pattern[str]]]] = tuple(_entries("topics", "topic", "category"))
FRAMEWORK: Final[Sequence[tuple[str, re.Pattern[str]]]] = tuple(_entries("framework", "reason"))

STRONG: Final = (
    "user.contact",
    "user.name",
    "user.demographic.date_of_birth",
    "user.government_id",
    "user.financial",
    "user.health_and_medical",
)
"""Categories that make a record personal by themselves."""

"""Two answers beside each other, without what must differ: marks against forgery, what was drawn, what the asker typed."""

import re
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext

_DRAWN: Final = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'), "a mark"),
    (re.compile(r'name="opened" value="[^"]+"'), "a stamp"),
    (re.compile(r"nonce-[\w+/=-]+|nonce=\"[^\"]+\""), "a nonce"),
    (re.compile(r"DSR-[0-9A-Z]{4}-[0-9A-Z]{4}"), "a reference"),
    (re.compile(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){6}\b"), "a key"),
    (re.compile(r"\b\d{3} \d{3}\b|\b\d(?: \d){5}\b"), "figures"),
    (re.compile(r'"code": ?"\d{6}"'), "figures"),
    (re.compile(r"\bdsar_[0-9a-f]{8}_[\w-]+"), "a machine's key"),
)
_VALUES: Final = (
    (re.compile(r"'(?:[^']|'')*'(?:::\w+(?:\[\])?)?"), "?"),
    (re.compile(r"_django_curs_\w+"), "cursor"),
    (re.compile(r"\s*-?\b\d+(?:\.\d+)?\b"), "?"),
    (re.compile(r'"?s\d+_x\d+"?'), "savepoint"),
    (re.compile(r"\((?:\?(?:, )?)+\)"), "(?)"),
)
_HEADERS: Final = frozenset({"set-cookie", "date", "x-request-id"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What somebody without a secret can tell one answer from another by. `queries`: the work before it, in place of its time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[tuple[str, int, str], ...]
    size: int
    body: str
    queries: tuple[str, ...]


def bare(text: str, typed: str = "") -> str:
    """Return `text` without what is drawn or typed; what was typed leaves a word of its own length."""
    for pattern, word in _DRAWN:
        text = pattern.sub(word, text)
    return text.replace(typed, "x" * len(typed)) if typed else text


def shape(asks: Any, typed: str = "") -> Shape:
    """Call `asks`, and return the shape of its answer."""
    with CaptureQueriesContext(connection) as queries:
        answer = asks()
    body = bare(answer.content.decode(), typed)
    headers = tuple(sorted((name, bare(value, typed)) for name, value in answer.items() if name.lower() not in _HEADERS))
    cookies = tuple(
        sorted((re.sub(r"DSR-[\w-]+", "DSR", name), len(kept.value), str(kept["max-age"])) for name, kept in answer.cookies.items())
    )
    return Shape(answer.status_code, headers, cookies, len(answer.content), body, tuple(_plain(one["sql"]) for one in queries))


def _plain(sql: str) -> str:
    for pattern, word in _VALUES:
        sql = pattern.sub(word, sql)
    return sql


def difference(one: Shape, other: Shape) -> list[str]:
    """Return which parts of two shapes are not the same."""
    return [name for name in Shape.__slots__ if getattr(one, name) != getattr(other, name)]

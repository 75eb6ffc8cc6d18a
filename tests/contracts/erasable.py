"""What an eraser brings to be tried: `erasable(folder)` in `tests/connectors/<name>/erasable.py` returns one of these."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Whom


@dataclass(frozen=True)
class Erasable:
    """A small system of its own that knows one person, `whom`, and a `stranger`.

    `counts` are the person's records by collection. `effects` is the system's own log: a word for each record that it deleted, in
    order. While `lying` is entered, the system says that it is done, and does nothing. `grow` makes one more record of
    the person.
    """

    config: Config
    whom: Whom
    stranger: Whom
    counts: Mapping[str, int]
    effects: Callable[[], list[str]]
    lying: Callable[[], AbstractContextManager[None]]
    grow: Callable[[], None]

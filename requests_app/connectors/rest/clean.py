"""What leaves the connector when something goes wrong: a fault with its own words, and nothing of what led to it."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from requests_app.connectors.base import SourceFault

T = TypeVar("T")


def clean(source: Callable[[], Iterator[T]]) -> Iterator[T]:
    """Pass on what `source` yields; a fault carries nothing of what led to it."""
    try:
        yield from source()
    except SourceFault as error:
        fault = error
    else:
        return
    fault.__context__ = fault.__cause__ = None
    raise fault

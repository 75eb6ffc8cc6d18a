"""What was tried, and then has not happened."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def forgotten() -> Iterator[None]:
    """Let what happens here not have happened. Of the test, not of the product: what must be durable may stand within."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # so Django's own test cases do
    with block:
        yield
        transaction.set_rollback(True)

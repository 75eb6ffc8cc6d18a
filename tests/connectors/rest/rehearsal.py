"""The REST connector's system to be tried: a process on this machine."""

import atexit
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from requests_app.values import Root
from tests.connectors.rest.crooked import TOKEN
from tests.connectors.rest.shop import ANN, ANNS, BOB, NOBODY, Shop, opened
from tests.contracts.rehearsal import Rehearsal


@cache
def running() -> Shop:
    """Start the process once for all tests of a run; it ends with the run."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(opened(Path(mkdtemp(prefix="rest-"))))


def rehearse(folder: Path) -> Rehearsal:
    config = Shop(running().port, folder).config()
    wrong = folder / "wrong.yaml"
    wrong.write_text("dataset: [{fides_key: shop, collections: [{name: customers, dsar: {nonsense: 1}}]}]")
    return Rehearsal(
        config,
        ANN,
        ANNS,
        BOB,
        (Root("accounts", ("2",)),),
        NOBODY,
        {"accounts": 1, "wishes": 25, "orders": 2, "lines": 2},
        (b"Canary",),
        (TOKEN, "127.0.0.1"),
        replace(config, url=f"http://127.0.0.1:1/v1#token={TOKEN}&private=yes&plain=yes"),
        replace(config, description=wrong),
    )

"""`manage.py clock`: dates of the law. Nothing of the product need be set up but its packages, and Django is not started."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from dsar.launch.trying import install_once

_REFUSED = 2


def main(root: Path, arguments: list[str], restart: Callable[[list[str]], None]) -> int:
    """Print the dates that `arguments` ask for and return the exit code; `restart` goes on with the packages of .venv.

    Raises:
        CannotStart: the packages cannot be installed.
    """
    if find_spec("holidays") is None:
        install_once(root)
        restart(arguments)
    from requests_app.deadlines.command import BadRequest, run, today

    try:
        run(arguments[2:], sys.stdout, today=today())
    except BadRequest as reason:
        print(reason, file=sys.stderr, flush=True)
        return _REFUSED
    return 0

"""Processes that are cheap to kill: a mother that forks some, and forks another when one is killed.

`python -m tests.faults.erasers ROLE…`; without any, two pollers, who need no broker. Where DSAR_FAULTS_POINTS names a folder,
they kill themselves at the points that it orders.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import django

_REST: Final = 0.02  # seconds


def poll() -> None:
    """Carry whatever is due, for ever."""
    from django.db import connections
    from django.db.utils import InterfaceError, OperationalError

    from dsar.launch.product import QUEUES
    from requests_app.ledger.carrying import carry
    from requests_app.ledger.sweeper import due

    queues = frozenset(QUEUES.split(","))
    while True:
        try:
            for step_id, _queue in due():
                carry(step_id, queues)
        except (OperationalError, InterfaceError):
            connections.close_all()
        time.sleep(_REST)


def sweep() -> None:
    """Be the product's own sweeper."""
    from requests_app.ledger import sweeper

    sweeper.Sweeper(lambda: False).run()


def listen() -> None:
    """Be one of the product's own workers, in this very process."""
    from dsar.celery import app
    from dsar.launch.product import QUEUES

    app.worker_main(
        ["worker", "-P", "solo", "-Q", QUEUES, "-l", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    )


_ROLES: Final[Mapping[str, Callable[[], None]]] = {"poller": poll, "sweeper": sweep, "worker": listen}


def main(*roles: str) -> None:
    django.setup()
    import requests_app.journey  # noqa: F401  # every kind of step is known
    from tests.faults import points

    if folder := os.environ.get("DSAR_FAULTS_POINTS"):
        points.arm(Path(folder))
    missing, children = list(roles or ("poller", "poller")), dict[int, str]()
    while True:
        while missing:
            role = missing.pop()
            pid = os.fork()
            if pid == 0:
                _ROLES[role]()
                os._exit(1)
            children[pid] = role
        gone, _status = os.waitpid(-1, 0)
        missing.append(children.pop(gone))


if __name__ == "__main__":
    main(*sys.argv[1:])

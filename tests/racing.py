"""Many at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connections


def at_once(many: int, act: Callable[[int], str]) -> list[str]:
    """Call `act` with 0, 1 … from that many threads that start together; return what each said, sorted."""
    start, said = Barrier(many), list[str]()

    def one(number: int) -> None:
        try:
            start.wait(30)
            said.append(act(number))
        except Exception as fault:  # noqa: BLE001  # what nobody expects is told to the test, not to a dying thread
            said.append(f"unexpected {type(fault).__name__}: {fault}")
        finally:
            connections.close_all()

    threads = [Thread(target=one, args=[number]) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(said)

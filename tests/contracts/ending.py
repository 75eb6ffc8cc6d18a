"""`python -m tests.contracts.ending N`: erase what a pickle on standard input says; killed at the N-th line of the connectors.

With 0 it is not killed, and writes how many lines there were.
"""

import os
import pickle
import signal
import sys
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, Final

from requests_app.connectors import CONNECTORS
from requests_app.connectors.erasing import Deed, Eraser, Facts, Rules, Ruling, Whom

CONNECTED: Final = str(Path(__file__).parents[2] / "requests_app" / "connectors")


@Rules
def all_goes(_: str, __: Facts) -> Ruling:
    return Ruling(Deed.ERASE, "nothing_keeps")


@Rules
def all_stays(_: str, __: Facts) -> Ruling:
    return Ruling(Deed.KEEP, "duty:test", date(2036, 12, 31))


class Counting:
    """Counts the lines of the connectors, and ends the process at one of them."""

    def __init__(self, end: int) -> None:
        self.lines, self.end = 0, end

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(CONNECTED):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.end:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def main(end: int) -> None:
    name, config, identity, roots, approved = pickle.load(sys.stdin.buffer)  # a test's own
    eraser = CONNECTORS[name]
    assert isinstance(eraser, Eraser)
    counting = Counting(end)
    sys.settrace(counting)
    for _ in eraser.erase(config, Whom(identity, roots), all_goes, approved):
        pass
    sys.settrace(None)
    sys.stdout.write(str(counting.lines))


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The processes that carry requests: a worker with its children and a sweeper, as a deployment starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dsar.launch.product import QUEUES

CHILDREN: Final = 2
PATIENCE: Final = 20  # seconds in which a process may end by itself


@contextmanager
def crew(folder: Path) -> Iterator[None]:
    """Let a worker and a sweeper work while the block runs; what they say goes to crew.log in `folder`."""
    worker = ("-m", "celery", "-A", "dsar", "worker", "-Q", QUEUES, "-c", str(CHILDREN), "--without-gossip", "--without-mingle")
    with (folder / "crew.log").open("ab") as log:
        processes = [
            subprocess.Popen([sys.executable, *words], env=os.environ, stdout=log, stderr=log)
            for words in ((*worker, "-l", "ERROR"), ("manage.py", "sweep"))
        ]
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                _await_end(process)


def _await_end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

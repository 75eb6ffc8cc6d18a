"""From a bare machine to a running product: packages, servers, demo and test run. Standard library only.

This file keeps to words that Python 3.0 understands, so that an old Python can say what is wrong.
"""

import sys

OLDEST = (3, 11)


def main(arguments):  # type: (list[str]) -> int  # noqa: ANN001, ANN201  # an old Python cannot read annotations
    """Run `manage.py` with its `arguments` (the program's name first) and return the exit code."""
    if sys.version_info < OLDEST:
        wanted, found = ("%d.%d" % OLDEST), ("%d.%d" % tuple(sys.version_info[:2]))  # noqa: UP031
        sys.stderr.write("This needs Python %s or newer; you started it with Python %s.\n" % (wanted, found))  # noqa: UP031
        return 1
    from dsar.launch.commands import run

    return run(arguments)

"""Become another program that ends when its launcher does, however the launcher ends (Linux; elsewhere it only becomes it).

Run as a script: leash.py <signal to get> <pid of the launcher> <program> <arguments …>
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main(on_death: int, launcher: int, command: list[str]) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, on_death)
        if os.getppid() not in {launcher, 0}:  # it died before the leash was on; 0: it lives outside this process namespace
            os.kill(os.getpid(), signal.SIGKILL)
    os.execvp(command[0], command)  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])

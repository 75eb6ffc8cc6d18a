"""PostgreSQL refuses to run as root, MariaDB frowns at it: how they run when root starts them."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dsar.launch.failure import CannotStart

NOBODY = 65534

# The kernel's own "no owner" number, in a user namespace: files stay root's, and a folder below /root can be reached.
_NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
# Where namespaces are forbidden (containers): the other user, who may still pass through folders closed to him.
_OTHER_USER = (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--",
)  # fmt: skip


def namespace() -> Sequence[str]:
    """Return the words before a command that is not to be root in its own eyes; none where not needed or not allowed."""
    return _NAMESPACE if os.geteuid() == 0 and _works(_NAMESPACE) else ()


def prefix_for(data: Path) -> Sequence[str]:
    """Return the words to put before a server's command, and give it the folder `data`, which must exist.

    Raises:
        CannotStart: root started it and this machine offers no way to stop being root.
    """
    if os.geteuid() != 0:
        return ()
    for prefix, owner in ((_NAMESPACE, 0), (_OTHER_USER, NOBODY)):
        if _works(prefix):
            _give(data, owner)
            return prefix
    raise CannotStart("PostgreSQL does not run as root, and this machine lets root become nobody else: start as an ordinary user.")


def _works(prefix: Sequence[str]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


def _give(data: Path, owner: int) -> None:
    if data.stat().st_uid == owner:
        return
    for folder, _, files in os.walk(data):
        for path in (Path(folder), *(Path(folder) / name for name in files)):
            os.chown(path, owner, owner, follow_symlinks=False)

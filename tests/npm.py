"""Installs what a test needs from npm, below .dsar/: once, whoever comes first."""

import fcntl
import shutil
import subprocess
from pathlib import Path
from typing import Final

_PLACE: Final = Path(__file__).resolve().parent.parent / ".dsar" / "test" / "npm"


def package(name: str, version: str) -> Path:
    """Return the folder of `node_modules` that holds `name` in `version`.

    Raises:
        RuntimeError: it is not there and npm cannot fetch it.
    """
    folder = _PLACE / f"{name}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            _install(folder, f"{name}@{version}")
            (folder / "whole").touch()
    return folder / "node_modules"


def _install(folder: Path, wanted: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(f"{wanted} is not installed and there is no npm to fetch it")
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"npm could not install {wanted}: {done.stderr.strip()[-300:]}")

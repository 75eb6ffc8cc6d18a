"""Which process is which: a process number alone may belong to somebody else by now."""

import subprocess
import sys
from pathlib import Path

PROC = Path("/proc")


def born(pid: int) -> str | None:
    """Return a text that tells this process from every other that ever had its number; None when there is none."""
    if sys.platform == "linux":
        fields = _stat(pid)
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {fields[19]}" if fields and fields[0] != "Z" else None
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def group(leader: int, mark: str) -> list[int]:
    """Return the living processes of the group of `leader` whose environment holds `mark` (Linux; elsewhere none)."""
    if sys.platform != "linux":
        return []
    members = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return [pid for pid in members if (fields := _stat(pid)) and fields[2] == str(leader) and fields[0] != "Z" and _has(pid, mark)]


def folder(pid: int) -> Path | None:
    """Return the working directory of a process (Linux); None when it cannot be told."""
    try:
        return (PROC / str(pid) / "cwd").readlink()
    except OSError:
        return None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, see proc(5): state, parent, group, …, 19: start time."""
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _has(pid: int, mark: str) -> bool:
    try:
        return mark.encode() in (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False

"""What the words after `manage.py` mean."""

import json
import os
import select
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from dsar.launch.failure import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
ENVIRONMENT = ROOT / ".dsar" / "environment.json"
_READER_LEFT = 141  # what a shell says of a program that SIGPIPE ended
_OWN: Mapping[str, str] = {"demo": "demo", "test": "testing", "bench": "benching"}  # commands of the launcher, and their modules


def run(arguments: list[str]) -> int:
    """Do what `arguments` (the program's name first) ask and return the exit code.

    A start that cannot succeed says so in one sentence on stderr.
    """
    command = arguments[1] if len(arguments) > 1 else ""
    try:
        if command in _OWN:
            return int(import_module(f"dsar.launch.{_OWN[command]}").main(ROOT, arguments[2:]))
        if command == "clock":
            from dsar.launch import counting

            return counting.main(ROOT, arguments, _restart_inside_venv)
        if command in {"law", "source"}:
            from dsar.launch import trying

            return (trying.main if command == "source" else trying.of_what_ships)(ROOT, arguments, _django)
        return _django(arguments)
    except CannotStart as reason:
        print(reason, file=sys.stderr, flush=True)
        return reason.code


def _django(arguments: list[str]) -> int:
    if find_spec("django") is None:
        _restart_inside_venv(arguments)
    _beside_the_demo(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dsar.settings.prod")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        if not _reader_left():
            raise
        return _READER_LEFT
    return 0


def _reader_left() -> bool:
    """Whether nobody reads what we say any more (`… | head`); if so, Python says nothing of it either when it ends."""
    asked = select.poll()
    asked.register(sys.stdout, 0)  # that the other end is closed is told in any case
    if not asked.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def _restart_inside_venv(arguments: list[str]) -> None:
    if not VENV_PYTHON.exists() or Path(sys.prefix) == VENV_PYTHON.parent.parent:
        raise CannotStart("Django is not installed here: run `python3 manage.py demo` once, or install requirements/lock.txt.")
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *arguments])  # noqa: S606  # no shell is wanted


def _beside_the_demo(arguments: list[str]) -> None:
    """Take the demo's environment when nothing else says which database is meant; `migrate` works as the owner."""
    if "DATABASE_URL" in os.environ or "DATABASE_URL_FILE" in os.environ or not ENVIRONMENT.exists():
        return
    for name, value in json.loads(ENVIRONMENT.read_text(encoding="utf-8")).items():
        os.environ.setdefault(name, value)
    if arguments[1:2] == ["migrate"]:
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]

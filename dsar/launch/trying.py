"""`manage.py source`: describe and try a system. With a file, nothing of the product need be set up but its packages."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path

from dsar.launch.failure import CannotStart
from dsar.launch.home import Home
from dsar.launch.launch import Launch
from dsar.launch.packages import RUN

BARE = "dsar.settings.bare"
_FILES = (".yaml", ".yml", ".json")


def is_file(word: str) -> bool:
    """Tell whether `word` means a dataset file rather than the name of a configured system."""
    return word.lower().endswith(_FILES) or Path(word).is_file()


def main(root: Path, arguments: list[str], django: Callable[[list[str]], int]) -> int:
    """Run the command with `django` and return its exit code; where a file is given, with settings that need no environment.

    Raises:
        CannotStart: the packages cannot be installed, or a name is given and no product is set up.
    """
    _prepare(root, arguments)
    try:
        return django(arguments)
    except Exception as fault:
        if type(fault).__name__ != "ImproperlyConfigured":
            raise
        words = "This is no dataset file, and configured systems stand in the database of a product that is set up"
        raise CannotStart(f"{words}: {fault}") from None


def _prepare(root: Path, arguments: Sequence[str]) -> None:
    words = arguments[2:]
    if not {"check", "find", "plan"} & set(words[:1]) or any(map(is_file, words[1:])):
        os.environ["DJANGO_SETTINGS_MODULE"] = BARE
    install_once(root)


def install_once(root: Path) -> None:
    """Install the product's packages into .venv unless they are here or there.

    Raises:
        CannotStart: they cannot be installed.
    """
    if find_spec("django") is None and not any((root / ".venv").glob("lib/python3.*/site-packages/django")):
        _install(root)


def of_what_ships(root: Path, arguments: list[str], django: Callable[[list[str]], int]) -> int:
    """Run a command that reads only what ships with the product; its packages are installed where they are not yet."""
    os.environ["DJANGO_SETTINGS_MODULE"] = BARE
    install_once(root)
    return django(arguments)


def _install(root: Path) -> None:
    folder = root / ".dsar"
    folder.mkdir(mode=0o700, exist_ok=True)
    home = Home(Path(tempfile.mkdtemp(prefix="source-", dir=folder)))
    lock = home.open()
    try:
        with redirect_stdout(sys.stderr):  # what the command itself prints may be kept as a file
            Launch.of(root, home).venv.install(RUN)
    finally:
        lock.close()
        shutil.rmtree(home.path, ignore_errors=True)

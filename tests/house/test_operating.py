"""docs/operating.md speaks of commands and settings that there are."""

import re
from argparse import ArgumentParser
from typing import Final

import pytest
from django.core.management import get_commands, load_command_class

from tests.house.tree import ROOT

TEXT: Final = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
COMMAND: Final = re.compile(r"`(?:python3? )?manage\.py ([a-z_]+)(?: ([a-z]+))?[^`]*`")
SETTING: Final = re.compile(r"`((?:DSAR|DATABASE|SECRET|REDIS|EMAIL)_[A-Z_0-9]*[A-Z0-9])(?:=[^`]*)?`")


def said() -> set[tuple[str, str]]:
    return set(COMMAND.findall(TEXT))


def refused(command: str, deed: str) -> bool:
    """Whether `command` is none, or has deeds and this is none of them."""
    if command in {"bench", "test"}:  # these start the servers first: dsar/launch
        return False
    if command not in get_commands():
        return True
    parser: ArgumentParser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    deeds = [set(action.choices) for action in parser._actions if action.nargs == "A..." and action.choices]
    return bool(deed and deeds and deed not in deeds[0])


def test_every_command_that_it_names_is_there() -> None:
    assert len(said()) > 5
    assert {one for one in said() if refused(*one)} == set()


@pytest.mark.parametrize(("command", "deed"), [("rotate_everything", ""), ("officer", "forgive")])
def test_a_command_that_is_none_is_seen(command: str, deed: str) -> None:
    assert refused(command, deed)


def test_every_setting_that_it_names_is_read() -> None:
    read = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "dsar").rglob("*.py")) + "DSAR_SOURCE DSAR_ERASE"

    assert {name for name in SETTING.findall(TEXT) if name not in read} == set()

import re
from pathlib import Path

import pytest

from tests.launch.conftest import ROOT

HAND_WRITTEN = {"requirements.txt": "lock.txt", "requirements/demo.txt": "lock-demo.txt", "requirements/dev.txt": "lock-dev.txt"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([^\s;\\]+)")


def _pins(file: Path) -> dict[str, str]:
    found = (PIN.match(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {re.sub(r"[-_.]+", "-", pin[1]).lower(): pin[2] for pin in found if pin}


@pytest.mark.parametrize(("written", "locked"), HAND_WRITTEN.items())
def test_every_chosen_package_is_locked_at_the_chosen_version(written: str, locked: str) -> None:
    chosen, lock = _pins(ROOT / written), _pins(ROOT / "requirements" / locked)

    assert chosen
    assert chosen.items() <= lock.items()


@pytest.mark.parametrize("written", HAND_WRITTEN)
def test_every_chosen_line_names_one_version(written: str) -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / written).read_text(encoding="utf-8").splitlines()]

    assert not [line for line in lines if line and not line.startswith("-r ") and not PIN.fullmatch(line)]


@pytest.mark.parametrize("locked", HAND_WRITTEN.values())
def test_every_locked_package_has_its_hashes(locked: str) -> None:
    text = (ROOT / "requirements" / locked).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.replace("\\\n", " "))

    assert len(_pins(ROOT / "requirements" / locked)) > 2
    assert not [entry[:40] for entry in entries if PIN.match(entry) and not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]


@pytest.mark.parametrize("locked", HAND_WRITTEN.values())
def test_no_lock_names_a_place(locked: str) -> None:
    text = (ROOT / "requirements" / locked).read_text(encoding="utf-8")

    assert not re.search(r"://|^-i |index-url|find-links|file:", text, re.MULTILINE)


@pytest.mark.parametrize("part", ["lock.txt", "lock-demo.txt"])
def test_the_developers_lock_holds_the_others(part: str) -> None:
    assert _pins(ROOT / "requirements" / part).items() <= _pins(ROOT / "requirements/lock-dev.txt").items()

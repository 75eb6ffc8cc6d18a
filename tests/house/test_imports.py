"""Who may import whom (the contracts stand in pyproject.toml)."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT, rooms

TOOL = Path(sys.executable).with_name("lint-imports")


def lint(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TOOL, "--no-cache", *options], cwd=ROOT, check=False, capture_output=True, text=True)


def contracts() -> dict[str, Any]:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return {contract["id"]: contract for contract in tool["contracts"]}


def test_every_import_obeys_the_contracts() -> None:
    done = lint()

    assert done.returncode == 0, done.stdout[-4000:]
    assert f"{len(contracts())} kept, 0 broken" in done.stdout


def test_every_room_has_its_place_in_the_order() -> None:
    placed = {room for line in contracts()["rooms"]["layers"] for room in re.split(r" \| ", line)}

    assert set(rooms()) <= placed


def test_every_room_but_the_doors_is_kept_from_http() -> None:
    kept = {module.removeprefix("requests_app.") for module in contracts()["http"]["source_modules"]}

    assert set(rooms()) - kept == {"portal", "console", "api"}


def test_every_room_with_tables_or_views_keeps_its_inner_order() -> None:
    ordered = {container.removeprefix("requests_app.") for container in contracts()["inside"]["containers"]}
    plain = {"connectors", "rights", "jurisdictions", "duties", "keys", "outward"}

    assert set(rooms()) - ordered == plain & set(rooms())


@pytest.mark.parametrize("layers", [["values", "workflow"], ["keys", "ledger | workflow"]])
def test_the_judge_is_not_blind(layers: list[str], tmp_path: Path) -> None:
    """The order turned round, or two rooms that need each other called siblings: the tool must say no."""
    lines = "\n    ".join(layers)
    file = tmp_path / "wrong.ini"
    file.write_text(
        "[importlinter]\nroot_package = requests_app\n\n[importlinter:contract:wrong]\nname = wrong\ntype = layers\n"
        f"containers =\n    requests_app\nlayers =\n    {lines}\n",
    )

    done = lint("--config", str(file))

    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout

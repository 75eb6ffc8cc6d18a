"""What files, tests and migrations are called."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.house.tree import FUNCTION, ROOT, named, python, rooms, tree_of

FORBIDDEN: Final = {
    "utils", "util", "helpers", "helper", "core", "common", "managers", "manager", "selectors", "signals", "misc", "shared", "lib",
    "tools", "constants", "types", "exceptions", "mixins", "stuff",
}  # fmt: skip
DOORS: Final = {"portal", "console", "api"}
AT_DOORS: Final = {"urls", "views", "serializers", "forms"}
CATALOGUES: Final = {"connectors", "rights", "jurisdictions", "duties"}


def modules(room: str) -> list[Path]:
    return [path for path in python(f"requests_app/{room}") if path.stem != "__init__"]


def test_no_file_has_a_name_that_says_nothing() -> None:
    told = [path for path in python() if path.parent != ROOT / "tools"]  # what is handed to others, one file each

    assert [named(path) for path in told if path.stem in FORBIDDEN or path.parent.name in FORBIDDEN] == []


def test_forms_views_urls_and_serializers_stand_at_the_doors() -> None:
    inner = [path for room in rooms() if room not in DOORS for path in modules(room)]

    assert [named(path) for path in inner if path.stem in AT_DOORS] == []


def test_a_room_says_by_an_empty_init_that_nothing_happens_on_import() -> None:
    told = [ROOT / "requests_app" / room / "__init__.py" for room in rooms() if room not in CATALOGUES]

    assert [named(path) for path in told if tree_of(path).body] == []


def test_the_indexes_hold_one_import_a_line_and_no_code() -> None:
    for index in ("models.py", "tasks.py"):
        body = tree_of(ROOT / "requests_app" / index).body
        code = [node for node in body if not isinstance(node, ast.ImportFrom | ast.Expr)]
        assert code == []
        assert all(len(node.names) == 1 for node in body if isinstance(node, ast.ImportFrom))


@pytest.mark.parametrize("room", rooms())
def test_every_table_of_a_room_is_in_the_index(room: str) -> None:
    models = ROOT / "requests_app" / room / "models.py"
    if not models.exists():
        return
    index = (ROOT / "requests_app" / "models.py").read_text(encoding="utf-8")
    tables = [node.name for node in tree_of(models).body if isinstance(node, ast.ClassDef) and _is_table(node)]

    assert [name for name in tables if f"from requests_app.{room}.models import {name} as {name}" not in index] == []


def _is_table(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base) in {"models.Model", "AbstractBaseUser"} for base in node.bases)


def test_a_test_is_called_by_the_behaviour_as_a_sentence() -> None:
    tests = [
        (path, node)
        for path in python("tests") if path.stem.startswith("test_")
        for node in ast.walk(tree_of(path)) if isinstance(node, FUNCTION) and node.name.startswith("test_")
    ]  # fmt: skip

    assert len(tests) > 100
    assert [f"{named(path)}: {node.name}" for path, node in tests if len(node.name.split("_")) < 4] == []


def test_an_exception_is_named_for_what_happened() -> None:
    classes = [
        node for path in python("requests_app", "dsar") for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)
    ]

    assert [node.name for node in classes if node.name.endswith(("Error", "Exception"))] == []


def test_a_migration_is_called_by_its_change() -> None:
    names = [path.stem for path in (ROOT / "requests_app/migrations").glob("0*.py")]

    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z][a-z_0-9]+", name) or "auto" in name] == []
    assert len({name[:4] for name in names}) == len(names)

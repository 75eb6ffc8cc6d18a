"""No template, no pattern and no program of a page is made of what somebody typed (ASVS 1.2.3, 1.2.9, 1.3.7, 14.3.3)."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.house.tree import ROOT, named, python, tree_of

SEARCHES: Final = frozenset({"compile", "search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"})
# Where a pattern is no literal: it stands in a file of the house, or `re.escape` went over it.
KNOWN: Final = frozenset(
    {
        "requests_app/schema.py",
        "requests_app/connectors/sql/erasing/look_mariadb.py",
        "requests_app/collection/cards.py",
        "requests_app/connectors/sql/draft/words.py",
        "requests_app/intake/guessing.py",
    },
)
STORES: Final = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|navigator\.serviceWorker|\bcaches\.")


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def made(tree: ast.Module) -> Iterator[str]:
    """Yield the patterns of `tree` that are no constant."""
    constants = {target.id for node in tree.body for target in _targets(node) if isinstance(target, ast.Name)}
    for call in calls(tree):
        function = call.func
        if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "re" and function.attr in SEARCHES:
            names = {node.id for node in ast.walk(call.args[0]) if isinstance(node, ast.Name)}
            if not names <= constants or any(isinstance(node, ast.Call) for node in ast.walk(call.args[0])):
                yield ast.unparse(call.args[0])


def _targets(node: ast.stmt) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []


def test_no_pattern_is_made_of_data() -> None:
    found = {named(path) for folder in ("requests_app", "dsar") for path in python(folder) if any(made(tree_of(path)))}

    assert found == KNOWN


def test_a_pattern_made_of_data_is_seen() -> None:
    assert list(made(ast.parse("import re\nWORD = 'a'\ndef f(x):\n  return re.search(WORD + x, 'a'), re.search(WORD, x)"))) == [
        "WORD + x"
    ]


def test_no_template_is_made_of_data() -> None:
    calls_of = (call.func for folder in ("requests_app", "dsar") for path in python(folder) for call in calls(tree_of(path)))
    named_so = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls_of}

    assert named_so & {"Template", "from_string"} == set()


def programs(page: str) -> list[str]:
    """Return where a page holds a program, or a value in one: between the tags of a script, or in a handler."""
    return re.findall(r"<script\b[^>]*>(?!\s*</script>)|\son\w+=\"", page)


def test_no_page_holds_a_program_and_no_value_stands_in_one() -> None:
    pages = {path: programs(path.read_text(encoding="utf-8")) for path in (ROOT / "templates").rglob("*.*")}

    assert pages
    assert {path.name: found for path, found in pages.items() if found} == {}


def test_a_program_in_a_page_is_seen() -> None:
    assert programs('<script src="x"></script><script>x = {{ y }}</script><a onclick="f({{ y }})">') == ["<script>", ' onclick="']


def test_no_program_of_ours_keeps_anything_in_a_browser() -> None:
    found = {script.name for script in (ROOT / "static").glob("*.js") if STORES.search(script.read_text(encoding="utf-8"))}

    assert found == set()

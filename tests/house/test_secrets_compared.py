"""What proves somebody is compared in constant time, or found by its digest: no `==` tells by its time how much was right."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.house.tree import named, python, tree_of

PROVES: Final = {"token", "secret", "signature", "signed", "mac", "claim", "password", "claim_digest", "code_digest"}

TYPED_TWICE: Final = "requests_app/console/forms.py"  # both fields are the same person's: nobody learns anything


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return _name(func)
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
    return ""


def compared(tree: ast.Module) -> Iterator[int]:
    """Yield the lines on which something that proves somebody is compared byte by byte."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(how, ast.Eq | ast.NotEq) for how in node.ops):
            sides = (node.left, *node.comparators)
            with_a_word = any(isinstance(side, ast.Constant) for side in sides)  # what stands in the text is no secret
            if not with_a_word and any(_name(side) in PROVES for side in sides):
                yield node.lineno


def test_what_proves_somebody_is_compared_in_constant_time() -> None:
    found = [named(path) for path in python("requests_app", "tools", "demo") for _line in compared(tree_of(path))]
    assert found == [TYPED_TWICE]


@pytest.mark.parametrize("text", ["given == self.token", "if claim_digest(x) != row.claim_digest: pass", "keys['secret'] == typed"])
def test_a_comparison_byte_by_byte_is_found(text: str) -> None:
    assert list(compared(ast.parse(text))) == [1]

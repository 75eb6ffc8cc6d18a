"""Every kind of step has its handler in the room that answers for it."""

import ast
import re
from typing import Final

import pytest

from dsar.launch.product import QUEUES
from requests_app.ledger.handlers import KINDS
from tests.house.tree import ROOMS, ROOT, named, python, rooms, tree_of

WRITERS: Final = {"enqueue", "enqueue_many"}
USED: Final = {kind.queue for kind in KINDS.values()} | {"housekeeping"}


def written_down() -> dict[str, str]:
    """Return every kind that the product enqueues, and one place where."""
    return {
        node.args[0].value: f"{named(path)}:{node.lineno}"
        for path in python("requests_app")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and _name(node.func) in WRITERS
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def _name(func: ast.Name | ast.Attribute) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr


def test_what_is_written_down_can_be_done() -> None:
    assert {kind: where for kind, where in written_down().items() if kind not in KINDS} == {}


def test_what_can_be_done_is_written_down_by_somebody() -> None:
    assert set(KINDS) - written_down().keys() == set()


def test_the_name_of_every_kind_is_said_where_it_is_enqueued() -> None:
    """A kind that hides in a variable would escape the two tests above."""
    calls = [
        node for path in python("requests_app") for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and _name(node.func) in WRITERS
    ]  # fmt: skip

    assert calls
    assert all(call.args and isinstance(call.args[0], ast.Constant) for call in calls)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_handler_stands_in_the_steps_of_its_room(kind: str) -> None:
    room, _dot, _verb = kind.partition(".")
    place = f"requests_app.{room}.steps" if (ROOMS / room).is_dir() else f"requests_app.{room}"  # the journey, the housekeeping

    assert KINDS[kind].handler.__module__ == place


@pytest.mark.parametrize("room", [room for room in rooms() if (ROOMS / room / "steps.py").exists()])
def test_every_room_with_steps_is_known_to_the_journey(room: str) -> None:
    assert any(kind.startswith(f"{room}.") for kind in KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_has_a_queue_that_workers_serve_and_a_bounded_number_of_attempts(kind: str) -> None:
    assert KINDS[kind].queue in QUEUES.split(",")
    assert 1 <= KINDS[kind].retry.attempts <= 200


def test_the_workers_of_compose_serve_every_queue() -> None:
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")

    assert {queue for queue in USED if not re.search(rf"[, \"]{queue}[,\s\"]", compose)} == set()

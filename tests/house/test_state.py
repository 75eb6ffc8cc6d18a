"""Only `workflow` writes the state of a request."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import named, python, tree_of

TABLE = "requests_app_subjectrequest"


def _ends_in_dsr(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in {"dsr", "subject_request"}


def _speaks_of_requests(node: ast.expr) -> bool:
    """Whether a chain of calls begins with the model, or goes through a relation to it."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    attributes = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return bool({"SubjectRequest", "dsrs"} & names or {"requests", "SubjectRequest"} & attributes)


def _writes_by_call(node: ast.Call) -> bool:
    words = {keyword.arg for keyword in node.keywords}
    texts = {part.value for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Constant)}
    match node.func:
        case ast.Name("SubjectRequest") | ast.Name("open_dsr"):
            return "state" in words
        case ast.Name("setattr"):
            return "state" in texts and _ends_in_dsr(node.args[0])
        case ast.Attribute(target, "update" | "create" | "get_or_create" | "update_or_create"):
            return "state" in words and _speaks_of_requests(target)
        case ast.Attribute(target, "bulk_update"):
            return "state" in texts and _speaks_of_requests(target)
    return False


def writes_of_state(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that write the state of a request."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets) if any(
                isinstance(t, ast.Attribute) and t.attr == "state" and _ends_in_dsr(t.value) for t in targets
            ):
                yield node.lineno
            case ast.AugAssign(target=ast.Attribute(attr="state", value=owner)) if _ends_in_dsr(owner):
                yield node.lineno
            case ast.Call() if _writes_by_call(node):
                yield node.lineno
            case ast.Constant(value=str(text)) if TABLE in text.lower() and "update" in text.lower():
                yield node.lineno


def test_only_workflow_writes_the_state_of_a_request() -> None:
    elsewhere = [path for path in python("requests_app", "dsar", "demo") if "requests_app/workflow" not in named(path)]

    assert [f"{named(path)}:{line}" for path in elsewhere for line in writes_of_state(tree_of(path))] == []


def test_one_file_writes_it_and_that_is_the_door() -> None:
    writers = {named(path) for path in python("requests_app/workflow") if list(writes_of_state(tree_of(path)))}

    assert writers == {"requests_app/workflow/services.py"}


@pytest.mark.parametrize(
    "planted",
    [
        "dsr.state = State.ANSWERED",
        "step.dsr.state = 'answered'",
        "setattr(dsr, 'state', 'answered')",
        "SubjectRequest.objects.filter(pk=1).update(state='answered')",
        "brand.requests.update(state='answered')",
        "workflow.models.SubjectRequest.objects.update(state=x)",
        "SubjectRequest.objects.bulk_update(dsrs, ['state'])",
        "SubjectRequest.objects.create(state='answered')",
        "SubjectRequest(state='answered')",
        "cursor.execute('UPDATE requests_app_subjectrequest SET state = 1')",
    ],
)
def test_the_rule_sees_every_way_of_writing_it(planted: str) -> None:
    assert list(writes_of_state(ast.parse(planted))) == [1]


@pytest.mark.parametrize(
    "innocent",
    [
        "step.state = 1",
        "Letter.objects.filter(dsr=dsr).update(state='sent')",
        "match.state = 2",
        "SubjectRequest.objects.filter(state=1)",
    ],
)
def test_the_rule_leaves_other_states_alone(innocent: str) -> None:
    assert list(writes_of_state(ast.parse(innocent))) == []

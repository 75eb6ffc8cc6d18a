from datetime import date, timedelta

import pytest

from requests_app.console import words
from requests_app.keys import store
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_dsr

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("safe", "legal", "kind", "text"),
    [
        (30, 31, "", "22 Dec 2026"), (8, 9, "", "30 Nov 2026"),
        (7, 8, "attention", "7 days left"), (3, 4, "attention", "3 days left"),
        (2, 3, "danger", "2 days left"), (1, 2, "danger", "1 day left"), (0, 1, "danger", "due today"),
        (-1, 0, "danger", "safe date passed"), (-2, -1, "danger", "1 day late"), (-3, -2, "danger", "2 days late"),
    ],
)  # fmt: skip
def test_a_term_is_a_date_until_days_count(safe: int, legal: int, kind: str, text: str) -> None:
    dsr = SubjectRequest(state=State.REVIEWING, due_safe_on=TODAY + timedelta(safe), due_legal_on=TODAY + timedelta(legal))

    due = words.due(dsr, TODAY)

    assert (due.kind, due.text) == (kind, text)


def test_what_is_answered_is_never_late() -> None:
    dsr = SubjectRequest(state=State.ANSWERED, due_safe_on=TODAY - timedelta(9), due_legal_on=TODAY - timedelta(9))

    assert words.due(dsr, TODAY).kind == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "email", "shown"),
    [
        ("Marie Leclerc", "m@example.com", "M•••• L••••"), ("", "jane@example.com", "j•••@•••.com"),
        (None, "é@münchen.example", "é•••@•••.example"), ("   ", "x@y", "x•••@•••.y"),
    ],
)  # fmt: skip
def test_nobody_learns_from_a_glance_who_asks(name: str | None, email: str, shown: str) -> None:
    assert words.masked(a_dsr(name=name, email=email)) == shown


@pytest.mark.django_db
def test_a_request_whose_key_was_destroyed_can_still_be_listed() -> None:
    dsr = a_dsr()
    store.destroy(dsr.pk)

    assert words.masked(SubjectRequest.objects.get()) == "–"


def test_every_stage_has_words_for_officers() -> None:
    assert set(words.STAGES) == set(State)


def test_a_fault_nobody_foresaw_is_named() -> None:
    assert "unexpected:ValueError" in words.fault("unexpected:ValueError")
    assert words.fault("no_column") == words.fault("not_as_described")

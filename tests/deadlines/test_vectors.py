"""Dates worked by hand: every one of them, through the command that a person types."""

import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app.deadlines.command import run
from requests_app.deadlines.limits import Happened, limits
from requests_app.deadlines.terms import calendar_of, named

VECTORS = yaml.safe_load((Path(__file__).parent / "vectors.yaml").read_text(encoding="utf-8"))["vectors"]
EACH = pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
TODAY = date(2026, 11, 22)

pytestmark = pytest.mark.threat("9.02")


def told(**options: Any) -> dict[str, Any]:
    out = io.StringIO()
    run([word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))], out, today=TODAY)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def asked(vector: dict[str, Any]) -> dict[str, Any]:
    options = {name: vector[name] for name in ("regime", "right", "calendar")}
    return told(**options, received=vector["start"], pause_days=vector.get("pause_days", 0))


@EACH
def test_the_command_gives_the_date_worked_by_hand(vector: dict[str, Any]) -> None:
    answer = asked(vector)

    assert set(answer) == {"due_legal", "extended_legal", "due_safe", "extended_safe", "explain"}
    assert answer["due_legal"] == vector["due"]
    if "extended_due" in vector:
        assert answer["extended_legal"] == vector["extended_due"]


@EACH
def test_the_law_has_the_length_unit_and_roll_of_the_worked_date(vector: dict[str, Any]) -> None:
    term = named(vector["regime"], vector["right"], date.fromisoformat(vector["start"][:10]))

    assert (term.clock.length, term.clock.unit, term.clock.roll) == (vector["length"], vector["unit"], vector["roll"])
    longest = term.clock.extension or term.clock.alternative
    total = getattr(longest, "total", None) or (longest.length if longest else None)
    assert vector.get("extended_length", total) == total


@EACH
def test_the_cautious_date_is_the_end_before_it_rolls(vector: dict[str, Any]) -> None:
    start = datetime.fromisoformat(vector["start"])
    moment = start if "T" in vector["start"] else start.date()
    term = named(vector["regime"], vector["right"], start.date())
    dates = limits(term, Happened(start=moment, pause_days=vector.get("pause_days", 0)), calendar_of(term, vector["calendar"]))

    rolls = [reason.start for reason in dates.due_legal.explain() if reason.rule.startswith("roll")]
    assert dates.due_safe.on == (rolls[0] if rolls else dates.due_legal.on)
    assert dates.due_legal.explain()[-1].end == dates.due_legal.on
    assert all(reason.citation for reason in dates.due_legal.explain() if reason.end > reason.start and reason.rule != "standstill")

"""When a duty to keep ends."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app import schema
from requests_app.duties import DUTIES, ends_on, kept_until
from requests_app.duties.base import Duty
from requests_app.duties.ends import FactMissing, KeptUntil, starts_on

WORKED = yaml.safe_load(Path(__file__).with_name("worked_ends.yaml").read_text(encoding="utf-8"))
ROW: dict[str, Any] = {
    "id": "xx-row",
    "kind": "statutory_duty",
    "countries": ["FR"],
    "attaches_to": "seller_establishment",
    "data_classes": ["invoice"],
    "period": {"length": 10, "unit": "year"},
    "applies_from": None,
    "applies_until": None,
    "citation": "Art. 1",
    "start": {"event": "document_date", "shift": "none", "start_day_counted": False, "text": "the date on the document"},
    "refusal_basis": "Art. 2",
    "on_erasure": "restrict",
    "minimise_profile": "accounting",
    "confidence": "high",
    "period_seen": True,
    "source": [{"kind": "knowledge", "cite": "Art. 1"}],
}


def a_duty(**changes: Any) -> Duty:
    data = {**ROW, **{name: value for name, value in changes.items() if name in ROW}}
    data["period"] = {**data["period"], **changes.get("period", {})}
    data["start"] = {
        **data["start"],
        **{name: changes[name] for name in ("event", "shift", "start_day_counted") if name in changes},
    }
    duty: Duty = schema.built(Duty, data, "a.yaml")
    return duty


def on(**facts: str) -> dict[str, date]:
    return {name: date.fromisoformat(day) for name, day in facts.items()}


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: worked["row"])
def test_every_end_that_was_worked_by_hand_comes_out(worked: dict[str, Any]) -> None:
    duty, facts = DUTIES[worked["row"]], on(**worked["facts"])

    assert ends_on(duty, facts) == date.fromisoformat(worked["ends"])
    assert worked["start"] is None or starts_on(duty, facts) == date.fromisoformat(worked["start"])


@pytest.mark.parametrize(
    ("shift", "counted", "facts", "start", "end"),
    [
        ("none", False, on(document_date="2025-06-10"), "2025-06-10", "2035-06-10"),
        ("none", True, on(document_date="2025-06-10"), "2025-06-10", "2035-06-09"),
        ("none", False, on(document_date="2024-02-29"), "2024-02-29", "2034-02-28"),
        ("next_day", False, on(document_date="2025-12-31"), "2026-01-01", "2036-01-01"),
        ("calendar_year_end", False, on(document_date="2025-01-01"), "2025-12-31", "2035-12-31"),
        ("calendar_year_end", False, on(document_date="2025-12-31"), "2025-12-31", "2035-12-31"),
        ("financial_year_end", False, on(document_date="2025-06-10", financial_year_end="2026-03-31"), "2026-03-31", "2036-03-31"),
        ("tax_year_end", False, on(tax_year_end="2026-04-05"), "2026-04-05", "2036-04-05"),
        ("tax_period_end", False, on(tax_period_end="2025-06-30"), "2025-06-30", "2035-06-30"),
        ("next_jan_1", True, on(document_date="2025-12-31"), "2026-01-01", "2035-12-31"),
        ("next_jan_1", True, on(document_date="2026-01-01"), "2027-01-01", "2036-12-31"),
        ("next_jul_1", True, on(document_date="2025-12-31"), "2026-07-01", "2036-06-30"),
        ("next_jul_1", True, on(document_date="2025-06-30"), "2026-07-01", "2036-06-30"),
    ],
)
def test_each_shift_of_the_start(shift: str, *, counted: bool, facts: dict[str, date], start: str, end: str) -> None:
    duty = a_duty(shift=shift, start_day_counted=counted)

    assert (starts_on(duty, facts), ends_on(duty, facts)) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("length", "unit", "start", "end"),
    [
        (24, "month", "2026-02-10", "2028-02-10"),
        (1, "month", "2026-01-31", "2026-02-28"),
        (13, "month", "2026-12-01", "2028-01-01"),
        (540, "day", "2026-01-01", "2027-06-25"),
        (0, "day", "2026-01-01", "2026-01-01"),
        (1, "year", "2028-02-29", "2029-02-28"),
    ],
)
def test_each_unit_of_the_period(length: int, unit: str, start: str, end: str) -> None:
    assert ends_on(a_duty(period={"length": length, "unit": unit}), on(document_date=start)) == date.fromisoformat(end)


def test_what_runs_until_something_happens_has_no_end_before() -> None:
    duty = a_duty(period={"length": None, "unit": "until", "until": "hold_released"})

    assert ends_on(duty, on(document_date="2025-06-10")) is None
    assert ends_on(duty, on(hold_released="2026-06-10")) == date(2026, 6, 10)


@pytest.mark.parametrize("shift", ["none", "financial_year_end", "tax_period_end"])
def test_a_date_that_is_not_there_is_named_and_not_guessed(shift: str) -> None:
    with pytest.raises(FactMissing, match=r"^xx-row: (document_date|financial_year_end|tax_period_end)$"):
        ends_on(a_duty(shift=shift), {})


STATUTE, SHORTER, CLAIM, CEILING = (
    a_duty(id="xx-statute"),
    a_duty(id="xx-shorter", period={"length": 6, "unit": "year"}),
    a_duty(id="xx-claim", kind="limitation_defence", period={"length": 5, "unit": "year"}),
    a_duty(id="xx-ceiling", kind="ceiling", period={"length": 3, "unit": "year"}),
)
HELD = a_duty(id="xx-hold", kind="litigation_hold", period={"length": None, "unit": "until", "until": "hold_released"})
FACTS = on(document_date="2025-06-10")


@pytest.mark.parametrize(
    ("duties", "until", "rows"),
    [
        ([], None, ()),
        ([CEILING], None, ()),
        ([SHORTER, STATUTE], "2035-06-10", ("xx-statute",)),
        ([STATUTE, CEILING], "2035-06-10", ("xx-statute",)),
        ([CLAIM], "2030-06-10", ("xx-claim",)),
        ([CLAIM, CEILING], "2028-06-10", ("xx-ceiling",)),
        ([CLAIM, STATUTE, CEILING], "2035-06-10", ("xx-statute",)),
        ([SHORTER, HELD], None, ("xx-hold",)),
        ([SHORTER, HELD, CEILING], "2031-06-10", ("xx-shorter",)),
    ],
)
def test_the_latest_duty_keeps_and_a_ceiling_ends_the_rest(duties: list[Duty], until: str | None, rows: tuple[str, ...]) -> None:
    assert kept_until(duties, FACTS) == KeptUntil(date.fromisoformat(until) if until else None, rows)

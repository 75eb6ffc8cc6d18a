"""The command that a person types: what it prints, and one sentence for what it cannot compute."""

import io
import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from requests_app.deadlines.command import BadRequest, run

ROOT = Path(__file__).resolve().parent.parent.parent
TODAY = date(2026, 11, 22)
GDPR = "--regime eu-gdpr --right access --received 2025-01-31 --calendar DE"

pytestmark = pytest.mark.threat("9.02")


def told(words: str) -> dict[str, Any]:
    out = io.StringIO()
    run(words.split(), out, today=TODAY)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def typed(words: str) -> "subprocess.CompletedProcess[str]":
    """Type the command as a newcomer does: no environment, no database."""
    command, environment = [sys.executable, "manage.py", "clock", *words.split()], {"PATH": os.environ["PATH"], "HOME": "/nowhere"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_newcomer_types_it_and_reads_the_dates() -> None:
    begun = time.monotonic()
    done = typed(f"{GDPR} --pause-days 6")

    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert list(answer) == ["due_legal", "extended_legal", "due_safe", "extended_safe", "explain"]
    assert (answer["due_legal"], answer["extended_legal"]) == ("2025-03-06", "2025-05-06")
    assert time.monotonic() - begun < 20


def test_what_cannot_be_computed_is_one_sentence_and_no_success() -> None:
    done = typed("--regime atlantis --right access --received 2025-01-31")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "There is no regime 'atlantis': `manage.py law show` lists them.\n"


def test_each_date_explains_itself_step_by_step() -> None:
    steps = told("--regime eu-gdpr --right access --received 2025-03-19 --calendar DE")["explain"]
    legal = [step for step in steps if step["date"] == "due_legal"]

    assert [(step["rule"], step["from"], step["to"]) for step in legal] == [
        ("starts", "2025-03-19", "2025-03-19"),
        ("calendar_month", "2025-03-19", "2025-04-19"),
        ("roll_working_day", "2025-04-19", "2025-04-22"),
    ]
    assert "1182/71" in legal[-1]["citation"]
    assert {step["date"] for step in steps} == {"due_legal", "extended_legal", "due_safe", "extended_safe"}
    assert set(legal[0]) == {"date", "rule", "from", "to", "citation", "words"}


def test_where_there_is_no_extension_its_dates_are_null() -> None:
    answer = told("--regime us-ca-ccpa --right acknowledgement --received 2025-11-20 --calendar US-FED")

    assert (answer["due_legal"], answer["extended_legal"], answer["extended_safe"]) == ("2025-12-05", None, None)


@pytest.mark.parametrize(
    ("words", "legal", "safe"),
    [
        ("--regime id-pdp --right access --received 2026-03-02T09:30:00+07:00 --calendar NONE", "2026-03-05T09:30:00+07:00", None),
        ("--regime id-pdp --right access --received 2026-03-02T02:30:00Z --zone Asia/Jakarta", "2026-03-05T09:30:00+07:00", None),
        ("--regime us-va-vcdpa --right access --received 2026-01-05T10:00-05:00", "2026-02-19T23:59:59-05:00", None),
        (  # half past midnight in Paris: a day later, and summer time has begun by the end
            "--regime eu-gdpr --right access --received 2026-02-28T23:30:00Z --calendar FR",
            "2026-04-01T23:59:59+02:00", None,
        ),
        (
            "--regime eu-gdpr --right access --received 2026-02-28T23:30:00Z --calendar FR --zone UTC",
            "2026-03-30T23:59:59+00:00", "2026-03-28T23:59:59+00:00",
        ),
        (
            "--regime eu-gdpr --right access --received 2026-02-28T23:30:00Z --calendar NONE",
            "2026-03-30T23:59:59+00:00", "2026-03-28T23:59:59+00:00",
        ),
    ],
)  # fmt: skip
def test_a_moment_gives_moments_back(words: str, legal: str, safe: str | None) -> None:
    answer = told(words)

    assert (answer["due_legal"], answer["due_safe"]) == (legal, safe or legal)


@pytest.mark.parametrize("code", ["NONE", "DE"])
def test_a_calendar_changes_nothing_where_the_law_looks_at_none(code: str) -> None:
    assert told(f"--regime us-ca-ccpa --right access --received 2026-01-15 --calendar {code}")["due_legal"] == "2026-03-01"


def test_without_holidays_only_weekends_move_an_end() -> None:
    assert told("--regime eu-gdpr --right access --received 2026-03-05 --calendar NONE")["due_legal"] == "2026-04-06"


def test_a_day_to_come_may_be_tried_out_and_is_marked() -> None:
    steps = told("--regime eu-gdpr --right access --received 2027-01-29 --calendar DE")["explain"]

    assert [step["rule"] for step in steps].count("future") == 4
    assert not [step for step in told(GDPR)["explain"] if step["rule"] == "future"]


BAD = [
    ("", "required: --regime, --right, --received"),
    ("--regime eu-gdpr --right access", "required: --received"),
    (GDPR.replace("eu-gdpr", "EU-GDPR"), "no regime 'EU-GDPR'"),
    (GDPR.replace("eu-gdpr", "../eu-gdpr"), "no regime"),
    (GDPR.replace("access", "acess"), "no right 'acess'"),
    (GDPR.replace("access", "appeal"), "no clock 'appeal'"),
    (GDPR.replace("DE", "XX"), "no calendar 'XX'"),
    (GDPR.replace("--calendar DE", ""), "controller's own calendar"),
    (GDPR.replace("--calendar DE", "--calender DE"), "Unrecognized arguments"),
    (GDPR + " extra", "Unrecognized arguments"),
    *((GDPR.replace("2025-01-31", bad), "is no date") for bad in (
        "2025-02-30", "2025-13-01", "31.01.2025", "20250131", "2025-W05-5", "2025-1-31", "tomorrow", "0000-01-01",
        "2025-01-31T25:00:00+00:00", "2025-01-31T10", "\u0662\u0660\u0662\u0665-01-31",
    )),
    (GDPR.replace("2025-01-31", "2025-01-31T10:00:00"), "needs an offset"),
    (GDPR.replace("2025-01-31", "2006-11-22"), "years old"),
    (GDPR.replace("2025-01-31", "0001-01-01"), "years old"),
    (GDPR.replace("2025-01-31", "2060-01-31"), "years ahead"),
    (GDPR.replace("2025-01-31", "9999-12-31"), "years ahead"),
    (GDPR.replace("2025-01-31", "9999-12-31T23:59:59-23:59"), "."),
    (GDPR.replace("2025-01-31", "0001-01-01T00:00:00+14:00"), "."),
    *((f"{GDPR} --pause-days {bad}", "no number of days") for bad in ("-1", "1.5", "six", "3651", "\u0666")),
    (f"{GDPR} --zone Europe/Nowhere", "no time zone"),
    (f"{GDPR} --zone ../../etc/passwd", "no time zone"),
    ("--regime vn-pdpl --right acknowledgement --received 2027-01-31 --calendar VN", "VN is not known beyond 2026"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "says"), BAD)
def test_bad_input_is_refused_in_one_sentence(words: str, says: str) -> None:
    out = io.StringIO()
    with pytest.raises(BadRequest, match=r"^[A-Z'0-9]") as refused:
        run(words.split(), out, today=TODAY)

    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert out.getvalue() == ""


def test_the_product_knows_the_command_too() -> None:
    out = io.StringIO()
    call_command("clock", *GDPR.split(), stdout=out)

    assert json.loads(out.getvalue())["due_legal"] == "2025-02-28"
    with pytest.raises(CommandError, match="atlantis"):
        call_command("clock", *GDPR.replace("eu-gdpr", "atlantis").split())

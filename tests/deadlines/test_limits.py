"""The dates of one clock beyond the worked ones: extensions, other terms, hours, days of standstill, and what is refused."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.deadlines.limits import (
    Happened,
    Limits,
    ReceivedInFuture,
    ReceivedTooLongAgo,
    limits,
    plausible,
    relevant_time,
)
from requests_app.deadlines.reasons import SENTENCES, Rule
from requests_app.deadlines.terms import (
    CalendarNotNamed,
    NoClock,
    UnknownClock,
    UnknownRegime,
    calendar_of,
    named,
    term,
)
from requests_app.jurisdictions.vocabulary import ClockKind

TODAY = date(2026, 11, 22)

pytestmark = pytest.mark.threat("9.02")


def of(regime: str, right: str, start: str, code: str | None = None, **known: object) -> Limits:
    moment = datetime.fromisoformat(start) if "T" in start else date.fromisoformat(start)
    found = named(regime, right, date.fromisoformat(start[:10]))
    return limits(found, Happened(start=moment, **known), calendar_of(found, code))  # type: ignore[arg-type]  # each test its own


def test_an_extension_is_counted_from_the_receipt_and_its_letter_is_due_before_the_end_rolls() -> None:
    dates = of("eu-gdpr", "access", "2025-03-19", "DE")

    assert dates.due_legal.on == date(2025, 4, 22)
    assert dates.notice_due
    assert dates.notice_due.on == date(2025, 4, 19)
    assert dates.extended_legal
    assert dates.extended_legal.on == date(2025, 6, 19)


def test_an_extension_without_a_number_has_a_letter_but_no_date() -> None:
    dates = of("nz-privacy", "access", "2026-03-20")

    assert dates.extended_legal is None
    assert dates.notice_due == dates.due_safe


def test_another_term_is_no_extension() -> None:
    dates = of("br-lgpd", "access", "2026-03-02")

    assert dates.extended_legal is None
    assert dates.notice_due is None
    assert dates.alternative_legal
    assert dates.alternative_legal.on == date(2026, 4, 1)
    assert Rule.ALTERNATIVE in {reason.rule for reason in dates.alternative_legal.explain()}


@pytest.mark.parametrize(
    ("regime", "right", "days"), [("jp-appi", "access", 14), ("ae-pdpl", "access", 30), ("cl", "acknowledgement", 30)]
)
def test_where_a_law_gives_no_number_the_target_of_the_product_is_used_and_named(regime: str, right: str, days: int) -> None:
    dates = of(regime, right, "2026-12-02")

    assert dates.due_legal.on == dates.due_safe.on == date(2026, 12, 2) + timedelta(days=days)
    assert Rule.TARGET in {reason.rule for reason in dates.due_legal.explain()}


def test_what_must_stop_at_once_is_due_the_same_day() -> None:
    assert of("eu-gdpr", "object_direct_marketing", "2026-11-22", "DE").due_legal.on == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("start", "zone", "at"),
    [
        ("2026-03-02T09:30:00+07:00", None, "2026-03-05T09:30:00+07:00"),
        ("2026-03-02T09:30:00+07:00", "Asia/Jakarta", "2026-03-05T09:30:00+07:00"),
        ("2026-03-27T12:00:00+01:00", "Europe/Paris", "2026-03-30T13:00:00+02:00"),
        ("2026-10-23T12:00:00+02:00", "Europe/Paris", "2026-10-26T11:00:00+01:00"),
    ],
)
def test_hours_end_at_a_moment(start: str, zone: str | None, at: str) -> None:
    dates = of("id-pdp", "access", start, zone=ZoneInfo(zone) if zone else None)

    assert dates.due_legal.at
    assert dates.due_legal.at.isoformat() == at
    assert dates.due_safe == dates.due_legal
    assert dates.due_legal.on.isoformat() == at[:10]


def test_hours_from_a_day_end_on_a_day() -> None:
    dates = of("id-pdp", "access", "2026-03-02")

    assert (dates.due_legal.on, dates.due_legal.at) == (date(2026, 3, 5), None)


def test_days_of_standstill_come_before_the_roll_and_move_hours_too() -> None:
    dates = of("eu-gdpr-fr", "access", "2026-02-09", "FR", pause_days=6)
    hours = of("id-pdp", "access", "2026-03-02T09:30:00+07:00", pause_days=2)

    assert (dates.due_safe.on, dates.due_legal.on) == (date(2026, 3, 15), date(2026, 3, 16))
    assert dates.extended_legal
    assert dates.extended_legal.on == date(2026, 5, 15)
    assert hours.due_legal.at
    assert hours.due_legal.at.isoformat() == "2026-03-07T09:30:00+07:00"


def test_a_clock_that_begins_on_its_own_day_later_has_none_before() -> None:
    assert of("uk-gdpr", "complaint_ack", "2026-06-19").due_legal.on == date(2026, 7, 19)
    with pytest.raises(NoClock, match="no clock 'complaint_ack' for 2026-06-18"):
        of("uk-gdpr", "complaint_ack", "2026-06-18")


def test_before_its_own_clock_begins_a_right_has_the_general_one() -> None:
    assert of("us-ca-ccpa", "opt_out_profiling", "2026-12-31").due_legal.on == date(2027, 2, 14)
    assert of("us-ca-ccpa", "opt_out_profiling", "2027-01-04").due_legal.on == date(2027, 1, 26)


def test_a_law_that_is_not_in_force_and_a_right_that_is_not_granted_say_so() -> None:
    early = of("us-vt", "access", "2026-03-02").due_legal.explain()
    foreign = of("uk-gdpr", "opt_out_sale", "2026-03-02", "UK-ENG").due_legal.explain()

    assert [reason.event for reason in early if reason.rule == Rule.NOT_IN_FORCE] == ["2028-01-01"]
    assert [str(reason) for reason in foreign if reason.rule == Rule.NOT_GRANTED]


def test_a_law_that_counts_no_days_by_holidays_needs_no_calendar_and_one_that_does_asks_for_it() -> None:
    assert of("us-va-vcdpa", "access", "2026-01-05").due_legal.on == date(2026, 2, 19)
    with pytest.raises(CalendarNotNamed):
        of("eu-gdpr", "access", "2026-01-05")


def test_what_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(UnknownRegime, match="'atlantis'"):
        named("atlantis", "access", TODAY)
    with pytest.raises(UnknownRegime):
        named("atlantis", "appeal", TODAY)
    with pytest.raises(UnknownClock, match="'everything'"):
        named("eu-gdpr", "everything", TODAY)
    with pytest.raises(NoClock):
        named("eu-gdpr", "appeal", TODAY)
    assert term("eu-gdpr", ClockKind.APPEAL, "access", TODAY) is None


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(0, 60), st.integers(0, 60))
def test_the_relevant_time_is_the_last_of_receipt_identity_and_fee(received: date, identity: int, fee: int) -> None:
    identified, paid = (received + timedelta(days=days) for days in (identity, fee))

    assert relevant_time(received, identified, paid) == received + timedelta(days=max(identity, fee))
    assert relevant_time(received) == received


@pytest.mark.parametrize("received", ["2016-11-23", "2026-11-22"])
def test_a_receipt_of_the_last_ten_years_is_plausible(received: str) -> None:
    assert plausible(date.fromisoformat(received), TODAY).isoformat() == received


def test_a_receipt_in_the_future_or_ten_years_ago_is_refused_by_name() -> None:
    with pytest.raises(ReceivedInFuture, match="2026-11-23"):
        plausible(date(2026, 11, 23), TODAY)
    with pytest.raises(ReceivedTooLongAgo, match="2016-11-22"):
        plausible(date(2016, 11, 22), TODAY)


def test_every_rule_has_its_words() -> None:
    assert set(SENTENCES) == set(Rule)
    for limit in (
        of("eu-gdpr", "access", "2026-03-05", "DE").due_legal,
        of("us-ca-ccpa", "acknowledgement", "2026-03-05").due_legal,
    ):
        assert not [reason for reason in limit.explain() if "%(" in str(reason)]

"""Both due dates of a request, as intake asks for them: worked by hand."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from requests_app.deadlines.limits import Happened
from requests_app.deadlines.reasons import Rule
from requests_app.deadlines.services import NoTerm, answer, clock
from requests_app.deadlines.terms import UnknownRegime
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.vocabulary import ClockKind

pytestmark = pytest.mark.threat("9.02")

# received, establishment, last day by law, safe day
GDPR = [
    ("2026-01-31", "FR", "2026-03-02", "2026-02-28"),  # no 31 February; 28 February is a Saturday
    ("2025-01-31", "FR", "2025-02-28", "2025-02-28"),
    ("2024-01-31", "FR", "2024-02-29", "2024-02-29"),  # a leap year
    ("2028-02-29", "FR", "2028-03-29", "2028-03-29"),
    ("2026-02-28", "FR", "2026-03-30", "2026-03-28"),  # a Saturday
    ("2026-08-31", "FR", "2026-09-30", "2026-09-30"),
    ("2026-03-05", "FR", "2026-04-07", "2026-04-05"),  # Easter Sunday, then Easter Monday
    ("2026-03-06", "FR", "2026-04-07", "2026-04-06"),  # Easter Monday
    ("2026-06-14", "FR", "2026-07-15", "2026-07-14"),  # the national holiday
    ("2026-06-14", "IT", "2026-07-14", "2026-07-14"),  # elsewhere a day like any other
    ("2026-11-25", "FR", "2026-12-28", "2026-12-25"),  # Christmas on a Friday, then a weekend
    ("2026-12-01", "FR", "2027-01-04", "2027-01-01"),  # New Year's Day of the year after, then a weekend
    ("2026-11-22", "FR", "2026-12-22", "2026-12-22"),  # received on a Sunday
    ("2026-03-10", "GR", "2026-04-14", "2026-04-10"),  # Orthodox Good Friday to Easter Monday
    ("2026-12-31", "IT", "2027-02-01", "2027-01-31"),  # a Sunday
    ("2026-03-25", "IT", "2026-04-27", "2026-04-25"),  # Liberation Day on a Saturday
    ("2026-03-30", "FR", "2026-04-30", "2026-04-30"),
    ("2026-05-30", "FR", "2026-06-30", "2026-06-30"),
    ("2026-10-25", "FR", "2026-11-25", "2026-11-25"),  # the night in which summer time ends
    ("2026-03-29", "FR", "2026-04-29", "2026-04-29"),  # the night in which it begins
]
CCPA = [
    ("2026-01-15", "US-CA", "2026-03-01", "2026-03-01"),  # a Sunday: nothing moves
    ("2024-01-15", "US-CA", "2024-02-29", "2024-02-29"),
    ("2026-11-22", "US-CA", "2027-01-06", "2027-01-06"),
    ("2026-05-20", "US-CA", "2026-07-04", "2026-07-04"),  # a Saturday and a holiday
]


@pytest.mark.promise("J4")
@pytest.mark.parametrize(("received", "place", "legal", "safe"), GDPR)
def test_a_month_ends_on_the_day_of_its_number_and_rolls_to_a_working_day(received: str, place: str, legal: str, safe: str) -> None:
    found = clock(date.fromisoformat(received), regime="eu-gdpr", establishment=place)

    assert (found.legal_on.isoformat(), found.safe_on.isoformat()) == (legal, safe)


@pytest.mark.promise("J4")
@pytest.mark.parametrize(("received", "place", "legal", "safe"), CCPA)
def test_forty_five_days_are_counted_one_by_one_and_never_roll(received: str, place: str, legal: str, safe: str) -> None:
    found = clock(date.fromisoformat(received), regime="us-ca-ccpa", establishment=place)

    assert (found.legal_on.isoformat(), found.safe_on.isoformat()) == (legal, safe)


@pytest.mark.parametrize("slug", REGIMES)
def test_the_term_of_every_law_that_ships_can_be_counted(slug: str) -> None:
    assert clock(date(2026, 11, 22), regime=slug, establishment="FR").legal_on >= date(2026, 11, 22)


def test_a_right_with_a_term_of_its_own_has_that_term() -> None:
    found = clock(date(2026, 3, 2), regime="us-ca-ccpa", establishment="US-CA", right="opt_out_sale")

    assert found.legal_on == date(2026, 3, 23)


@pytest.mark.parametrize(
    ("place", "legal"),
    [("GB", "2025-04-22"), ("GB-WLS", "2025-04-22"), ("GB-SCT", "2025-04-21"), ("GB-NIR", "2025-04-22"), ("US", "2025-04-21")],
)
def test_the_nations_keep_their_own_bank_holidays_and_elsewhere_only_weekends_count(place: str, legal: str) -> None:
    assert clock(date(2025, 3, 19), regime="uk-gdpr", establishment=place).legal_on.isoformat() == legal


@pytest.mark.parametrize("place", ["DE", "DE-BY"])
def test_a_regions_own_holiday_moves_nothing(place: str) -> None:
    assert clock(date(2025, 7, 15), regime="eu-gdpr", establishment=place).legal_on == date(2025, 8, 15)


def test_a_controller_outside_the_union_has_no_holidays_there() -> None:
    found = clock(date(2026, 6, 4), regime="eu-gdpr", establishment="US-CA")

    assert found.legal_on == date(2026, 7, 6)  # 4 July is a Saturday; 3 July, kept instead in the United States, plays no part


def test_a_term_beyond_the_known_holidays_is_cautious_and_says_so() -> None:
    known, beyond = (
        answer(Happened(start=day), regime="cn-pipl", establishment="CN", right="access")
        for day in (date(2026, 3, 2), date(2026, 12, 25))
    )

    assert known.is_sure
    assert not beyond.is_sure
    assert beyond.due_legal.explain()[-1].rule == Rule.CALENDAR_ENDS
    assert beyond.due_legal.on == date(2027, 1, 11)  # 28 to 31 December by the calendar, then every day: a weekend may be traded


def test_an_appeal_and_an_acknowledgement_have_clocks_of_their_own() -> None:
    def of(kind: ClockKind, regime: str) -> date:
        return answer(Happened(start=date(2026, 3, 2)), regime=regime, establishment="US", right="erasure", kind=kind).due_legal.on

    assert of(ClockKind.APPEAL, "us-va-vcdpa") == date(2026, 5, 1)
    assert of(ClockKind.ACKNOWLEDGEMENT, "us-ca-ccpa") == date(2026, 3, 16)
    with pytest.raises(NoTerm):
        of(ClockKind.APPEAL, "eu-gdpr")
    with pytest.raises(UnknownRegime):
        of(ClockKind.ANSWER, "atlantis")


def test_an_extension_that_the_law_does_not_give_for_a_right_is_not_offered() -> None:
    def extended(right: str) -> object:
        return answer(Happened(start=date(2026, 3, 2)), regime="us-ca-ccpa", establishment="US", right=right).extended_legal

    assert extended("erasure")
    assert extended("portability") is None


def test_the_day_is_that_of_the_controllers_place() -> None:
    moment = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    found = answer(Happened(start=moment, zone=ZoneInfo("Europe/Paris")), regime="eu-gdpr", establishment="FR", right="access")

    assert found.due_safe.on == date(2026, 3, 1)

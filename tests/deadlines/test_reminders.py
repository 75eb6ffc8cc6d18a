"""The countdown: each notice once, at the brand's morning, and only while it is true."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter
from requests_app.deadlines import reminders
from requests_app.deadlines.models import Notice, Reminder
from requests_app.deadlines.reminders import Dates
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance, today_of
from requests_app.workflow.states import State
from tests.clock import at
from tests.deadlines.reminding import a_case, moment, swept, told, waiting, with_an_officer
from tests.making import a_brand, a_dsr
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
ALL = ["half_time", "week", "three_days", "tomorrow", "today", "overdue"]


def safe(dsr: SubjectRequest) -> date:
    assert dsr.due_safe_on is not None
    return dsr.due_safe_on


def letters(dsr: SubjectRequest) -> list[str]:
    return list(Letter.objects.filter(dsr=dsr, officer__isnull=False).order_by("written_at").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("left", "notice", "days"),
    [(30, "half_time", 15), (45, "half_time", 22), (16, "half_time", 8), (15, "half_time", 7), (14, "week", 7), (10, "week", 3),
     (8, "week", 1), (7, "three_days", 4), (3, "tomorrow", 2), (1, "today", 1), (0, "overdue", 1)],
)  # fmt: skip
def test_the_first_notice_comes_in_the_mornings_of_the_shop(left: int, notice: str, days: int) -> None:
    dsr = a_case(left)

    assert waiting(dsr) == [(notice, moment(today_of(dsr.brand) + timedelta(days=days), 8, 0))]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "UTC"])
def test_the_morning_is_the_brands_own(zone: str) -> None:
    dsr = a_case(30, brand=a_brand("far", time_zone=zone, morning=time(6, 30)))

    [(_notice, due_at)] = waiting(dsr)
    assert due_at.astimezone(ZoneInfo(zone)).time() == time(6, 30)


def test_every_notice_is_told_once_on_its_day_whoever_sweeps_how_often() -> None:
    dsr = a_case(30, brand=with_an_officer())
    said: dict[int, list[str]] = {}
    for day in range(34):
        before = len(told(dsr))
        for minute in (0, 5, 6):
            swept(moment(today_of(dsr.brand) + timedelta(days=day), 8, minute))
        said |= {day: new} if (new := told(dsr)[before:]) else {}

    assert said == {15: ["half_time"], 23: ["week"], 27: ["three_days"], 29: ["tomorrow"], 30: ["today"], 31: ["overdue"]}
    assert letters(dsr) == ["officer_reminder"] * 5 + ["officer_overdue"]
    assert not waiting(dsr)
    assert AuditEvent.objects.filter(dsr_id=dsr.pk, action="reminder.told").count() == 6


def test_nothing_is_settled_a_minute_too_early() -> None:
    dsr = a_case(30)

    assert swept(moment(safe(dsr) - timedelta(days=15), 7, 59)) == 0
    assert swept(moment(safe(dsr) - timedelta(days=15), 8, 0)) == 1


def test_after_three_days_without_a_sweep_only_the_latest_is_told() -> None:
    dsr = a_case(30, brand=with_an_officer())
    swept(moment(safe(dsr) - timedelta(days=7)))
    assert told(dsr) == ["week"]

    swept(moment(safe(dsr) - timedelta(days=1), 22))  # three days, one day: both came due meanwhile

    assert told(dsr) == ["week", "tomorrow"]
    assert [notice for notice, _at in waiting(dsr)] == ["today"]


def test_three_days_without_a_worker_tell_only_the_latest_too() -> None:
    dsr = a_case(30, brand=with_an_officer())
    for days in (3, 1, 0):
        with at(moment(safe(dsr) - timedelta(days=days))):
            reminders.sweep()
    with at(moment(safe(dsr), 9)):
        run_all_due("journey.remind")

    assert told(dsr) == ["today"]
    assert letters(dsr) == ["officer_reminder"]


def test_thirty_requests_are_caught_up_with_in_one_sweep_and_escalated() -> None:
    brand = with_an_officer()
    one = a_case(30, brand=brand)
    many = [a_dsr(State.REVIEWING, brand=brand, due_safe_on=one.due_safe_on, due_legal_on=one.due_legal_on) for _ in range(30)]
    reminders.plan_many([Dates(dsr.pk, today_of(brand), safe(dsr)) for dsr in many])

    swept(moment(safe(one) + timedelta(days=2)))

    found = Reminder.objects.filter(told=True).values("notice").annotate(n=Count("pk")).values_list("notice", "n")
    assert list(found) == [("overdue", 31)]
    assert Letter.objects.filter(kind="officer_overdue").count() == 31


@pytest.mark.parametrize("state", [State.ANSWERED, State.REFUSED, State.WITHDRAWN])
def test_nobody_is_reminded_of_what_is_closed(state: State) -> None:
    dsr = a_case(30, state=state, brand=with_an_officer())
    assert not waiting(dsr)


@pytest.mark.parametrize("move", [Move.REFUSE, Move.WITHDRAW])
def test_what_is_closed_between_the_sweep_and_the_letter_is_not_told(move: Move) -> None:
    dsr = a_case(30, brand=with_an_officer())
    with at(moment(safe(dsr) - timedelta(days=7))):
        reminders.sweep()
        advance(dsr, move, by=SYSTEM)
        run_all_due("journey.remind")

    assert (told(dsr), letters(dsr)) == ([], [])


def test_the_countdown_of_a_closed_request_ends() -> None:
    dsr = a_case(30)
    advance(dsr, Move.WITHDRAW, by=SYSTEM)

    swept(moment(safe(dsr) - timedelta(days=7)))

    assert (told(dsr), waiting(dsr)) == ([], [])


def test_officers_are_not_reminded_of_what_nobody_has_proven_and_are_once_it_is() -> None:
    dsr = a_case(30, state=State.VERIFYING, brand=with_an_officer())
    with at(moment(safe(dsr) - timedelta(days=6))):
        reminders.sweep()
        run_all_due("journey.remind")
        assert not told(dsr)
        advance(dsr, Move.ACCEPT_PROOF, by=SYSTEM)
        reminders.renew(dsr)
        reminders.sweep()
        run_all_due("journey.remind")

    assert told(dsr) == ["week"]


def test_a_notice_is_told_once_however_often_the_dates_are_computed_again() -> None:
    dsr = a_case(30, brand=with_an_officer())
    for day in range(12, 33):
        received_on = safe(dsr) - timedelta(days=30)
        with at(moment(received_on + timedelta(days=day))):
            for _ in range(2):
                reminders.plan(dsr, received_on=received_on, safe_on=dsr.due_safe_on)
                reminders.sweep()
                reminders.plan(dsr, received_on=received_on, safe_on=dsr.due_safe_on)
                run_all_due("journey.remind")

    assert told(dsr) == ALL
    assert len(letters(dsr)) == 6


def extended(dsr: SubjectRequest, by: int) -> None:
    """Give the request a longer term, and plan by it."""
    moved = safe(dsr) + timedelta(days=by)
    SubjectRequest.objects.filter(pk=dsr.pk).update(due_safe_on=moved, due_legal_on=moved)
    received_on = dsr.received_at.astimezone(ZoneInfo("Europe/Paris")).date()
    reminders.plan(dsr, received_on=received_on, safe_on=moved)


def test_a_longer_term_is_counted_down_from_the_beginning() -> None:
    dsr = a_case(30, brand=with_an_officer())
    for days in (7, 3):
        swept(moment(safe(dsr) - timedelta(days=days)))
    with at(moment(safe(dsr) - timedelta(days=2))):
        extended(dsr, 60)
    for days in range(-2, 62):
        swept(moment(safe(dsr) + timedelta(days=days)))

    assert told(dsr) == ["week", "three_days", *ALL]


def test_what_the_sweep_settled_before_the_term_grew_is_told_later_not_now() -> None:
    dsr = a_case(30, brand=with_an_officer())
    with at(moment(safe(dsr) - timedelta(days=7))):
        reminders.sweep()
        extended(dsr, 60)
        run_all_due("journey.remind")

    assert told(dsr) == []
    assert [notice for notice, _at in waiting(dsr)] == ["half_time"]
    swept(moment(safe(dsr) + timedelta(days=53)))
    assert told(dsr) == ["week"]


def test_a_shorter_term_tells_the_latest_at_once() -> None:
    dsr = a_case(30, brand=with_an_officer())
    extended(dsr, -28)

    swept(moment(today_of(dsr.brand) + timedelta(days=1)))

    assert told(dsr) == ["tomorrow"]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1), timedelta(days=-1), timedelta(hours=-1)])
def test_a_clock_that_jumps_and_comes_back_tells_everything_once(jump: timedelta) -> None:
    dsr = a_case(30, brand=with_an_officer())
    for day in range(10, 33):
        right = moment(safe(dsr) + timedelta(days=day - 30))
        swept(right)
        swept(right + jump)
        swept(right)

    assert sorted(told(dsr), key=ALL.index) == ALL
    assert len(letters(dsr)) == 6


def test_a_clock_put_back_between_sweep_and_letter_loses_nothing() -> None:
    dsr = a_case(30, brand=with_an_officer())
    swept(moment(safe(dsr) - timedelta(days=15)))
    with at(moment(safe(dsr) - timedelta(days=7))):  # a day ahead of what is true
        reminders.sweep()
    with at(moment(safe(dsr) - timedelta(days=8))):
        run_all_due("journey.remind")
    assert told(dsr) == ["half_time"]

    swept(moment(safe(dsr) - timedelta(days=7)))

    assert told(dsr) == ["half_time", "week"]
    assert [notice for notice, _at in waiting(dsr)] == ["three_days"]


@pytest.mark.parametrize(
    ("night", "hour"),
    [(date(2027, 3, 28), time(2, 30)), (date(2027, 10, 31), time(2, 30)), (date(2028, 2, 29), time(0, 0))],
    ids=["an hour is skipped", "an hour comes twice", "the day that is added"],
)
def test_in_the_nights_in_which_the_clock_changes_a_notice_comes_once(night: date, hour: time) -> None:
    brand = with_an_officer(slug="night", morning=hour)
    dsr = a_dsr(State.REVIEWING, brand=brand, due_safe_on=night, due_legal_on=night)
    reminders.plan(dsr, received_on=today_of(brand), safe_on=night)
    swept(moment(night - timedelta(days=1), 12))
    assert told(dsr) == ["tomorrow"]

    start = moment(night, 0, 0)
    for minutes in range(0, 26 * 60, 15):
        swept(datetime.fromtimestamp(start.timestamp() + 60 * minutes, tz=ZoneInfo("UTC")))

    assert told(dsr)[:2] == ["tomorrow", "today"]
    assert told(dsr).count("today") == 1
    [due_at] = Reminder.objects.filter(dsr=dsr, notice=Notice.TODAY).values_list("due_at", flat=True)
    local = due_at.astimezone(ZoneInfo("Europe/Paris"))
    assert (local.date(), local.hour) == (night, 3 if night.month == 3 else hour.hour)


def acknowledged_by(dsr: SubjectRequest, days: int) -> date:
    day = today_of(dsr.brand) + timedelta(days=days)
    reminders.plan(dsr, received_on=today_of(dsr.brand), safe_on=safe(dsr), acknowledge_on=day)
    return day


@pytest.mark.parametrize(("sent", "said"), [(True, []), (False, ["acknowledge"])])
def test_an_acknowledgement_is_reminded_of_unless_it_went_out(*, sent: bool, said: list[str]) -> None:
    dsr = a_case(30, brand=with_an_officer())
    day = acknowledged_by(dsr, 10)
    if sent:
        Letter.objects.create(dsr=dsr, kind="proven", language="en", address_index=b"", sent_at=dsr.received_at)
    for _ in range(2):
        swept(moment(day))
        acknowledged_by(dsr, 10)

    assert told(dsr) == said
    assert letters(dsr) == [f"officer_{notice}" for notice in said]


def test_dates_that_are_not_known_are_not_counted_down() -> None:
    dsr = a_dsr(State.REVIEWING, due_safe_on=None)
    reminders.plan(dsr, received_on=today_of(dsr.brand), safe_on=None)

    assert not waiting(dsr)

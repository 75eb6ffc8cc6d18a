"""Questions that stop a clock: what each law counts, and what cannot be true."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.deadlines.limits import Happened, Limits, limits
from requests_app.deadlines.pauses import ContradictoryPauses, Question
from requests_app.deadlines.reasons import Rule
from requests_app.deadlines.terms import calendar_of, named
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.vocabulary import Count, Trigger

RECEIVED = date(2026, 3, 2)
CALENDARS = {"eu-gdpr": "DE", "eu-gdpr-fr": "FR", "uk-gdpr": "UK-ENG"}
WITH_PAUSES = [name for name, law in REGIMES.items() if law.pauses]

pytestmark = pytest.mark.threat("9.02")


def asked(
    regime: str, *questions: tuple[str, int, int | None], right: str = "access", received: date = RECEIVED, today: int | None = 90
) -> Limits:
    """The dates with questions of a kind, asked and answered so many days after the receipt; a day `today` days after it."""
    found = tuple(
        Question(kind, received + timedelta(days=first), None if last is None else received + timedelta(days=last))
        for kind, first, last in questions
    )
    now = None if today is None else received + timedelta(days=today)
    term = named(regime, right, received)
    return limits(term, Happened(start=received, questions=found, today=now), calendar_of(term, CALENDARS.get(regime)))


def moved(regime: str, *questions: tuple[str, int, int | None], right: str = "access") -> tuple[int, int]:
    """By how many days the questions move the legal end, before it rolls, and the safe one."""
    before, after = asked(regime, right=right), asked(regime, *questions, right=right)
    return _end(after) - _end(before), (after.due_safe.on - before.due_safe.on).days


def _end(dates: Limits) -> int:
    """The legal end before it rolls, as a number."""
    rolls = [reason.start for reason in dates.due_legal.explain() if reason.rule.startswith("roll")]
    return (rolls[0] if rolls else dates.due_legal.on).toordinal()


@pytest.mark.parametrize(
    ("regime", "kind", "legal", "safe"),
    [
        ("eu-gdpr", "identity_doubt", 0, 0),  # no pause in the statute: nothing is relied on
        ("eu-gdpr", "clarification", 0, 0),
        ("eu-gdpr-fr", "identity_information", 6, 6),
        ("eu-gdpr-fr", "identity_doubt", 0, 0),
        ("eu-gdpr-de", "identity_information", 0, 0),  # France alone has it
        ("uk-gdpr", "clarification", 7, 6),  # both days inclusive; the older count without the last
        ("us-or-ocpa", "authentication_failed", 6, 0),
        ("us-va-vcdpa", "authentication_failed", 0, 0),
    ],
)
def test_each_law_counts_a_question_in_its_own_way(regime: str, kind: str, legal: int, safe: int) -> None:
    CALENDARS.setdefault("eu-gdpr-de", "DE")

    assert moved(regime, (kind, 3, 9)) == (legal, safe)


def test_the_worked_pause_of_the_united_kingdom_comes_out_of_its_days() -> None:
    dates = asked("uk-gdpr", ("clarification", 7, 14))

    assert dates.due_legal.on == date(2026, 4, 10)
    assert dates.due_safe.on == date(2026, 4, 9)
    assert dates.extended_legal
    assert dates.extended_legal.on == date(2026, 6, 10)
    assert dates.notice_due == dates.due_safe


def test_a_pause_for_access_alone_moves_nothing_else() -> None:
    assert moved("uk-gdpr", ("clarification", 3, 9), right="erasure") == (0, 0)


def test_a_pause_holds_from_its_own_day_on() -> None:
    before, after = (
        asked("uk-gdpr", ("clarification", 1, 6), received=day).due_legal.explain() for day in (date(2026, 2, 4), date(2026, 2, 5))
    )

    assert not [reason for reason in before if reason.rule == Rule.PAUSE]
    assert [reason.length for reason in after if reason.rule == Rule.PAUSE] == [6]


@pytest.mark.parametrize(
    ("questions", "legal", "safe"),
    [
        ([(1, 4), (6, 9)], 8, 6),  # one after the other
        ([(1, 6), (4, 9)], 9, 8),  # three days belong to both
        ([(1, 9), (3, 5)], 9, 8),  # one within the other
        ([(1, 4), (4, 8)], 8, 7),  # the day of the answer is the day of the next question
        ([(3, 3)], 1, 0),  # asked and answered on one day
    ],
)
def test_a_day_with_two_open_questions_is_counted_once(questions: list[tuple[int, int]], legal: int, safe: int) -> None:
    assert moved("uk-gdpr", *(("clarification", first, last) for first, last in questions)) == (legal, safe)


def test_a_question_asked_after_the_end_moves_nothing() -> None:
    end = (asked("uk-gdpr").due_safe.on - RECEIVED).days

    assert moved("uk-gdpr", ("clarification", end + 1, end + 9)) == (0, 0)
    assert moved("uk-gdpr", ("clarification", end, end + 9)) == (10, 9)


def test_an_open_question_counts_until_today_and_the_end_moves_with_every_day() -> None:
    today, tomorrow = (asked("uk-gdpr", ("clarification", 3, None), today=day) for day in (10, 11))

    assert tomorrow.due_safe.on - today.due_safe.on == timedelta(days=1)
    assert [reason.rule for reason in today.due_legal.explain()].count(Rule.PAUSE_OPEN) == 1


def test_the_answer_about_a_fee_begins_the_time_anew() -> None:
    dates = asked("ch-fadp", ("fee_reflection", 5, 12))

    assert dates.due_legal.on == dates.due_safe.on == RECEIVED + timedelta(days=42)
    assert dates.due_legal.explain()[1].rule == Rule.RESTARTS


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (("clarification", 9, 3), "cannot have been answered"),
        (("clarification", -1, 3), "older than the request"),
        (("clarification", 3, 91), "lies after today"),
        (("clarification", 91, None), "lies after today"),
    ],
)
def test_contradictory_days_are_refused_by_name(question: tuple[str, int, int | None], says: str) -> None:
    with pytest.raises(ContradictoryPauses, match=says):
        asked("uk-gdpr", question)


def test_an_open_question_without_a_today_is_refused_by_name() -> None:
    with pytest.raises(ContradictoryPauses, match="still open"):
        asked("uk-gdpr", ("clarification", 3, None), today=None)


@given(
    st.sampled_from(WITH_PAUSES),
    st.lists(
        st.tuples(st.sampled_from([trigger.value for trigger in Trigger]), st.integers(0, 40), st.integers(0, 40)), max_size=5
    ),
)
def test_whatever_was_asked_the_cautious_date_is_never_the_later_one(regime: str, drawn: list[tuple[str, int, int]]) -> None:
    questions = [(kind, first, first + days) for kind, first, days in drawn]
    before, after = asked(regime), asked(regime, *questions)

    assert before.due_safe.on <= after.due_safe.on <= after.due_legal.on
    assert before.due_legal.on <= after.due_legal.on
    if after.extended_legal and after.extended_safe:
        assert after.due_legal.on <= after.extended_legal.on
        assert after.extended_safe.on <= after.extended_legal.on
    for steps in (limit.explain() for limit in (after.due_legal, after.due_safe)):
        assert all(earlier.end == later.start for earlier, later in pairwise(steps))


def test_no_law_counts_more_days_on_the_cautious_side() -> None:
    order = [Count.ZERO, Count.RECEIVED_MINUS_ASKED, Count.RECEIVED_MINUS_ASKED_PLUS_1]
    for law in REGIMES.values():
        for pause in law.pauses:
            same = pause.count_safe == pause.count_legal
            assert same or order.index(pause.count_safe) < order.index(pause.count_legal), law.id

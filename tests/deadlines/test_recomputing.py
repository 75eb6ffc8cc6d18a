"""After a law or a calendar has changed every open request gets its dates anew; what did not change is left in peace."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.deadlines import dates, recomputing
from requests_app.deadlines.models import Reminder
from requests_app.deadlines.recomputing import recompute
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED, State
from tests.making import a_brand, a_dsr, as_owner

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = date(2020, 1, 1)


def outdated(dsr: SubjectRequest, **fields: Any) -> SubjectRequest:
    values = {"dates_by": "0" * 40, "due_legal_on": LONG_AGO, "due_safe_on": LONG_AGO}
    SubjectRequest.objects.filter(pk=dsr.pk).update(**values | fields)
    return dsr


def test_open_requests_get_the_dates_that_one_by_one_would_give() -> None:
    laws: tuple[list[str], ...] = (["eu-gdpr"], ["us-ca-ccpa", "eu-gdpr"])
    many = [a_dsr(state, regimes=one) for state in (State.VERIFYING, State.REVIEWING) for one in laws]
    tokyo = a_brand("tokyo", time_zone="Asia/Tokyo", establishment="JP", regime="jp-appi")
    many.append(a_dsr(State.REVIEWING, brand=tokyo, regimes=["jp-appi"]))
    for days, dsr in enumerate(many):
        outdated(dsr, received_at=Now() - timedelta(days=days))

    assert recompute() == len(many)

    for dsr in SubjectRequest.objects.select_related("brand"):
        found = dates.of(dsr)
        assert (dsr.due_legal_on, dsr.due_safe_on, dsr.regime) == (found.legal_on, found.safe_on, found.regime)
        assert dsr.dates_by == dates.edition()
    assert recompute() == 0


def test_a_date_that_moved_is_written_down_and_reminded_of_and_another_is_not() -> None:
    moved, same = a_dsr(State.REVIEWING), a_dsr(State.REVIEWING)
    for dsr in (moved, same):
        dates.keep(dsr, by=SYSTEM, because="test")
    AuditEvent.objects.all()
    before = set(Reminder.objects.filter(dsr=same).values_list("pk", flat=True))
    SubjectRequest.objects.filter(pk=same.pk).update(dates_by="")
    outdated(moved)

    assert recompute() == 2

    told = AuditEvent.objects.filter(action="deadline.computed")
    assert [event.dsr_id for event in told if event.facts["because"] == "recomputed"] == [moved.pk]
    assert set(Reminder.objects.filter(dsr=same).values_list("pk", flat=True)) == before
    assert Reminder.objects.filter(dsr=moved, settled_at=None).exists()


def test_closed_requests_keep_the_dates_under_which_they_were_answered() -> None:
    dsr = outdated(a_dsr(State.ANSWERED))

    assert recompute() == 0
    dsr.refresh_from_db()
    assert dsr.due_legal_on == LONG_AGO


def test_it_is_resumed_where_it_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        outdated(a_dsr())
    monkeypatch.setattr(recomputing, "AT_ONCE", 2)
    told = recomputing._tell_of

    def interrupted(groups: Any) -> None:
        told(groups)
        if SubjectRequest.objects.filter(dates_by=dates.edition()).count() > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(recomputing, "_tell_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recompute()
    assert SubjectRequest.objects.filter(dates_by=dates.edition()).count() == 2

    monkeypatch.setattr(recomputing, "_tell_of", told)
    assert recompute() == 3


def test_what_somebody_works_on_waits_for_the_next_time() -> None:
    held, free = outdated(a_dsr()), outdated(a_dsr())
    with as_owner() as other:
        other.execute("BEGIN")
        other.execute("SELECT 1 FROM requests_app_subjectrequest WHERE id = %s FOR UPDATE", [held.pk])
        assert recompute() == 1
        other.execute("ROLLBACK")
    free.refresh_from_db()
    assert free.dates_by == dates.edition()
    assert recompute() == 1


def test_where_nothing_changed_it_costs_a_look_at_an_index() -> None:
    """On a table with requests in it, after ANALYZE: on a single row the planner may take any index."""
    a_dsr()
    closed = ", ".join(f"'{state}'" for state in sorted(CLOSED))
    with as_owner() as cursor:
        cursor.execute(
            "INSERT INTO requests_app_subjectrequest SELECT (jsonb_populate_record(r, jsonb_build_object("
            " 'id', gen_random_uuid(), 'reference', 'DSR-' || number, 'dates_by', 'y'))).*"
            " FROM requests_app_subjectrequest r, generate_series(1, 4000) number"
        )
        cursor.execute("ANALYZE requests_app_subjectrequest")
        cursor.execute(
            f"EXPLAIN SELECT * FROM requests_app_subjectrequest WHERE NOT (state IN ({closed}))"
            " AND dates_by < 'x' LIMIT 10 FOR NO KEY UPDATE SKIP LOCKED"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "subjectrequest_dates_by" in plan

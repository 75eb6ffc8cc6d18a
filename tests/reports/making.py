"""Requests of known days: received, proven, answered and due when a test says so."""

from datetime import date, datetime
from typing import Any

from requests_app.audit.models import AuditEvent
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_dsr

DAY_LENGTH = len("2026-01-01")


def at(day: str) -> datetime:
    """Return noon in Paris on `day`, or the moment itself."""
    return datetime.fromisoformat(f"{day}T12:00:00+01:00" if len(day) == DAY_LENGTH else day)


def asked_on(day: str, *, closed: str = "", due: str = "2026-02-10", state: State | None = None, **fields: Any) -> SubjectRequest:
    """A request received on `day`, answered on `closed`, due by law and safely on `due`."""
    dsr = a_dsr(state or (State.ANSWERED if closed else State.REVIEWING), **fields)
    told: dict[str, Any] = {"received_at": at(day), "due_legal_on": date.fromisoformat(due), "due_safe_on": date.fromisoformat(due)}
    SubjectRequest.objects.filter(pk=dsr.pk).update(**told | ({"closed_at": at(closed)} if closed else {}))
    dsr.refresh_from_db()
    return dsr


def did(officer: Officer, dsr: SubjectRequest, *moments: str, action: str = "data.viewed") -> None:
    """Let `officer` have done something with `dsr` at these moments of 15 January 2026, as hours, minutes and seconds."""
    for moment in moments:
        AuditEvent.objects.create(
            action=action, dsr_id=dsr.pk, actor_kind="officer", actor_name=officer.actor.name, at=at(f"2026-01-15T{moment}+01:00")
        )

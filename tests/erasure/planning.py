"""A request whose plan stands, made without a system: for what has to do with people and time only."""

from typing import Any

from django.db.models.functions import Now

from requests_app.connectors.erasing import Deed
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_dsr, a_source


def a_planned_dsr(source: Source | None = None, **fields: Any) -> SubjectRequest:
    """Return a request for erasure that waits for officers, with one plan of three records."""
    dsr = a_dsr(State.REVIEWING, right="erasure", **fields)
    a_plan(dsr, source or Source.objects.filter(brand=dsr.brand).first() or a_source(brand=dsr.brand))
    return dsr


def a_plan(dsr: SubjectRequest, source: Source, **fields: Any) -> Plan:
    values = {"round": 1, "state": PlanState.READY, "digest": b"\x01" * 32, "records": 3, "made_at": Now()}
    plan = Plan.objects.create(dsr=dsr, source=source, **values | fields)
    RecordSet.objects.create(plan=plan, position=0, collection="orders", deed=Deed.ERASE, reason="nothing_keeps", records=3)
    return plan

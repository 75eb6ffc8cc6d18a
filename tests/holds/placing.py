"""Holds and erasures under way that tests are about."""

from datetime import timedelta
from typing import Any, Final

from django.db.models.functions import Now
from django.utils import timezone

from requests_app.brands.models import Brand
from requests_app.erasure.models import Plan, RecordSet
from requests_app.holds.models import Hold, Reach
from requests_app.holds.services import Asked, Placed, place
from requests_app.officers.models import Membership, Officer, Role
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from tests.making import ADDRESS, a_brand

REVIEW_ON: Final = timezone.now().date() + timedelta(days=90)


def an_officer(name: str = "ada", *, brand: Brand | None = None, role: Role = Role.OFFICER) -> Officer:
    officer, made = Officer.objects.get_or_create(email=f"{name}@desk.example")
    if made:
        Membership.objects.create(officer=officer, brand=brand or a_brand(), role=role)
    return officer


def asked(**changes: Any) -> Asked:
    values = {"matter": "2026/118", "reason": "A claim about a ring", "reach": Reach.PERSONS, "named": [ADDRESS]}
    return Asked(**values | {"review_on": REVIEW_ON} | changes)


def placed(*, by: str = "ada", brand: Brand | None = None, **changes: Any) -> Placed:
    brand = brand or a_brand()
    return place(brand, asked(**changes), by=an_officer(by, brand=brand))


def a_hold(**changes: Any) -> Hold:
    return placed(**changes).hold


def begun(dsr: SubjectRequest, source: Source, *, records: int = 7) -> Plan:
    """Let the erasing at one system have its intent."""
    plan = Plan.objects.create(dsr=dsr, source=source, round=1, state="running", records=records, intent_at=Now())
    sets = [("orders", "erase", records, Now()), ("invoices", "keep", 5, Now()), ("visits", "erase", 3, None)]
    for position, (collection, deed, many, intent_at) in enumerate(sets):
        RecordSet.objects.create(
            plan=plan, position=position, collection=collection, deed=deed, reason="a reason", records=many, intent_at=intent_at,
        )  # fmt: skip
    return plan

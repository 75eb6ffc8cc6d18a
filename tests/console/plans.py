"""Requests for erasure with plans that nobody had to make: for pages that only show them, and for officers who decide."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db.models.functions import Now
from django.test import Client

from requests_app.connectors.erasing import Deed
from requests_app.erasure.certificates import Certificate
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.erasure.remains import Kept, KeptState
from requests_app.erasure.traces import Reappearance
from requests_app.matching.models import Match, MatchState
from requests_app.sources.models import Source
from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE, State
from tests.console.desk import a_candidate
from tests.making import a_dsr, a_source

UNTIL: Final = date(2036, 12, 31)
GONE: Final[dict[str, Any]] = {"collection": "customers", "deed": Deed.ERASE, "reason": "nothing_keeps", "records": 1150}
KEPT: Final[dict[str, Any]] = {
    "collection": "orders", "deed": Deed.KEEP, "reason": "duty:fr-accounting", "until": UNTIL, "records": 50,
    "blanked": {"status": "NULL"},
}  # fmt: skip
OVERWRITTEN: Final[dict[str, Any]] = {
    "collection": "customers",
    "deed": Deed.BLANK,
    "reason": "referenced",
    "records": 4,
    "blanked": {"email": "NULL"},
}
ASKED: Final[dict[str, Any]] = {"collection": "orders", "deed": Deed.ASK, "reason": "undated", "records": 3}


def an_erasure(state: State = State.REVIEWING, **fields: Any) -> SubjectRequest:
    return a_dsr(state, right=ERASURE, **fields)


def a_plan(dsr: SubjectRequest, source: Source, *sets: Mapping[str, Any], **fields: Any) -> Plan:
    """Let `source` have been planned with `sets`."""
    Match.objects.get_or_create(dsr=dsr, source=source, defaults={"state": MatchState.CLEAR, "candidates": [a_candidate()]})
    values = {"state": PlanState.READY, "round": 1, "digest": bytes(32), "made_at": Now()} | fields
    plan = Plan.objects.create(dsr=dsr, source=source, records=sum(one["records"] for one in sets), **values)
    for position, one in enumerate(sets):
        RecordSet.objects.create(plan=plan, position=position, **one)
    return plan


def a_usual_plan(dsr: SubjectRequest) -> Plan:
    return a_plan(dsr, a_source("orders"), GONE, OVERWRITTEN, KEPT)


def a_certificate(dsr: SubjectRequest) -> Certificate:
    said = {
        "language": "fr", "reference": dsr.reference, "asked_at": "2026-11-01T10:00:00+00:00", "approved_at": None, "approvers": 2,
        "made_at": "2026-11-20T10:00:00+00:00", "records": {"deleted": 3, "overwritten": 0, "kept": 0}, "recipients_told": [],
        "law": ["GDPR"], "plan_sha256": "", "systems": [], "brand": {"name": dsr.brand.name},
    }  # fmt: skip
    file = StoredFile.objects.create(dsr=dsr, location=uuid4().hex, size=1)
    return Certificate.objects.create(
        dsr=dsr, number=1, said=said, file=file, digest="0" * 64, size=1, available_until=Now() + timedelta(days=30)
    )


def there_again(dsr: SubjectRequest, source: Source, **fields: Any) -> Reappearance:
    """Let something that was erased for `dsr` have been found in `source` again, by its key."""
    values = {"brand": dsr.brand, "reference": dsr.reference, "known": True, "records": 7}
    return Reappearance.objects.create(source=source, **values | fields)


def stuck(dsr: SubjectRequest, source: Source, **fields: Any) -> Kept:
    """Let a part of `source` that a law kept wait for an officer."""
    values = {
        "brand": dsr.brand, "dsr": dsr, "reference": dsr.reference, "right": dsr.right, "regime": dsr.regime, "records": 5,
        "reason": "duty:fr-accounting", "until": date(2026, 1, 31), "address": dsr.email, "identity": [["email", dsr.email]],
        "language": dsr.language, "state": KeptState.ASKED,
    }  # fmt: skip
    return Kept.objects.create(source=source, **values | fields)


def url(dsr: SubjectRequest, page: str = "") -> str:
    return f"/console/requests/{dsr.reference}/plan/{page}"


def hidden(shown: str, name: str) -> str:
    """Return the value of a hidden input."""
    found = re.search(rf'name="{name}" value="([^"]*)"', shown)
    return found[1] if found else ""


def press(client: Client, dsr: SubjectRequest, page: str = "approve/", **typed: Any) -> tuple[int, str]:
    """Open a page, fill what it asks for, and send it back with all that it hides."""
    shown = client.get(url(dsr, page)).content.decode()
    kept = {name: hidden(shown, name) for name in ("seen", "digest")}
    answer = client.post(url(dsr, page), {**kept, **typed})
    return answer.status_code, answer.content.decode()

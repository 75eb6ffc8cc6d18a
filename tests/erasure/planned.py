"""An erasure whose plan holds one of each: deleted, overwritten, kept on a law until a day, kept for a dispute."""

from datetime import date
from typing import Any, Final

from requests_app.erasure.models import Plan, RecordSet
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.making import a_brand, a_dsr, a_source

LAST_DAY: Final = date(2036, 12, 31)
_WRITTEN: Final = {"email": "random", "phone": "''"}
SETS: Final[tuple[dict[str, Any], ...]] = (
    {"collection": "addresses", "deed": "erase", "reason": "nothing_keeps", "records": 2},
    {"collection": "customers", "deed": "blank", "reason": "referenced", "records": 1, "blanked": _WRITTEN},
    {"collection": "invoices", "deed": "keep", "reason": "duty:fr-accounting", "records": 3, "until": LAST_DAY},
    {"collection": "invoices", "deed": "keep", "reason": "duty:fr-accounting", "records": 1, "until": date(2034, 12, 31)},
    {"collection": "orders", "deed": "keep", "reason": "litigation:secret-matter-7", "records": 1},
)  # fmt: skip
_ENDS: Final = {State.ANSWERED: Move.FINISH_ERASURE, State.ERASED_IN_PART: Move.FINISH_IN_PART}


def an_erasure(state: State = State.ERASED_IN_PART, *, sets: tuple[dict[str, Any], ...] = SETS, **fields: Any) -> SubjectRequest:
    """Return a request for erasure in `state`, one of whose systems holds `sets`."""
    brand = fields.pop("brand", None) or a_brand()
    a_source(brand=brand, title={"en": "Orders and repairs", "fr": "Commandes et réparations"})
    dsr = a_dsr(State.ERASING if state in _ENDS else state, right="erasure", brand=brand, **fields)
    with_sets(dsr, sets)
    if state in _ENDS:
        advance(dsr, _ENDS[state], by=SYSTEM)
    return dsr


def with_sets(dsr: SubjectRequest, sets: tuple[dict[str, Any], ...] = SETS) -> Plan:
    plan = Plan.objects.get(dsr=dsr)
    for position, one in enumerate(sets):
        RecordSet.objects.create(plan=plan, position=position, **one)
    return plan

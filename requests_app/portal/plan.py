"""What is erased and what stays, as the customer's pages show it: before, while it happens, and after."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from requests_app.erasure import certifying, phrases
from requests_app.erasure.account import by_system
from requests_app.erasure.models import CoolingOff
from requests_app.erasure.telling import System, told
from requests_app.portal.line import Erasing
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE, State

_SHOWN: Final = frozenset({State.COOLING_OFF, State.ERASING, State.ANSWERED, State.ERASED_IN_PART})


def of_erasure(dsr: SubjectRequest, *, proven: bool) -> dict[str, Any]:
    """Return what the status page shows of an erasure; of what systems hold nothing to a browser that opened no mailed link."""
    if dsr.right != ERASURE:
        return {}
    first = SubjectRequest.objects.filter(before=dsr.pk).first() if dsr.copy_first else None
    if dsr.stage not in _SHOWN:
        return {"first": first}
    systems = told(dsr)
    waits = dsr.stage == State.COOLING_OFF
    pause = CoolingOff.objects.filter(dsr=dsr).first() if waits else None
    return {
        "first": first,
        "until": pause.until if pause else None,
        "can_stop": proven and waits,
        "can_waive": proven and pause is not None and pause.waived_at is None and pause.earliest < pause.until,
        "progress": progress(systems) if dsr.stage == State.ERASING else None,
        "plan": shown(by_system(systems), ahead=waits or dsr.stage == State.ERASING) if proven else [],
        "certificate": certifying.latest(dsr) if proven and not waits else None,
    }


def progress(systems: Iterable[System]) -> Erasing:
    states = [system.is_done for system in systems]
    return Erasing(value=sum(states), of=len(states))


def shown(systems: Iterable[Mapping[str, Any]], *, ahead: bool) -> list[dict[str, Any]]:
    """Return each system with a sentence on how it is known, and its classes as rows; `ahead`: nothing of it has happened."""
    return [
        {
            "title": system["title"],
            "standing": "" if ahead and system["classes"] else phrases.standing(system),
            "rows": [{"label": line["title"], "value": " ".join(phrases.words(line, ahead=ahead))} for line in system["classes"]],
        }
        for system in systems
    ]

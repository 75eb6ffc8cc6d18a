"""What was done with each set of records: the intent, the effect, the proof, the time, and whose deed it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from requests_app.console import deeds
from requests_app.console.because import because
from requests_app.console.planned import named
from requests_app.console.searched import title
from requests_app.erasure.models import RecordSet
from requests_app.erasure.services import Deed
from requests_app.officers.models import Officer
from requests_app.sources.services import described
from requests_app.workflow.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class Receipt:
    """One set. `proof` says how it is known; empty while nothing was done."""

    system: str
    title: str
    kind: str
    said: str
    why: str
    until: str
    records: str
    erased: str
    intent_at: str
    done_at: str
    proof: str
    who: str


def sets_of(dsr: SubjectRequest) -> "QuerySet[RecordSet]":
    """Return every set that was begun, in the order of systems and of the run."""
    begun = RecordSet.objects.filter(plan__dsr=dsr, intent_at__isnull=False)
    return begun.select_related("plan__source").order_by("plan__source__name", "plan__round", "position")


def rows(dsr: SubjectRequest, sets: Sequence[RecordSet]) -> list[Receipt]:
    told = because(dsr, {one.reason for one in sets}, private=False)
    names = _names(sets)
    return [_receipt(one, told[one.reason].why, names) for one in sets]


def _receipt(one: RecordSet, why: str, names: dict[str, str]) -> Receipt:
    source = one.plan.source
    kind, said = deeds.tag(Deed(one.deed), one.reason)
    return Receipt(
        system=title(source), title=named(one.collection, described(source)), kind=kind, said=said, why=why,
        until=deeds.day(one.until), records=deeds.number(one.records), erased=deeds.number(one.erased),
        intent_at=deeds.moment(one.intent_at), done_at=deeds.moment(one.done_at), proof=_proof(one),
        who=names.get(_actor(one.proof), _("a worker, as approved")) if one.done_at else "",
    )  # fmt: skip


def _proof(one: RecordSet) -> str:
    if not one.done_at:
        return ""
    how = {
        "run": _("read back by key: nothing left"),
        "found_done": _("was done when we looked; read back by key: nothing left"),
        deeds.BY_HAND: _("a person said so; searched again afterwards"),
    }
    return how.get(str(one.proof.get("how", "")), "–")


def _actor(proof: dict[str, Any]) -> str:
    return str(proof.get("by", ""))


def _names(sets: Sequence[RecordSet]) -> dict[str, str]:
    numbers = {_actor(one.proof).partition(":")[2] for one in sets if one.proof.get("how") == deeds.BY_HAND}
    return {f"officer:{one.pk}": str(one) for one in Officer.objects.filter(pk__in=[pk for pk in numbers if pk.isdecimal()])}

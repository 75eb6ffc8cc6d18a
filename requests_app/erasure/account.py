"""What a certificate says: by system and class what was deleted, overwritten, kept, until when, by which law. Nobody is named."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import override

from requests_app.connectors.erasing import Deed
from requests_app.correspondence import facts
from requests_app.correspondence.models import RecipientNotice
from requests_app.erasure.models import Approval
from requests_app.erasure.telling import Line, System
from requests_app.jurisdictions import REGIMES
from requests_app.values import Scope
from requests_app.workflow.models import SubjectRequest

VERSION: Final = 1
_DONE: Final = {Deed.ERASE: "deleted", Deed.BLANK: "overwritten", Deed.KEEP: "kept", Deed.ASK: "open"}


def account(dsr: SubjectRequest, systems: Iterable[System], *, number: int, made_at: datetime) -> dict[str, Any]:
    """Return what is signed: words in the person's language, figures, days and digests; of an order that was meant no number."""
    told = tuple(systems)
    last = Approval.objects.filter(dsr=dsr).order_by("-at").first()
    digest = bytes(last.digest) if last else b""
    with override(dsr.language):
        return {
            "version": VERSION,
            "kind": "certificate-of-erasure",
            "reference": dsr.reference,
            "number": number,
            "brand": {"slug": dsr.brand.slug, "name": dsr.brand.name},
            "language": dsr.language,
            "law": [REGIMES[name].name for name in facts.standing(dsr)],
            "scope": Scope.read(dsr.scope).extent.value if dsr.scope else "everything",
            "asked_at": _moment(dsr.received_at),
            "approved_at": _moment(dsr.approved_at),
            "approvers": Approval.objects.filter(dsr=dsr, digest=digest).values("officer").distinct().count() if last else 0,
            "plan_sha256": digest.hex(),
            "made_at": _moment(made_at),
            "complete": not any(system.is_missing for system in told),
            "records": {word: _sum(told, deed) for deed, word in _DONE.items() if deed is not Deed.ASK},
            "systems": by_system(told),
            "recipients_told": list(RecipientNotice.objects.filter(dsr=dsr).values_list("name", flat=True)),
        }


def by_system(systems: Iterable[System]) -> list[dict[str, Any]]:
    """Return what is told of each system: its title, how it is known, and every class."""
    return [_system(system) for system in systems]


def _system(system: System) -> dict[str, Any]:
    return {
        "system": system.name,
        "title": system.title,
        "state": "not_erased" if system.is_missing else ("by_hand" if system.by_hand else "read_back"),
        "read_back_at": _moment(system.proven_at),
        "classes": [_class(line) for line in system.lines],
    }


def _class(line: Line) -> dict[str, Any]:
    said: dict[str, Any] = {"class": line.collection, "title": line.title, "became": _DONE[line.deed], "records": line.records}
    if line.fields:
        said["overwritten"] = list(line.fields)
    if line.deed is not Deed.ERASE:
        said |= {"why": line.why, "law": line.law}
    if line.is_temporary:
        said |= {"kept_from": _day(line.first), "kept_until": _day(line.until)}
    return said


def _sum(systems: Iterable[System], deed: Deed) -> int:
    return sum(line.records for system in systems for line in system.lines if line.deed is deed and not system.is_missing)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None

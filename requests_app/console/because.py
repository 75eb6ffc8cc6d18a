"""Why a record goes, stays or is asked about, as an officer reads it: the words, the provision, and what stands behind them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse

from requests_app.correspondence import facts
from requests_app.duties import DUTIES
from requests_app.duties.shelf import profiles
from requests_app.erasure.reasons import reason
from requests_app.holds.models import Hold
from requests_app.keys.store import KeyGone
from requests_app.workflow.models import SubjectRequest

_DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Because:
    """Why. `code` is the rule's own name; `access` who may still see what stays; `url` leads to the hold, `note` is its matter."""

    code: str
    why: str
    law: str
    note: str = ""
    access: str = ""
    url: str = ""


def because(dsr: SubjectRequest, codes: Collection[str], *, private: bool) -> dict[str, Because]:
    """Return what each code of a ruling means. `private`: the reader may learn of matters. At most one query."""
    laws = facts.standing(dsr)
    holds = _holds(codes)
    return {code: _because(code, laws, holds, private=private) for code in codes}


def _because(code: str, laws: Collection[str], holds: Mapping[str, Hold], *, private: bool) -> Because:
    kind, _colon, rest = code.partition(":")
    if kind == _DECIDED:
        asked = _because(rest, laws, holds, private=private)
        return replace(asked, code=code, why=reason(code).why, note=asked.why)
    told = reason(code, laws)
    known = Because(code, told.why, told.law)
    if kind == "duty" and rest in DUTIES:
        return replace(known, code=rest, access=profiles()[DUTIES[rest].minimise_profile].access)
    if kind == "condition" and rest in DUTIES:
        return replace(known, code=rest, law=DUTIES[rest].citation, note=DUTIES[rest].condition or "")
    if kind == "litigation" and rest in holds:
        return _held(known, holds[rest], private=private)
    return replace(known, code=rest) if kind == "open_contract" and rest else known


def _held(known: Because, hold: Hold, *, private: bool) -> Because:
    return replace(known, code="", note=_matter(hold) if private else "", url=reverse("console:hold", args=[hold.pk]))


def _matter(hold: Hold) -> str:
    try:
        return hold.matter or ""
    except KeyGone:
        return ""


def _holds(codes: Collection[str]) -> dict[str, Hold]:
    named = [UUID(code.rpartition(":")[2]) for code in codes if "litigation:" in code]
    return {str(hold.pk): hold for hold in Hold.objects.filter(pk__in=named)} if named else {}

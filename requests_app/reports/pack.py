"""What happened to a request, for somebody who checks it: who did what, when and why. Nothing that the customer is or has.

The trail holds ids and figures by its own rule (`audit`). What officers typed as their reason is taken in only for a
reader who may see the request's data, and everything the product knows of the person is struck out of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db.models import QuerySet

from requests_app.audit.models import AuditEvent
from requests_app.collection.models import Pull
from requests_app.correspondence.models import Letter
from requests_app.deadlines import dates
from requests_app.deadlines.dates import Dates, NoLaw
from requests_app.deadlines.limits import Limit
from requests_app.deadlines.pauses import ContradictoryPauses
from requests_app.erasure.certificates import Certificate
from requests_app.erasure.models import Approval, Plan, RecordSet
from requests_app.keys.store import KeyGone
from requests_app.officers.models import Officer
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet, Transition

FORMAT: Final = "dsar.audit-pack/1"
Known = frozenset[str]
STRUCK: Final = "[…]"
SHORTEST: Final = 2  # signs of a word that is struck out
_MAIL: Final = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+")
_WORD: Final = re.compile(r"[^\s,;:()<>\"“”«»]+")
_RELATED: Final = (
    "transitions", "letters", "denials__officer", "pauses", "pulls__source", "plans__source", "plans__sets", "approvals",
    "certificates", "rulings__source",
)  # fmt: skip


def prepared(found: SubjectRequestQuerySet) -> "QuerySet[SubjectRequest]":
    """Let the accounts of `found` be told: what belongs to many requests is asked at once."""
    return found.select_related("brand", "extension", "extension__letter").prefetch_related(*_RELATED)


def account(dsr: SubjectRequest, *, reasons: bool) -> dict[str, Any]:
    """Return all that is told of `dsr`, ready for JSON. `reasons`: with what officers typed."""
    trail = list(AuditEvent.objects.filter(dsr_id=dsr.pk))
    known = _known(dsr) if reasons else None
    return {
        "format": FORMAT,
        "request": _request(dsr),
        "verification": _verification(dsr, trail),
        "dates": _dates(dsr),
        "moves": [_move(move, known) for move in sorted(dsr.transitions.all(), key=lambda one: one.number)],
        "decisions": list(_decisions(dsr, known)),
        "letters": [_letter(letter) for letter in dsr.letters.all()],
        "systems": [_pull(pull) for pull in dsr.pulls.all()],
        "plans": [_plan(plan, known) for plan in dsr.plans.all()],
        "approvals": [_approval(one) for one in dsr.approvals.all()],
        "certificates": [_certificate(one) for one in dsr.certificates.all()],
        "trail": [_event(one) for one in trail],
        "officers": officers(trail),
    }


def officers(trail: Iterable[AuditEvent]) -> dict[str, str]:
    """Return the names of the officers who stand in `trail`."""
    numbers = {event.actor_name.partition(":")[2] for event in trail if event.actor_kind == "officer"}
    known = Officer.objects.filter(pk__in=[number for number in numbers if number.isdecimal()])
    return {officer.actor.name: str(officer) for officer in known}


def _request(dsr: SubjectRequest) -> dict[str, Any]:
    return {
        "reference": dsr.reference, "brand": dsr.brand.slug, "right": dsr.right, "regime": dsr.regime, "regimes": laws_of(dsr),
        "why_these_laws": dsr.law_reason, "channel": dsr.channel, "language": dsr.language, "state": dsr.state,
        "person_kind": dsr.person_kind, "received_at": _said(dsr.received_at), "verified_at": _said(dsr.verified_at),
        "approved_at": _said(dsr.approved_at), "erasing_at": _said(dsr.erasing_at), "closed_at": _said(dsr.closed_at),
        "forgotten_at": _said(dsr.forgotten_at),
    }  # fmt: skip


def _verification(dsr: SubjectRequest, trail: Iterable[AuditEvent]) -> dict[str, Any]:
    """Say by which way the person proved who they are: a link that was mailed, where nothing else is in the trail."""
    ways = [
        str(one.facts.get("method") or one.facts.get("way")) for one in trail if one.action in {"proof.accepted", "proof.asked"}
    ]
    return {"proven_at": _said(dsr.verified_at), "ways": ways or (["mailbox"] if dsr.verified_at else [])}


def _dates(dsr: SubjectRequest) -> dict[str, Any]:
    extension = getattr(dsr, "extension", None)
    return {
        "legal": _said(dsr.due_legal_on), "safe": _said(dsr.due_safe_on), "edition": dsr.dates_by,
        "questions": [
            {"about": one.trigger, "asked_at": _said(one.asked_at), "ended_at": _said(one.ended_at)} for one in dsr.pauses.all()
        ],
        "extension": extension and {"asked_at": _said(extension.asked_at), "holds_from": _said(extension.holds_from)},
        "arithmetic": list(_arithmetic(dsr)),
    }  # fmt: skip


def _arithmetic(dsr: SubjectRequest) -> Iterator[dict[str, Any]]:
    """Yield each date under each law, step by step, as it is counted today; nothing where no law gives one."""
    try:
        found: Dates = dates.of(dsr)
    except (NoLaw, ContradictoryPauses, KeyError):
        return
    for one in found.answer:
        limits = one.limits
        named = {
            "legal": limits.due_legal, "safe": limits.due_safe, "legal_extended": limits.extended_legal,
            "safe_extended": limits.extended_safe,
        }  # fmt: skip
        yield {"law": one.regime} | {name: _limit(limit) for name, limit in named.items() if limit}


def _limit(limit: Limit) -> dict[str, Any]:
    steps = [
        {"rule": one.rule.value, "said": str(one), "citation": one.citation, "from": _said(one.start), "to": _said(one.end)}
        for one in limit.explain()
    ]
    return {"on": _said(limit.on), "steps": steps}


def _move(move: Transition, known: Known | None) -> dict[str, Any]:
    told = {
        "number": move.number, "move": move.move, "from": move.source, "to": move.target, "at": _said(move.at),
        "by": _by(move.actor_kind, move.actor_name),
    }  # fmt: skip
    return told | _reason(move, known)


def _decisions(dsr: SubjectRequest, known: Known | None) -> Iterator[dict[str, Any]]:
    for denial in dsr.denials.all():
        told = {
            "kind": denial.kind, "ground": denial.ground, "at": _said(denial.decided_at), "by": f"officer:{denial.officer_id}",
            "measured_by": denial.earlier,
        }  # fmt: skip
        yield told | _reason(denial, known)
    for ruling in dsr.rulings.all():
        yield {
            "kind": "withheld", "ground": ruling.ground, "system": ruling.source.name, "collection": ruling.collection,
            "field": ruling.field, "extent": ruling.extent, "records": ruling.records, "at": _said(ruling.at),
            "by": f"officer:{ruling.by_id}", "undone_at": _said(ruling.undone_at),
        }  # fmt: skip


def _plan(plan: Plan, known: Known | None) -> dict[str, Any]:
    told = {
        "system": plan.source.name, "round": plan.round, "state": plan.state, "by_hand": plan.by_hand, "records": plan.records,
        "plan_sha256": bytes(plan.digest).hex(), "holds_sha256": bytes(plan.holds_digest).hex(),
        "description_sha256": plan.description_digest, "made_at": _said(plan.made_at), "intent_at": _said(plan.intent_at),
        "done_at": _said(plan.done_at), "read_back_at": _said(plan.absent_at), "fault": plan.fault,
        "sets": [_set(one) for one in plan.sets.all()],
    }  # fmt: skip
    return told | _reason(plan, known)


def _set(one: RecordSet) -> dict[str, Any]:
    return {
        "collection": one.collection, "deed": one.deed, "reason": one.reason, "until": _said(one.until), "records": one.records,
        "done_at": _said(one.done_at),
    }  # fmt: skip


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "kind": letter.kind, "language": letter.language, "written_at": _said(letter.written_at), "sent_at": _said(letter.sent_at),
        "state": letter.state, "to": "officer" if letter.officer_id else "customer", "on_paper": letter.on_paper,
        "posted_on": _said(letter.posted_on),
    }  # fmt: skip


def _pull(pull: Pull) -> dict[str, Any]:
    return {
        "system": pull.source.name, "state": pull.state, "asked_at": _said(pull.asked_at), "answered_at": _said(pull.answered_at),
        "records": pull.records, "fault": pull.fault, "description_sha256": pull.description_digest,
    }  # fmt: skip


def _approval(one: Approval) -> dict[str, Any]:
    officer = f"officer:{one.officer_id}"
    return {"round": one.round, "plan_sha256": bytes(one.digest).hex(), "officer": officer, "at": _said(one.at)}


def _certificate(one: Certificate) -> dict[str, Any]:
    return {"number": one.number, "sha256": one.digest, "made_at": _said(one.made_at)}


def _event(one: AuditEvent) -> dict[str, Any]:
    return {"at": _said(one.at), "action": one.action, "by": _by(one.actor_kind, one.actor_name), "facts": one.facts}


def _reason(of: Any, known: Known | None) -> dict[str, str]:
    """Return what was typed as the reason, without the person; nothing for a reader who may not see it."""
    if known is None:
        return {}
    try:
        said = of.reason
    except KeyGone:
        return {}
    return {"reason": struck(said, known)} if said else {}


def _known(dsr: SubjectRequest) -> Known:
    """Return every word that the product knows of the person, folded; none once they are forgotten."""
    try:
        told = (dsr.email, dsr.name, dsr.postal_address, dsr.customer_id, dsr.facts)
    except KeyGone:
        return frozenset()
    return frozenset(word.casefold().strip(".") for text in _texts(told) for word in _WORD.findall(text) if len(word) >= SHORTEST)


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, Mapping):
        told = tuple(told.values())
    if isinstance(told, list | tuple):
        for one in told:
            yield from _texts(one)
    elif told is not None:
        yield str(told)


def struck(text: str, known: Known) -> str:
    """Return `text` without mail addresses and without the words of `known`."""
    without = _MAIL.sub(STRUCK, text)
    return _WORD.sub(lambda found: STRUCK if _folded(found[0]) in known else found[0], without)


def _folded(word: str) -> str:
    bare = word.casefold().strip(".!?’'")
    return re.sub(r"[’']s$", "", bare)


def _by(kind: str, name: str) -> str:
    return name if kind == "officer" else kind


def _said(when: datetime | date | None) -> str | None:
    return None if when is None else when.isoformat()

"""Whom a plan is about, by which rules, and by which account the system is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from requests_app.connectors.base import Given
from requests_app.connectors.erasing import Deed, Eraser, Facts, Judge, Ruling, Whom
from requests_app.erasure.models import Plan
from requests_app.erasure.pages import leads
from requests_app.holds import services as holds
from requests_app.matching.services import identity_of
from requests_app.sources.models import Source
from requests_app.sources.services import connector
from requests_app.workflow.models import SubjectRequest


def eraser(source: Source) -> Eraser | None:
    """Return what erases at `source`; None where a person does: it cannot, or it has no account that may."""
    able = connector(source)
    return able if isinstance(able, Eraser) and source.erase_secret else None


def whom(plan: Plan, given: Given | None = None) -> Whom:
    """Return whose records `plan` is about. The values of other systems are those that were read when it was made."""
    match = plan.dsr.matches.filter(source=plan.source).first()
    return Whom(identity_of(plan.dsr), match.roots if match else (), leads(plan.leads) if given is None else given)


def judge(plan: Plan) -> Judge:
    """Return the rules as they stand at this moment, with what officers answered where the rules ask.

    Raises:
        BadDescription: the system's description cannot be used.
    """
    return Answered(holds.judge(plan.dsr, plan.source), plan.answers)


@dataclass(frozen=True, slots=True)
class Answered(Judge):
    """A judge whose open questions an officer has answered: {collection and reason: what becomes of it}."""

    asked: Judge
    answers: Mapping[str, str]

    @property
    def by_number(self) -> bool:  # type: ignore[override]  # as the rules that are asked
        return self.asked.by_number

    def by_month(self, collection: str) -> bool:
        return self.asked.by_month(collection)

    def __call__(self, collection: str, facts: Facts) -> Ruling:
        ruling = self.asked(collection, facts)
        if ruling.deed is not Deed.ASK or (answer := self.answers.get(question(collection, ruling.reason))) is None:
            return ruling
        deed, _at, until = answer.partition(":")
        return Ruling(Deed(deed), f"decided:{ruling.reason}", date.fromisoformat(until) if until else None)


def question(collection: str, reason: str) -> str:
    return f"{collection}:{reason}"


def holds_digest(dsr: SubjectRequest, source: Source) -> bytes:
    """Return what tells apart one set of holds from another."""
    return sha256(b"".join(hold.bytes for hold in holds.stand_against(dsr, source))).digest()

"""Making the plan of one system: the values that lead here first, then what the system says."""

from collections.abc import Iterator
from dataclasses import dataclass

from requests_app.collection.leads import Leads
from requests_app.connectors.erasing import Planned
from requests_app.erasure.asking import eraser, holds_digest, judge, whom
from requests_app.erasure.draft import BY_HAND, Made, made
from requests_app.erasure.models import Plan
from requests_app.erasure.pages import lead_lines, leads
from requests_app.ledger.claims import Claim
from requests_app.sources.services import answering, inventory, writing_config
from requests_app.values import Root
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.vault.rows import Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan, and by what it was made: values of other systems, holds, description."""

    made: Made
    leads: StoredFile | None
    holds: bytes
    description: str


def ask(plan: Plan, claim: Claim) -> Asked:
    """Ask the system of `plan`, by the account that may erase: what it has no right to do must be known now. Nothing is touched.

    Raises:
        CannotErase: the system does not allow what would have to be done.
        SourceFault: it did not answer.
        LeaseLost: another worker has taken over.
    """
    holds, description = holds_digest(plan.dsr, plan.source), inventory(plan.source).digest
    with answering(plan.source):
        file = _leads(plan)
        return Asked(made(plan, claim, _found(plan, file)), file, holds, description)


def _leads(plan: Plan) -> StoredFile | None:
    """Write down what other systems know, by which records are found here: once they are erased, nobody could ask them again."""
    if not (given := Leads(plan.dsr).given(plan.source)):
        return None
    with vault.writing(plan.dsr, Kind.JSON) as draft:
        for line in lead_lines(given):
            draft.writer.write(line, 1)
    return draft.file


def _found(plan: Plan, file: StoredFile | None) -> Iterator[Planned]:
    meant = whom(plan, leads(file))
    if not meant.roots and not meant.given and not plan.source.is_of_people:
        return
    if (able := eraser(plan.source)) is None:
        yield from (Planned(root.collection, BY_HAND, (root.key,)) for root in meant.roots or (Root("", ()),))
    else:
        yield from able.plan(writing_config(plan.source), meant, judge(plan))

"""What a person says about data that was not corrected: kept with its request, and shown whenever the data is.

Source: GDPR Art. 16 (a supplementary statement); 11 CCR 7023(f)(3).
"""

from collections.abc import Iterator
from uuid import UUID

from requests_app.audit.services import record
from requests_app.correspondence.models import Statement
from requests_app.values import CUSTOMER
from requests_app.workflow.models import SubjectRequest


def keep(dsr: SubjectRequest, subject: UUID, *, about: str, text: str) -> Statement:
    """Keep a statement in place of an earlier one on the same thing."""
    found = Statement.objects.filter(dsr=dsr, subject=subject).first() or Statement(dsr=dsr, subject=subject)
    found.about, found.text = about, text
    found.save()
    record("statement.kept", by=CUSTOMER, dsr_id=dsr.pk, subject=str(subject))
    return found


def of_person(dsr: SubjectRequest) -> Iterator[Statement]:
    """Yield what the person of `dsr` said in earlier requests to the same shop, as long as those are kept."""
    theirs = Statement.objects.filter(
        dsr__brand=dsr.brand_id, dsr__email_index=bytes(dsr.email_index), dsr__verified_at__isnull=False, dsr__forgotten_at=None
    )
    yield from theirs.exclude(text=None).select_related("dsr").order_by("said_at")

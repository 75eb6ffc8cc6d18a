"""A person's own words about what was not corrected."""

from django.db import transaction

from requests_app.changes.models import Deed, Entry, Stand
from requests_app.changes.proposing import NotOpen
from requests_app.changes.showing import Known
from requests_app.correspondence import statements
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import State, locked

_AFTER = (State.ANSWERED, State.REFUSED)
_LEFT = (Stand.REFUSED, Stand.GIVEN_UP, Stand.PROPOSED, Stand.ASKED)


def may_state(dsr: SubjectRequest, entry: Entry) -> bool:
    """Whether the person may add words of their own to a field: it was decided, and not as they wanted."""
    return dsr.stage in _AFTER and entry.deed == Deed.CORRECT and entry.stand in _LEFT


@transaction.atomic
def state(dsr: SubjectRequest, subject: str, text: str) -> None:
    """Keep the person's words about a field.

    Raises:
        NotOpen: the field is none that was refused.
    """
    dsr = locked(dsr)
    entry = dsr.entries.select_related("source").filter(pk=subject).first()
    if entry is None or not may_state(dsr, entry):
        raise NotOpen
    about = Known([entry.source]).title(entry, dsr.language).whole
    statements.keep(dsr, entry.pk, about=about, text=text)

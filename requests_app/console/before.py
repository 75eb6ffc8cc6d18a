"""What the same mailbox asked before, as the page of a request shows it."""

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.console import words
from requests_app.correspondence.history import Counted, counted, earlier
from requests_app.jurisdictions.vocabulary import Per
from requests_app.workflow.models import SubjectRequest

_SHOWN: Final = 20
_PER: Final[dict[str, str | Promise]] = {
    Per.TWELVE_MONTHS: gettext_lazy("12 months"),
    Per.SIX_MONTHS: gettext_lazy("6 months"),
    Per.YEAR: gettext_lazy("12 months"),
    Per.CALENDAR_MONTH: gettext_lazy("the calendar month"),
}


def told(dsr: SubjectRequest) -> dict[str, Any]:
    """Return the earlier requests, and which in number this one is under each law that counts; nothing for a first one."""
    found = list(earlier(dsr)[:_SHOWN])
    rows = [{"reference": one.reference, "received_at": one.received_at, "stage_said": words.stage(one)} for one in found]
    return {"earlier": rows, "counted": [_said(one) for one in counted(dsr, found)] if found else []}


def _said(one: Counted) -> dict[str, str]:
    values = {"number": one.number, "per": _PER[one.per], "free": one.free}
    says = _("number %(number)d in %(per)s; this law gives %(free)d free") % values
    return {"law": one.law, "says": says, "cite": one.cite}

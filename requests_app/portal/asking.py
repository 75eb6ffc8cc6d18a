"""Which form asks for a right."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from requests_app.portal.erasing import ErasureForm, SignedInErasureForm
from requests_app.portal.forms import RequestForm, SignedInForm
from requests_app.portal.replying import (
    ComplaintForm,
    DecisionForm,
    InstructionsForm,
    SignedInComplaintForm,
    SignedInDecisionForm,
    SignedInInstructionsForm,
)
from requests_app.portal.restricting import RestrictionForm, SignedInRestrictionForm
from requests_app.rights.base import Right

Forms = tuple[type[RequestForm], type[RequestForm]]


class MailboxForm(RequestForm):
    """Who asks, where nothing that the shop holds is asked for: the mailbox is enough."""

    postcode = order_number = birth_date = phone_number = declared = None  # type: ignore[assignment]

    shown: ClassVar[tuple[str, ...]] = ("name", "email", "residence", "details")

    @property
    def facts(self) -> dict[str, str]:
        return {}


# A right's own form: for who is not known, and for whom the shop handed over.
FORMS: Final[Mapping[str, Forms]] = MappingProxyType(
    {
        "erasure": (ErasureForm, SignedInErasureForm),
        "complaint": (ComplaintForm, SignedInComplaintForm),
        "automated_decision_review": (DecisionForm, SignedInDecisionForm),
        "restriction": (RestrictionForm, SignedInRestrictionForm),
        "post_mortem": (InstructionsForm, SignedInInstructionsForm),
    },
)


def form_for(right: Right, *, signed_in: bool) -> type[RequestForm]:
    """Return the form of `right`."""
    plain: type[RequestForm] = RequestForm if right.asks_facts else MailboxForm
    return FORMS.get(right.name, (plain, SignedInForm))[signed_in]

"""With which words an officer begins an answer. A room that composes one itself registers it here by the right's name."""

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from requests_app.replies import wills
from requests_app.replies.models import Reach
from requests_app.workflow.models import SubjectRequest

Compose = Callable[[SubjectRequest], str]
_COMPOSED: Final[dict[str, Compose]] = {}


def proposes(right: str) -> Callable[[Compose], Compose]:
    """Register what composes the answer to a request for `right`, in the language that is active: plain text, empty for nothing."""

    def register(compose: Compose) -> Compose:
        if _COMPOSED.setdefault(right, compose) is not compose:
            raise ValueError(f"the answer to {right} is composed twice")
        return compose

    return register


def proposal(dsr: SubjectRequest) -> str:
    """Return the words to begin with, in the customer's language; empty where there are none."""
    compose = _COMPOSED.get(dsr.right)
    if compose is None:
        return ""
    with override(dsr.language):
        return compose(dsr)


@proposes(wills.RIGHT)
def _kept(dsr: SubjectRequest) -> str:
    will = wills.asked(dsr)
    about = _("They are about all of your data.") if will.reach == Reach.GENERAL else _("They are about some of your data.")
    return "\n\n".join(
        [
            _("We keep your instructions on what becomes of your data after your death. They are sealed until they are needed."),
            about,
            _("You can change them or take them back at any time, on the page of this request."),
        ],
    )

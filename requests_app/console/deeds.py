"""What becomes of records, and how far each system is, in an officer's words."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.erasure.models import PlanState
from requests_app.erasure.services import Deed

BY_HAND: Final = "by_hand"  # the reason of records that a person erases
DEEDS: Final[Mapping[Deed, tuple[str, Promise]]] = MappingProxyType(
    {
        Deed.ERASE: ("danger", gettext_lazy("deleted")),
        Deed.BLANK: ("attention", gettext_lazy("overwritten")),
        Deed.KEEP: ("info", gettext_lazy("kept")),
        Deed.ASK: ("attention", gettext_lazy("a person must decide")),
    },
)
_STATES: Final[Mapping[PlanState, tuple[str, Promise]]] = MappingProxyType(
    {
        PlanState.ASKED: ("info", gettext_lazy("being planned")),
        PlanState.READY: ("info", gettext_lazy("planned")),
        PlanState.IMPOSSIBLE: ("danger", gettext_lazy("cannot be carried out")),
        PlanState.STALE: ("attention", gettext_lazy("no longer as approved")),
        PlanState.RUNNING: ("info", gettext_lazy("being erased")),
        PlanState.DONE: ("good", gettext_lazy("done, and read back")),
        PlanState.FAILED: ("danger", gettext_lazy("failed")),
        PlanState.GIVEN_UP: ("attention", gettext_lazy("settled without it")),
    },
)
_BY_HAND: Final[Mapping[PlanState, tuple[str, Promise]]] = MappingProxyType(
    {
        PlanState.READY: ("info", gettext_lazy("a person will erase it")),
        PlanState.RUNNING: ("attention", gettext_lazy("a person must erase it now")),
        PlanState.DONE: ("good", gettext_lazy("erased by a person")),
    },
)
# What can be done about a plan that cannot be carried out, by what stands against it.
_MENDS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "no_right": gettext_lazy("Have the owner of the system give that right to the account that erases, then plan again."),
        "is_view": gettext_lazy("Have the tables behind the view described, then plan again."),
        "no_transactions": gettext_lazy("Have the table moved to an engine with transactions, or erase there by hand."),
        "trigger": gettext_lazy("Ask the owner of the system what the trigger does."),
        "undescribed": gettext_lazy("Have that table described, then plan again."),
        "undescribed_reference": gettext_lazy("Have that table described, or let its key allow the deletion, then plan again."),
        "goes_round": gettext_lazy("Have the order of erasing written into the description (erase_after), then plan again."),
        "part_of": gettext_lazy("Have the description say to what these records belong, then plan again."),
        "check": gettext_lazy("Have the description name another masking strategy for the field, then plan again."),
    },
)
_CHANGED: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "plan_changed": gettext_lazy("Other records were found than were approved."),
        "no_longer_approved": gettext_lazy("A hold, the description or an officer’s role has changed since it was approved."),
    },
)
_NOT_READY: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "state": gettext_lazy("The request does not wait for an approval now."),
        "unfinished": gettext_lazy(
            "A system could not be planned, or its plan cannot be carried out. Mend it and plan again, or go on without it."
        ),
        "undecided": gettext_lazy("Some records are still a person’s decision. Answer what is asked first."),
        "copy": gettext_lazy("The customer wants a copy first. It must be answered before anything is erased."),
        "all_stopped": gettext_lazy("Somebody stopped all erasures of the shop. The sources page says who and why, and lifts it."),
        "stopped": gettext_lazy(
            "A system of this plan was stopped by somebody of you. It can be approved when the stop is lifted."
        ),
        "paused": gettext_lazy(
            "A system of this plan keeps failing and is left alone for now. It can be approved when the system answers again; that is tried by itself."  # noqa: E501
        ),
    },
)


def tag(what: Deed, reason: str) -> tuple[str, str]:
    """Return what happens to a set: the kind of its tag, and words."""
    if reason == BY_HAND:
        return "attention", _("erased by hand")
    kind, said = DEEDS[what]
    return kind, str(said)


def deed(what: Deed) -> str:
    return str(DEEDS[what][1])


def state(one: PlanState, *, by_hand: bool) -> tuple[str, str]:
    """Return how far a system is: the kind of its tag, and words."""
    kind, said = _BY_HAND.get(one, _STATES[one]) if by_hand else _STATES[one]
    return kind, str(said)


def mend(code: str) -> str:
    """Say what can be done about a problem of a plan."""
    return str(_MENDS.get(code) or _("Have the description or the system changed, then plan again; or go on without it."))


def changed(code: str) -> str:
    return str(_CHANGED.get(code) or _("It was planned again."))


def not_ready(code: str) -> str:
    return str(_NOT_READY[code])


def number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


def moment(at: datetime | None) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT") if at else ""


def day(on: date | None) -> str:
    return date_format(on) if on else ""

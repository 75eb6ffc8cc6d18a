"""The words of this room: why a value does not fit, what became of a field, on what a restriction rests."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.changes.models import Deed, Entry, Stand
from requests_app.connectors.changing import Limit, Misfit
from requests_app.rights.restriction import Ground

Words = str | Promise

GROUNDS: Final[Mapping[Ground, Words]] = MappingProxyType(
    {
        Ground.ACCURACY: gettext_lazy("What you hold is wrong, and I want it cleared up first."),
        Ground.UNLAWFUL: gettext_lazy("You may not use my data, but I do not want it erased."),
        Ground.CLAIMS: gettext_lazy("You no longer need my data, but I need it for a legal claim."),
        Ground.OBJECTION: gettext_lazy("I objected, and it is not settled yet whose reasons weigh more."),
    }
)
_MISFITS: Final[Mapping[Misfit, Words]] = MappingProxyType(
    {
        Misfit.FIXED: gettext_lazy("This cannot be changed here. Tell us in a message what is wrong with it."),
        Misfit.EMPTY: gettext_lazy("This cannot be left empty: the system needs something here."),
        Misfit.NO_NUMBER: gettext_lazy("Enter a number, with a point before the decimals."),
        Misfit.NO_DATE: gettext_lazy("Enter a day as year, month and day, like 1984-03-27."),
        Misfit.NO_YES_OR_NO: gettext_lazy("Enter yes or no."),
        Misfit.SIGNS: gettext_lazy("There is an invisible character in this. Please type it by hand instead of pasting it."),
    }
)
STANDS: Final[Mapping[Stand, Words]] = MappingProxyType(
    {
        Stand.OFFERED: gettext_lazy("shown to the customer"),
        Stand.PROPOSED: gettext_lazy("to decide"),
        Stand.ASKED: gettext_lazy("asked"),
        Stand.ACCEPTED: gettext_lazy("accepted"),
        Stand.REFUSED: gettext_lazy("refused"),
        Stand.RUNNING: gettext_lazy("being changed"),
        Stand.BY_HAND: gettext_lazy("to do by hand"),
        Stand.STALE: gettext_lazy("something else stands there now"),
        Stand.FAILED: gettext_lazy("the system did not take it"),
        Stand.DONE: gettext_lazy("done, and read back"),
        Stand.GIVEN_UP: gettext_lazy("left, with a reason"),
    }
)
KINDS: Final[Mapping[Stand, str]] = MappingProxyType(
    {
        Stand.PROPOSED: "attention", Stand.ASKED: "attention", Stand.BY_HAND: "attention", Stand.STALE: "attention",
        Stand.FAILED: "danger", Stand.DONE: "good", Stand.ACCEPTED: "good",
    }
)  # fmt: skip
_LEFT: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "gone": gettext_lazy("not changed: the record is no longer there"),
        "stale": gettext_lazy("not changed: something else stands there by now"),
    }
)


def misfit(code: Misfit, limit: Limit) -> str:
    """Return why a value cannot stand in a field."""
    if code is Misfit.TOO_LONG:
        return _("Use at most %(length)d characters: the system takes no more.") % {"length": limit.length}
    return str(_MISFITS[code])


def stand(entry: Entry) -> str:
    """Return where a field stands, for an officer: what a person did was not read back."""
    if entry.stand == Stand.DONE and entry.proof.get("how") == "by_hand":
        return _("done by hand")
    return str(STANDS[Stand(entry.stand)])


def outcome(entry: Entry) -> str:
    """Return what became of a field, for the person: `corrected`, or why not."""
    if entry.stand == Stand.DONE:
        return _("set aside") if entry.deed == Deed.RESTRICT else _("corrected")
    if entry.stand in (Stand.REFUSED, Stand.GIVEN_UP) and entry.answer:
        return str(entry.answer)
    return str(_LEFT.get(entry.fault, _("not changed")))


def nothing_found() -> str:
    return _("we found nothing about you that could be corrected")


def nothing_to_restrict() -> str:
    return _("we found nothing about you")


def all_systems() -> str:
    return _("All our systems")


def some_refused() -> str:
    return _("We could not do a part of what you asked. What we did not do, and why:")

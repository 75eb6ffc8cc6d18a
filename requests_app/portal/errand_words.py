"""What to look for, as the person who looks there reads it: what is proven first, then what was only typed."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.errands.models import Deed, Errand
from requests_app.keys.store import KeyGone

_FACTS: Final = {
    "postcode": gettext_lazy("Postcode"),
    "order_number": gettext_lazy("Order number"),
    "birth_date": gettext_lazy("Date of birth"),
    "phone_number": gettext_lazy("Phone number"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a deed is called: in a list, on its page, what to do, and the button that says that it is done."""

    short: str | Promise
    title: str | Promise
    told: str | Promise
    button: str | Promise = ""


DEEDS: Final = {
    Deed.LOOK: Words(
        gettext_lazy("Look up"), gettext_lazy("Look up by hand"),
        gettext_lazy("Give everything that the system holds about this person. Somebody who only shares a name is somebody else."),
    ),
    Deed.ERASE: Words(
        gettext_lazy("Erase"), gettext_lazy("Erase by hand"),
        gettext_lazy("Erase everything that the system holds about this person. Somebody who only shares a name is somebody else: where you are not sure, say that it is not possible, and why."),  # noqa: E501
        gettext_lazy("All of it is erased"),
    ),
    Deed.CORRECT: Words(
        gettext_lazy("Correct"), gettext_lazy("Correct by hand"),
        gettext_lazy("Correct what the system holds about this person as it is asked below. Leave everything else as it is."),
        gettext_lazy("It is corrected"),
    ),
    Deed.RESTRICT: Words(
        gettext_lazy("Restrict"), gettext_lazy("Restrict by hand"),
        gettext_lazy("Set aside what the system holds about this person: keep it, and let nobody use it until you hear from us."),
        gettext_lazy("It is set aside"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing known about the person. `proven`: nobody else can have claimed it."""

    label: str
    value: str
    proven: bool


def sought(errand: Errand) -> list[Clue]:
    """Return by what the person of a task is looked for; nothing where the request's key is gone."""
    dsr = errand.dsr
    try:
        clues = [Clue(_("E-mail address"), dsr.email or "", dsr.verified_at is not None)]
        clues += [Clue(_("Customer number"), dsr.customer_id, proven=True)] if dsr.customer_id else []
        clues += [Clue(_("Name"), dsr.name, proven=False)] if dsr.name else []
        facts = dsr.facts or {}
    except KeyGone:
        return []
    return clues + [Clue(str(label), str(facts[kind]), proven=False) for kind, label in _FACTS.items() if facts.get(kind)]


def wish(errand: Errand) -> str:
    """Return in the person's own words what is to be corrected; nothing of any other task."""
    try:
        return (errand.dsr.details or "") if errand.deed == Deed.CORRECT else ""
    except KeyGone:
        return ""

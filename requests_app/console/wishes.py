"""What somebody who wants data erased asks for, as an officer reads it: how much, on which ground, after a copy or not."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.replies import wills
from requests_app.replies.models import Reach
from requests_app.rights import RIGHTS
from requests_app.rights.erasure import Ground
from requests_app.values import Extent, Scope
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE

_EXTENTS: Final[Mapping[Extent, Promise]] = MappingProxyType(
    {
        Extent.EVERYTHING: gettext_lazy("everything"),
        Extent.MARKETING: gettext_lazy("what marketing knows"),
        Extent.ACCOUNT: gettext_lazy("the account"),
        Extent.ORDER: gettext_lazy("one order"),
    },
)
_GROUNDS: Final[Mapping[Ground, Promise]] = MappingProxyType(
    {
        Ground.NO_LONGER_NEEDED: gettext_lazy("no longer needed"),
        Ground.CONSENT_WITHDRAWN: gettext_lazy("consent withdrawn"),
        Ground.OBJECTION: gettext_lazy("objection"),
        Ground.UNLAWFUL: gettext_lazy("held unlawfully"),
        Ground.LEGAL_OBLIGATION: gettext_lazy("a law wants it erased"),
        Ground.CHILD: gettext_lazy("collected from a child"),
    },
)

_REPLY: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "decision": gettext_lazy("Which decision"),
        "reach": gettext_lazy("Instructions"),
        "trustee": gettext_lazy("Who may see to it"),
    },
)


def of_erasure(dsr: SubjectRequest, *, private: bool) -> Iterator[dict[str, str]]:
    """Yield rows, none for another right. `private`: the reader may see the number of the order that is meant."""
    if dsr.right != ERASURE:
        return
    scope = Scope.read(dsr.scope) if dsr.scope else Scope(Extent.EVERYTHING)
    number = f" {scope.order}" if private and scope.order else ""
    yield {"label": _("To erase"), "value": f"{_EXTENTS[scope.extent]}{number}"}
    if dsr.ground:
        yield {"label": _("Ground"), "value": str(_GROUNDS.get(Ground(dsr.ground), dsr.ground))}
    if dsr.copy_first:
        copy = SubjectRequest.objects.filter(before=dsr.pk).values_list("reference", flat=True).first()
        yield {"label": _("A copy first"), "value": copy or _("yes")}


def of_reply(dsr: SubjectRequest, *, private: bool) -> Iterator[dict[str, str]]:
    """Yield what a complaint or an appeal is about, and what the form of a right that is answered in words asked."""
    if dsr.concerns:
        yield {"label": _("About the request"), "value": dsr.concerns.reference}
    if not private or RIGHTS[dsr.right].fulfilment != "replies":
        return
    for key, label in _REPLY.items():
        if said := (dsr.wish or {}).get(key):
            yield {"label": str(label), "value": str(Reach(said).label) if key == "reach" else said}


def will(dsr: SubjectRequest, *, private: bool) -> dict[str, Any]:
    """Return what the person of `dsr` wants done after death, for whoever may see it: an heir's request is read beside it."""
    standing = wills.standing(dsr) if private else None
    if standing is None:
        return {}
    rows = [
        (_("Given on"), date_format(localtime(standing.given_at))),
        (_("About"), str(Reach(standing.reach).label)),
        (_("Instructions"), standing.text),
        (_("Who may see to it"), standing.trustee),
    ]
    return {"will": [{"label": label, "value": value} for label, value in rows if value]}

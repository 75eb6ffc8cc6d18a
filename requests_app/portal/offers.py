"""The rights that hold for one person at one shop: as forms where there is one, else in words; with the law that gives them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.intake import services as intake
from requests_app.intake.services import Offer
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.choice import Choice, Granted
from requests_app.jurisdictions.vocabulary import Right
from requests_app.portal.answers import offer
from requests_app.portal.line import term
from requests_app.portal.place import Place
from requests_app.portal.residences import PARAMETER
from requests_app.values import gettext_noop

PLAIN: Final[Mapping[Right, str | Promise]] = MappingProxyType(
    {
        Right.ACCESS: gettext_lazy("See your data"),
        Right.PORTABILITY: gettext_lazy("Take your data elsewhere"),
        Right.RECTIFICATION: gettext_lazy("Have wrong data corrected"),
        Right.ERASURE: gettext_lazy("Have your data erased"),
        Right.RESTRICTION: gettext_lazy("Have your data set aside while something is cleared up"),
        Right.OBJECTION: gettext_lazy("Object to what is done with your data"),
        Right.OBJECT_DIRECT_MARKETING: gettext_lazy("Refuse advertising"),
        Right.OPT_OUT_SALE: gettext_lazy("Refuse that your data is sold or shared"),
        Right.OPT_OUT_TARGETED_ADVERTISING: gettext_lazy("Refuse advertising that follows you"),
        Right.OPT_OUT_PROFILING: gettext_lazy("Refuse to be profiled"),
        Right.LIMIT_SENSITIVE: gettext_lazy("Limit the use of sensitive data"),
        Right.WITHDRAW_CONSENT: gettext_lazy("Withdraw a consent"),
        Right.AUTOMATED_DECISION_REVIEW: gettext_lazy("Have a person look at what a machine decided"),
        Right.POST_MORTEM: gettext_lazy("Say what becomes of your data after your death"),
        Right.THIRD_PARTY_LIST_SPECIFIC: gettext_lazy("Learn who received your data, by name"),
        Right.THIRD_PARTY_LIST_CATEGORIES: gettext_lazy("Learn which kinds of companies received your data"),
    },
)

_MOST_ASKED: Final = (
    Right.ACCESS, Right.ERASURE, Right.OPT_OUT_SALE, Right.OBJECT_DIRECT_MARKETING, Right.RECTIFICATION, Right.PORTABILITY,
)  # fmt: skip
_AT_A_GLANCE: Final = 5  # cards; the way back to a request is the sixth

# The laws' own names for rights, which are data; a house test keeps this list whole.
NAMES: Final = (
    gettext_noop("Right of access"), gettext_noop("Right to data portability"), gettext_noop("Right to rectification"),
    gettext_noop("Right to erasure (‘right to be forgotten’)"), gettext_noop("Right to restriction of processing"),
    gettext_noop("Right to object"), gettext_noop("Right to know"), gettext_noop("Right to correct"),
    gettext_noop("Right to delete"), gettext_noop("Right to opt out of sale"), gettext_noop("Right to opt out of sharing"),
    gettext_noop("Right to limit use of sensitive personal information"),
)  # fmt: skip


def offered(place: Place, choice: Choice, said: str) -> dict[str, Any]:
    """Return what the page of rights shows: what most people come for, the others with a form, and how long the law gives.

    `said` is where the customer said to live; the forms then need not guess again.
    """
    found = intake.offers(place.brand, choice)
    cards = sorted((_card(place, one, said) for one in found if one.right), key=_asked_for)
    return {
        "rights": cards[:_AT_A_GLANCE],
        "more": cards[_AT_A_GLANCE:],
        "others": [{"title": PLAIN[Right(one.name)], "law": _law(place, one.grants)} for one in found if not one.right],
        "term": term(intake.binding(place.brand, choice)),
        "unsure": [REGIMES[law.regime].name for law in choice.laws if law.low_confidence],
    }


def _asked_for(card: Mapping[str, Any]) -> int:
    """What people come for most comes first; the rest stands as the law names it."""
    return _MOST_ASKED.index(card["name"]) if card["name"] in _MOST_ASKED else len(_MOST_ASKED)


def _card(place: Place, one: Offer, said: str) -> dict[str, Any]:
    if one.right is None:
        return {}
    url = place.to("request", right=one.right.name) + (f"?{PARAMETER}={said}" if said else "")
    return offer(one.right) | {"url": url, "law": _law(place, one.grants)}


def _law(place: Place, grants: Sequence[Granted]) -> str:
    """Say by which law a right holds, in the law's own name for it: the ones of their own, not what adds to them."""
    if not grants:
        return _("%(name)s grants this to everybody, whatever the law of the place says.") % {"name": place.brand.name}
    return "; ".join(dict.fromkeys(_cited(grant) for grant in grants))


def _cited(grant: Granted) -> str:
    law = _(REGIMES[grant.regime].short)
    return f"{_(grant.name)} ({law})" if grant.name else law

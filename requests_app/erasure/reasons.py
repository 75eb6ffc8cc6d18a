"""Why a record is kept, in the customer's words, and the law on which it is. One place for every code of a ruling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.duties import DUTIES

Words = str | Promise

# What a matter is about, and that there is one at all beyond the ground, is nobody's business but the court's (GDPR 17(3)(e)).
_CODES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "nothing_keeps": gettext_lazy("No law and no contract makes us keep it."),
        "open_contract": gettext_lazy("An order, a repair or a guarantee is not finished: we need it until then."),
        "litigation": gettext_lazy("It is needed to establish, exercise or defend legal claims."),
        "suppression": gettext_lazy("It is the little that we need so that you get no advertising."),
        "out_of_scope": gettext_lazy("You did not ask us to erase it."),
        "shared": gettext_lazy("It belongs to another person too."),
        "about_others": gettext_lazy("It is about other people."),
        "referenced": gettext_lazy("Records that stay point to it, so that it cannot go itself."),
        "undated": gettext_lazy("A person has to say from when a period of the law runs."),
        "unnumbered": gettext_lazy("A person has to say which order is meant."),
        "condition": gettext_lazy("A person has to say whether a law applies."),
        "by_hand": gettext_lazy("A person erases it by hand."),
        "decided": gettext_lazy("The rules could not say, so a person looked at it and decided."),
    },
)
_PROFILES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "accounting": gettext_lazy("The law orders us to keep invoices, orders and payments."),
        "oss": gettext_lazy("Tax law orders us to keep what shows sales to other countries."),
        "contract_proof": gettext_lazy("The law orders us to keep the proof of a contract."),
        "commercial_letters": gettext_lazy("The law orders us to keep letters about a purchase."),
        "aml": gettext_lazy("The law against money laundering orders us to keep the records of large purchases as they are."),
        "register": gettext_lazy("The law orders us to keep a register."),
        "card": gettext_lazy("The rules of card payments ask us to keep what settles a dispute about a payment."),
        "claims": gettext_lazy("It is needed to establish, exercise or defend legal claims."),
        "suppression": gettext_lazy("It is the little that we need so that you get no advertising."),
        "consent_proof": gettext_lazy("The law orders us to be able to prove a consent."),
        "dsar": gettext_lazy("The law orders us to be able to prove that a request was answered."),
        "safety": gettext_lazy("The law on the safety of products orders us to be able to reach buyers."),
        "blocked_archive": gettext_lazy(
            "The law orders us to lock it away for authorities and courts, and to use it for nothing else."
        ),
    },
)
_EUROPE: Final = {"open_contract": "Art. 6(1)(b), 17(1)(a)", "litigation": "Art. 17(3)(e)", "suppression": "Art. 21(3), 17(3)(b)",
                  "shared": "Art. 4(1)", "about_others": "Art. 4(1)"}  # fmt: skip
_CALIFORNIA: Final = {"open_contract": "1798.105(d)(1)", "litigation": "1798.145(a)", "suppression": "1798.105(c)(2)"}
_BASES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = MappingProxyType(
    {
        "eu-gdpr": ("GDPR", _EUROPE),
        "uk-gdpr": ("UK GDPR", _EUROPE),
        "us-ca-ccpa": ("Cal. Civ. Code", _CALIFORNIA),
    },
)
NO_LAW: Final = frozenset({"nothing_keeps", "out_of_scope", "referenced", "by_hand"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in words, and the provision that says so; empty where none is needed."""

    why: str
    law: str


def reason(code: str, laws: Iterable[str] = ()) -> Reason:
    """Return what a ruling's `code` means, in the language that is active; `laws` are the names of the request's laws.

    What stands behind the colon of `litigation:…` and `open_contract:…` is ours: it is never told.
    """
    kind, _colon, rest = code.partition(":")
    if kind == "duty" and rest in DUTIES:
        duty = DUTIES[rest]
        return Reason(str(_PROFILES.get(duty.minimise_profile, _("The law orders us to keep it."))), duty.citation)
    if kind == "decided":
        asked, _colon, duty_id = rest.partition(":")
        return Reason(str(_CODES[kind]), DUTIES[duty_id].citation if asked == "condition" and duty_id in DUTIES else "")
    return Reason(str(_CODES.get(kind, _("The system in which it lies does not let it go."))), _provision(kind, laws))


def _provision(kind: str, laws: Iterable[str]) -> str:
    found = [_BASES[law] for law in laws if law in _BASES]
    return "; ".join(f"{_(name)} {cites[kind]}" for name, cites in found if kind in cites)

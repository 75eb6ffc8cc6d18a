"""On what a request may be refused, or a fee asked for: plain words for common grounds, and those that the laws' own files list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.correspondence import facts
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.vocabulary import FeeKind
from requests_app.rights import RIGHTS
from requests_app.workflow.laws import laws_of, right_of
from requests_app.workflow.models import SubjectRequest

IDENTITY: Final = "not_identified"
# The customer reads these words in the letter; the officer's reason says what they mean here.
_COMMON: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "unfounded": gettext_lazy("The request is manifestly unfounded."),
        "excessive": gettext_lazy("The request is excessive: it follows too soon on an earlier one."),
        "repetitive": gettext_lazy("The request repeats an earlier one that was answered."),
        "rights_of_others": gettext_lazy("The answer would harm the rights of other people."),
        "legal_privilege": gettext_lazy("What you ask for is protected by legal privilege."),
        "legal_claims": gettext_lazy("The data is needed to establish, exercise or defend legal claims."),
        "legal_obligation": gettext_lazy("A law obliges us to keep or to withhold it."),
        "trade_secret": gettext_lazy("The answer would give away a trade secret."),
        "disproportionate_effort": gettext_lazy("The answer would take an effort out of all proportion."),
        IDENTITY: gettext_lazy("We could not make sure that it is you."),
        "not_controller": gettext_lazy("We are not the company that is responsible for this data."),
        "not_covered": gettext_lazy("The law does not give this right in your case."),
    },
)
# Repetition and excess are measured by an earlier request, which must be named.
NEED_AN_EARLIER: Final = frozenset({"excessive", "repetitive"})
FOR_A_FEE: Final = ("unfounded", "excessive", "repetitive")
_OF_A_LAW: Final = "law"


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground that may be chosen: its code, and what the officer reads. `law` is empty for a common one."""

    code: str
    label: str
    law: str = ""


def grounds(dsr: SubjectRequest) -> Iterator[Ground]:
    """Yield the grounds for refusing `dsr`: common ones, then what each of its laws lists.

    Who cannot be asked for proof of identity cannot be refused for the lack of it.
    """
    asks = RIGHTS[dsr.right].asks_facts
    yield from (Ground(code, str(words)) for code, words in _COMMON.items() if asks or code != IDENTITY)
    for name in laws_of(dsr):
        law = REGIMES[name]
        yield from (Ground(f"{_OF_A_LAW}:{name}:{at}", text, law.short) for at, text in enumerate(law.refusal_grounds))


def words(code: str) -> str:
    """Return what the customer reads of a ground; empty where nobody knows it."""
    if code in _COMMON:
        return str(_COMMON[code])
    law, listed = _listed(code)
    return _("An exception that the law makes (%(law)s).") % {"law": law} if listed else ""


def provision(code: str, dsr: SubjectRequest) -> str:
    """Return the provision to begin with for a ground: what the law's file cites for it, else what grants the right."""
    law, listed = _listed(code)
    if listed:
        return f"{law}, {listed.partition(':')[0]}"
    return "; ".join(facts.provision(REGIMES[name], right_of(dsr)) for name in facts.standing(dsr))


def suggested(dsr: SubjectRequest) -> list[str]:
    """Return what the laws of `dsr` cite for their grounds, to choose a provision from."""
    named = [ground for ground in grounds(dsr) if ground.law and ":" in ground.label]
    return list(dict.fromkeys(f"{ground.law}, {ground.label.partition(':')[0]}" for ground in named))


def forbids_a_fee(dsr: SubjectRequest) -> list[str]:
    """Return the names of the laws of `dsr` under which no fee may be asked for at all."""
    laws = [REGIMES[name] for name in facts.standing(dsr)]
    return [law.short for law in laws if law.fees and law.fees.kind == FeeKind.FREE and not law.fees.may_charge]


def _listed(code: str) -> tuple[str, str]:
    """Return a law's short name and the text of the ground that `code` names in its file; empty where there is none."""
    kind, _colon, rest = code.partition(":")
    name, _colon, number = rest.partition(":")
    if kind != _OF_A_LAW or name not in REGIMES or not number.isdecimal():
        return "", ""
    law = REGIMES[name]
    listed = law.refusal_grounds
    return law.short, listed[int(number)] if int(number) < len(listed) else ""

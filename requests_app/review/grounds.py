"""On what grounds something is withheld from an answer: a few words for its place, a sentence for the letter, and its provision."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from requests_app.correspondence import facts
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.base import Regime
from requests_app.workflow.laws import right_of
from requests_app.workflow.models import SubjectRequest

OTHERS: Final = "others"


@dataclass(frozen=True, slots=True)
class Ground:
    """`short` stands where something was withheld, `sentence` in the letter; `words` tell its exception in a law's file."""

    short: Promise
    sentence: Promise
    words: tuple[str, ...]


GROUNDS: Final[Mapping[str, Ground]] = MappingProxyType(
    {
        OTHERS: Ground(
            _("about other people"), _("It is about other people, whose rights the answer must not harm."),
            ("of others", "others' rights", "third-party information", "third party"),
        ),
        "privilege": Ground(
            _("legal privilege"), _("It is protected by legal privilege, as what a lawyer was asked or advised."), ("privilege",),
        ),
        "trade_secret": Ground(
            _("trade secret"), _("It would give away a trade secret."), ("trade secret", "confidential commercial"),
        ),
        "disproportionate": Ground(
            _("effort out of proportion"), _("To take it out of where it lies would be an effort out of all proportion."),
            ("disproportionate",),
        ),
        "security": Ground(
            _("security"), _("It would weaken how we protect people, data or our systems."), ("security",),
        ),
        "legal_claims": Ground(
            _("legal claims"), _("It is needed to establish, exercise or defend legal claims."), ("legal claims",),
        ),
        "investigation": Ground(
            _("an inquiry that is going on"), _("It would harm an inquiry that is going on."), ("investigation", "crime"),
        ),
    }
)  # fmt: skip

WHAT: Final = MappingProxyType(
    {
        "record": ngettext_lazy("%(n)s record", "%(n)s records", "n"),
        "field": ngettext_lazy("%(n)s value", "%(n)s values", "n"),
        "passage": ngettext_lazy("%(n)s passage", "%(n)s passages", "n"),
    }
)
"""What was withheld, and how much of it."""


def marker(ground: str) -> str:
    """Return what stands in the place of what was withheld, in the active language."""
    return str(_("withheld: %(ground)s")) % {"ground": GROUNDS[ground].short}


def provision(ground: str, dsr: SubjectRequest) -> str:
    """Return what the laws of `dsr` cite for the exception; empty where no file names one."""
    named = (_cited(REGIMES[name], GROUNDS[ground].words, dsr) for name in facts.standing(dsr))
    return "; ".join(sorted(filter(None, named)))


def _cited(law: Regime, words: tuple[str, ...], dsr: SubjectRequest) -> str:
    """Return the law's citation: the one for the right that was asked for, where several exceptions are of that kind."""
    listed = [text for text in law.refusal_grounds if any(word in text for word in words)]
    asked = law.cites(right_of(dsr)).partition("(")[0]
    listed.sort(key=lambda text: not text.startswith(asked))
    if not listed:
        return ""
    article, colon, _rest = listed[0].partition(":")
    return f"{law.short}, {article}" if colon else law.short

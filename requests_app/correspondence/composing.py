"""A letter from its template and the passages that the laws of its request want in it.

A passage is one content of a letter: `letters/<language>/says/<code>.txt`. A letter's template puts some of them where they
belong (`{{ says.refusal_reason }}`), and the rest that is needed where `{{ says.rest }}` stands. A passage whose facts are
missing says nothing, and then the letter lacks that content.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from requests_app.brands.models import Brand
from requests_app.brands.statements import stated
from requests_app.brands.wording import passages
from requests_app.correspondence import facts, grounds, kinds
from requests_app.jurisdictions import Code, required
from requests_app.jurisdictions.tables import Letter, content
from requests_app.rights import RIGHTS
from requests_app.workflow.laws import right_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import in_the_stead
from requests_app.workflow.states import way_of

_GAP: Final = re.compile(r"\n{3,}")


class LetterLacks(Exception):
    """A letter does not say all that the laws of its request want of it; `codes` are what it lacks."""

    def __init__(self, kind: str, codes: tuple[Code, ...]) -> None:
        super().__init__(f"{kind}: {', '.join(code.key for code in codes)}")
        self.kind, self.codes = kind, codes


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it would be written, and what it lacks."""

    kind: str
    subject: str
    text: str
    lacks: tuple[Code, ...]

    def whole(self) -> tuple[str, str]:
        """Return subject and text.

        Raises:
            LetterLacks: something is missing.
        """
        if self.lacks:
            raise LetterLacks(self.kind, self.lacks)
        return self.subject, self.text


class Saying:
    """The passages of one letter, rendered where its template asks for them; it knows what was said."""

    def __init__(self, needs: tuple[Code, ...], elsewhere: frozenset[str], language: str, context: Mapping[str, Any]) -> None:
        self._needs, self._elsewhere, self._language, self._context = needs, elsewhere, language, context
        self._said: dict[str, str] = {}

    def __getitem__(self, code: str) -> str:
        """Return the passage on `code`; empty where its facts are missing.

        Raises:
            KeyError: there is no such content.
        """
        if code not in content():
            raise KeyError(code)
        if code not in self._said:
            self._said[code] = self._rendered(code)
        return self._said[code]

    def only(self, codes: Collection[str]) -> "Saying":
        """Return a saying of these contents alone, with nothing said yet."""
        return Saying(tuple(code for code in self._needs if code.key in codes), frozenset(), self._language, self._context)

    @property
    def rest(self) -> str:
        """All that is needed and was not said yet, here or elsewhere."""
        keys = [code.key for code in self._needs if code.key not in self._elsewhere and code.key not in self._said]
        return "\n\n".join(passage for key in keys if (passage := self[key]))

    @property
    def lacks(self) -> tuple[Code, ...]:
        return tuple(code for code in self._needs if code.key not in self._elsewhere and not self._said.get(code.key))

    def _rendered(self, code: str) -> str:
        theirs = next((need.laws for need in self._needs if need.key == code), ())
        laws = [law for law in self._context.get("laws", ()) if not theirs or law.id in theirs]
        names = [f"letters/{language}/says/{code}.txt" for language in (self._language, "en")]
        try:
            return render_to_string(names, {**self._context, "laws": laws}).strip()
        except TemplateDoesNotExist:
            return ""


def drafted(brand: Brand, kind: str, *, language: str, **context: Any) -> Draft:
    """Return a letter in `language` and at the clock of the shop; English where it is not translated."""
    with override(language), timezone.override(ZoneInfo(brand.time_zone)):
        says, context = _prepared(brand, kind, language, context)
        letter = render_to_string([f"letters/{language}/{kind}.txt", f"letters/en/{kind}.txt"], {**context, "says": says})
    subject, _, text = letter.strip().partition("\n")
    return Draft(kind, subject.removeprefix("Subject:").strip(), _GAP.sub("\n\n", text.strip()) + "\n", says.lacks)


def rehearsed(dsr: SubjectRequest, parts: Sequence[Mapping[str, str]]) -> Draft:
    """Return the letter that would answer `dsr` now: whole, or without `parts`. Links, the copy and a reason are invented."""
    invented = {"records": 1, "available_until": timezone.now()}
    links = dict.fromkeys(("follow", "disown", "download"), "…")
    kind = "answered_in_part" if parts else "answered"
    return drafted(dsr.brand, kind, language=dsr.language, dsr=dsr, links=links, bundle=invented, parts=parts, reason="…")


def on_the_page(dsr: SubjectRequest, about: str, **told: Any) -> str:
    """Return what a question about `about` says on the page of `dsr`, in the person's language.

    Raises:
        LetterLacks: what was told is not all that such a question must say.
    """
    with override(dsr.language), timezone.override(ZoneInfo(dsr.brand.time_zone)):
        asked, _context = _prepared(dsr.brand, kinds.QUESTION, dsr.language, {"dsr": dsr, "about": about, **told})
        says = asked.only(kinds.ON_THE_PAGE[about])
        text = says.rest
    if says.lacks:
        raise LetterLacks(kinds.QUESTION, says.lacks)
    return text


def _prepared(brand: Brand, kind: str, language: str, context: Mapping[str, Any]) -> tuple[Saying, dict[str, Any]]:
    dsr: SubjectRequest | None = context.get("dsr")
    words = passages(brand, language, dsr.reference if dsr else "")
    whole = {"brand": brand, "wording": words, **_reader(kind, dsr, context), **context}
    about = str(context.get("about", "")) if kind == kinds.QUESTION else ""
    letter = kinds.letter_of(kind, about)
    if dsr is None or letter is None:
        return Saying((), frozenset(), language, whole), whole
    laws = facts.laws(dsr)
    whole |= {"laws": laws, "authorities": facts.named(laws), "way": way_of(dsr.right)}
    whole["stated"] = {code: stated(brand, code, language) for code in kinds.STATED_IN_THE_COPY}
    denial = context.get("denial")
    if denial and letter in kinds.DENYING:
        rests = {"provision": (denial.provision or "").strip(), "reason": (denial.reason or "").strip(), "earlier": denial.earlier}
        whole |= {"ground": grounds.words(denial.ground), **rests}
    needs = required(facts.standing(dsr), right_of(dsr), letter, on=facts.received_on(dsr))
    elsewhere = kinds.IN_THE_REPLY if whole.get("reply") else _elsewhere(dsr, letter, language, about)
    return Saying(needs, elsewhere, language, whole), whole


def _reader(kind: str, dsr: SubjectRequest | None, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return who reads a letter to a customer that is only looked at: whoever writes one says so."""
    if dsr is None or kind.startswith("officer_") or "for_another" in context:
        return {}
    return {"for_another": in_the_stead(dsr) is not None, "on_paper": dsr.is_by_post}


def _elsewhere(dsr: SubjectRequest, letter: Letter, language: str, about: str) -> frozenset[str]:
    """Return what the person reads beside the letter: on the page of a question, or in the copy that the letter offers."""
    if about:
        return frozenset(kinds.ON_THE_PAGE[about])
    if letter in kinds.WITH_A_COPY and RIGHTS[dsr.right].fulfilment == "bundle":
        return kinds.IN_THE_COPY | {code for code in kinds.STATED_IN_THE_COPY if stated(dsr.brand, code, language)}
    return frozenset()

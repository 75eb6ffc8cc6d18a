"""What becomes of each row: which law and dates follow, or why it is not filed. Asks the database once for many rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Final

from requests_app.arrivals.cases import Case, Frame, Refused, case_of
from requests_app.arrivals.models import Arrival
from requests_app.arrivals.reading import Raw
from requests_app.brands.models import Brand
from requests_app.deadlines.dates import Dates, NoLaw, under
from requests_app.deadlines.limits import Happened
from requests_app.intake.services import index_of, laws_for, rights_of
from requests_app.keys.crypto import keyed_index
from requests_app.rights import RIGHTS
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of

AT_ONCE: Final = 500
Known = dict[tuple[bytes, str], str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One row and what becomes of it. `facts` name nobody: law, dates, whether it is late, the request that is open already."""

    raw: Raw
    case: Case | None = field(default=None, repr=False)
    verdict: str = ""
    column: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def digest_of(brand: Brand, number: str) -> bytes:
    """Return by what a case is known again that came under `number`."""
    return keyed_index("external_reference", f"{brand.slug}\n{number}")


class Judge:
    """Looks at the rows of one file, in their order."""

    def __init__(self, brand: Brand, order: str) -> None:
        self.frame = Frame(brand, order, today_of(brand))
        self._due: dict[tuple[str, str, str, date, bool], Dates] = {}
        self._numbers: set[bytes] = set()
        self._people: set[tuple[bytes, str]] = set()

    def all(self, rows: Iterator[Raw]) -> Iterator[Judged]:
        """Yield what becomes of every row."""
        while some := list(islice(rows, AT_ONCE)):
            read = [(raw, self._read(raw)) for raw in some]
            cases = [found for _raw, found in read if isinstance(found, Case)]
            numbers, known = self._known(cases)
            for raw, found in read:
                yield found if isinstance(found, Judged) else self._judged(raw, found, numbers, known)

    def one(self, raw: Raw) -> Judged:
        """Return what becomes of a row as things are at this moment."""
        return next(self.all(iter([raw])))

    def _read(self, raw: Raw) -> Case | Judged:
        if raw.fault:
            return Judged(raw, verdict=raw.fault)
        try:
            return case_of(raw.cells, self.frame)
        except Refused as no:
            return Judged(raw, verdict=no.code, column=no.column)

    def _known(self, cases: Sequence[Case]) -> tuple[set[bytes], Known]:
        """Return which of the cases came before, and which open requests their people have."""
        brand = self.frame.brand
        digests = [digest_of(brand, case.number) for case in cases]
        came = Arrival.objects.filter(brand=brand, digest__in=digests).values_list("digest", flat=True)
        indexes = {index_of(case.application) for case in cases}
        of_them = SubjectRequest.objects.open().filter(brand=brand, email_index__in=indexes)
        found = of_them.order_by("received_at").values_list("email_index", "right", "reference")
        return {bytes(one) for one in came}, {(bytes(index), right): reference for index, right, reference in found}

    def _judged(self, raw: Raw, case: Case, numbers: set[bytes], known: Known) -> Judged:
        digest, person = digest_of(self.frame.brand, case.number), (index_of(case.application), case.application.right)
        if digest in numbers:
            return Judged(raw, case, "came_before", "external_reference")
        if digest in self._numbers:
            return Judged(raw, case, "number_twice", "external_reference")
        if person in known:
            return Judged(raw, case, "open_already", facts={"reference": known[person]})
        if person in self._people:
            return Judged(raw, case, "person_twice")
        try:
            facts = self._facts(case)
        except Refused as no:
            return Judged(raw, case, no.code, no.column)
        self._numbers.add(digest)
        self._people.add(person)
        return Judged(raw, case, facts=facts)

    def _facts(self, case: Case) -> dict[str, Any]:
        plain, told = self._dates(case, longer=False), case.application
        legal, safe = plain.legal_on, plain.safe_on
        if case.until is not None:
            if case.until <= legal:
                raise Refused("extended_until", "not_longer")
            longer = self._dates(case, longer=True)
            legal, safe = min(longer.legal_on, case.until), min(longer.safe_on, case.until)
        return {
            "right": told.right, "received": str(case.received_on), "law": plain.regime, "legal": str(legal), "safe": str(safe),
            "late": legal < self.frame.today, "proven": bool(case.proof_note) or not RIGHTS[told.right].needs_proof,
            "cut": case.until is not None and legal < case.until, "by_post": not told.email,
            "language": self.frame.brand.language_for(told.language),
        }  # fmt: skip

    def _dates(self, case: Case, *, longer: bool) -> Dates:
        told = case.application
        key = (told.right, told.residence, case.law, case.received_on, longer)
        if key not in self._due:
            self._due[key] = self._dates_anew(case, longer=longer)
        return self._due[key]

    def _dates_anew(self, case: Case, *, longer: bool) -> Dates:
        brand, told = self.frame.brand, case.application
        choice = laws_for(brand, told.residence, today=case.received_on)
        if RIGHTS[told.right] not in rights_of(brand, choice):
            raise Refused("right", "not_offered")
        laws = (case.law,) if case.law else choice.names or (brand.regime,)
        try:
            return under(laws, right=told.right, brand=brand, happened=Happened(start=case.received_on), extended=longer)
        except NoLaw:
            raise Refused("law", "no_term") from None

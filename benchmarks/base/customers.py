"""What people do while the crew works: file, open the letter, confirm. It stands in for the web, at the level of services."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Final
from uuid import UUID

from django.db import transaction

from benchmarks.base.shop import POSTCODE
from requests_app.brands.models import Brand
from requests_app.correspondence.models import Letter, LetterState
from requests_app.intake.services import Application, open_request
from requests_app.ledger.models import Step, StepState
from requests_app.values import CUSTOMER
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

IN_FLIGHT: Final = 60
LOOK_DELAY: Final = 0.05  # seconds between two looks at what happened
TOKEN: Final = re.compile(r"/letter/([\w-]+)")
PATIENCE: Final = 120.0  # seconds without any request being answered


@dataclass(slots=True)
class Customers:
    """People of `emails` who file with `brand`; `run` returns when all of them are answered."""

    brand: Brand
    emails: Sequence[str]
    claims: dict[UUID, str] = field(default_factory=dict)
    open: set[UUID] = field(default_factory=set)

    def run(self) -> float:
        """Return the seconds from the first filing to the last answer, with every letter sent."""
        began = heard_at = monotonic()
        waiting = iter(self.emails)
        self._file(waiting, IN_FLIGHT)
        while self.open or self._unsent():
            self._confirm()
            if answered := self._answered():
                heard_at = monotonic()
                self._file(waiting, answered)
            elif monotonic() - heard_at > PATIENCE:
                raise RuntimeError(f"requests are not answered: {self._standing()}")
            else:
                sleep(LOOK_DELAY)
        return monotonic() - began

    def _file(self, waiting: Iterator[str], count: int) -> None:
        for _, email in zip(range(count), waiting, strict=False):
            application = Application("access", email, "A Person", "en", {"postcode": POSTCODE})
            with transaction.atomic():
                dsr = open_request(self.brand, application, by=CUSTOMER)
                self.claims[dsr.pk] = verification.begin(dsr).claim
            self.open.add(dsr.pk)

    def _confirm(self) -> None:
        letters = Letter.objects.filter(dsr__in=self.claims, kind="confirm_address", state=LetterState.SENT)
        for letter in letters.select_related("dsr"):
            found = TOKEN.search(letter.text or "")
            if found is None:
                raise RuntimeError("a letter without a link")
            verification.confirm(verification.opened(found[1]), claim=self.claims.pop(letter.dsr_id))

    def _answered(self) -> int:
        done = set(SubjectRequest.objects.filter(pk__in=self.open, state=State.ANSWERED).values_list("pk", flat=True))
        self.open -= done
        return len(done)

    def _standing(self) -> str:
        """Say where those that wait are, and what work waits with them."""
        states = Counter(SubjectRequest.objects.filter(pk__in=self.open).values_list("state", flat=True))
        steps = Counter(Step.objects.filter(dsr__in=self.open).exclude(state=StepState.DONE).values_list("kind", "state", "error"))
        return f"{dict(states)}, {dict(steps)}"

    def _unsent(self) -> bool:
        return Letter.objects.filter(dsr__brand=self.brand, state=LetterState.WAITING).exists()

"""What people do while processes die: they file, confirm, approve. It stands in for the web, which never waits for a worker."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from requests_app.collection.models import PullState
from requests_app.erasure import services as erasure
from requests_app.erasure.approving import NotReady, NotYours, PlanStale
from requests_app.holds import services as holds
from requests_app.holds.models import Reach
from requests_app.holds.services import Asked
from requests_app.officers.models import Officer
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, StaleState, advance
from requests_app.workflow.states import OPEN, State
from tests.faults import simulators
from tests.faults.invariants import Dates, Seen, promised
from tests.filing import Filed, file
from tests.mail import Post
from tests.small_shop import SmallShop


@dataclass(slots=True)
class People:
    """Those who ask, and two officers. `filed`: by the number of the person."""

    shop: SmallShop
    post: Post
    officers: tuple[Officer, Officer]
    filed: dict[int, Filed] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    dates: dict[UUID, Dates] = field(default_factory=dict)
    whose: dict[int, UUID] = field(default_factory=dict)  # every erasure there ever was, by person

    def ask(self, number: int, right: str) -> None:
        one = file(self.shop.brand, right=right, email=simulators.address(number))
        self.filed[number] = one
        self.dates |= promised(one.dsr)
        if right == "erasure":
            self.whose[number] = one.dsr.pk

    def hold(self, number: int) -> None:
        """Let everything about person `number` be held, for a dispute."""
        review = date.today() + timedelta(days=200)  # noqa: DTZ011  # any day far from now
        asked = Asked(f"matter {number}", "a dispute", Reach.PERSONS, review, [simulators.address(number)])
        holds.place(self.shop.brand, asked, by=self.officers[0])
        self.held.add(number)

    def go_on(self) -> int:
        """Do what waits for a person; return how many requests are open."""
        for one in self.filed.values():
            with suppress(StaleState, NotReady, NotYours, PlanStale, verification.NoSuchLink):
                self._act(one)
        return SubjectRequest.objects.filter(state__in=OPEN).count()

    def _act(self, one: Filed) -> None:
        dsr = one.now
        if dsr.stage == State.VERIFYING:
            letters = [letter for letter in self.post.to(dsr.email) if letter.tokens]
            if letters and verification.waits_for_answer(dsr):
                verification.confirm(verification.opened(letters[-1].tokens[0]), claim=one.secrets.claim)
        elif dsr.stage == State.REVIEWING and dsr.right == "erasure":
            for officer in self.officers:
                if not dsr.approvals.filter(round=erasure.round_of(dsr), officer=officer).exists():
                    erasure.approve(one.now, by=officer, digest=erasure.plan_digest(one.now))
        elif dsr.stage == State.REVIEWING:
            whole = not dsr.pulls.exclude(state=PullState.DONE).exists()
            advance(dsr, Move.APPROVE if whole else Move.SEARCH_AGAIN, by=self.officers[0].actor)

    def seen(self, said: Iterable[str] = ()) -> Seen:
        """Return what the systems and the mail know of it all."""
        erased = {number: one for number, one in self.filed.items() if one.dsr.right == "erasure"}
        theirs = {one.dsr.pk: simulators.records(number) for number, one in erased.items() if number not in self.held}
        mine = {number: simulators.records(number) for number in self.held}
        return Seen(
            filed={one.dsr.pk: self.dates[one.dsr.pk] for one in self.filed.values()},
            deeds=simulators.deeds(self.shop, self.whose),
            theirs=theirs, there=simulators.there(self.shop), held=frozenset().union(*mine.values()), mail=tuple(self.post.taken),
            said=tuple(said), canaries=frozenset(simulators.address(number) for number in self.filed),
        )  # fmt: skip

    def forget(self) -> None:
        """Begin with others: what came before was looked at. What is done to its records later is still seen."""
        self.filed.clear()
        self.dates.clear()
        self.held.clear()
        self.post.taken.clear()

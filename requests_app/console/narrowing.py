"""What narrows the queue: codes that may stand in an address or be kept as a view, never anything about a person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q

from requests_app.console.desk import Desk
from requests_app.console.flags import ARE_ASKED, ARE_HALTED, FLAGS, HAVE_PAPERS
from requests_app.console.words import HALTING
from requests_app.officers.models import Officer
from requests_app.workflow.states import State, Waiting, waiting_for

ME: Final = "me"
NOBODY: Final = "nobody"
WITHIN: Final = ("0", "2", "7", "14", "30")  # days; 0: late already
_OFFICERS: Final = [state for state in State if waiting_for(state) == Waiting.OFFICER]
_CUSTOMERS: Final = [state for state in State if waiting_for(state) == Waiting.CUSTOMER]
# Whose address is proven, and where an officer has the next move; or papers that an officer must look at, proven or not.
YOURS: Final = Q(state__in=_OFFICERS) | (Q(state__in=HALTING) & ARE_HALTED)
TO_DECIDE: Final = Q(verified_at__isnull=False) & YOURS | HAVE_PAPERS


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Empty: everything. `who`: `me`, `nobody`, or an officer's number; `within`: days to the safe date; `safe`, `legal`: a day."""

    brand: str = ""
    right: str = ""
    law: str = ""
    state: str = ""
    mover: str = ""
    flag: str = ""
    who: str = ""
    within: str = ""
    safe: str = ""
    legal: str = ""

    def __bool__(self) -> bool:
        return bool(self.told)

    @property
    def told(self) -> dict[str, str]:
        """What is narrowed by, and nothing else: as an address or a kept view says it."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.told)

    def condition(self, desk: Desk, today: date) -> Q:
        """Return the condition on requests, for whoever sits at `desk` on the day `today`."""
        shop = next((shop.pk for shop in desk.shops if shop.slug == self.brand), None)
        named = {"brand": shop, "right": self.right, "regime": self.law, "state": self.state}
        days = {"due_safe_on": _day(self.safe), "due_legal_on": _day(self.legal)}
        found = Q(**{field: value for field, value in (named | days).items() if value})
        if self.flag in FLAGS:
            found &= Q(FLAGS[self.flag].when)
        return found & _moved_by(self.mover) & _worked_by(self.who, desk.officer) & _due(self.within, today)


def read(told: Mapping[str, object]) -> Narrowing:
    """Return what `told` narrows by; what it does not understand it leaves out."""
    known = {name: str(told[name]) for name in Narrowing.__slots__ if told.get(name)}
    return Narrowing(**known)


def _moved_by(mover: str) -> Q:
    mine, theirs = TO_DECIDE & ~ARE_ASKED, Q(state__in=_CUSTOMERS) | ARE_ASKED
    known = {Waiting.OFFICER: mine, Waiting.CUSTOMER: theirs & ~HAVE_PAPERS, Waiting.SYSTEMS: ~mine & ~theirs}
    return {key.value: condition for key, condition in known.items()}.get(mover, Q())


def _worked_by(who: str, officer: Officer) -> Q:
    if who == NOBODY:
        return Q(assignee=None)
    if who == ME:
        return Q(assignee=officer.pk)
    return Q(assignee=int(who)) if who else Q()


def _due(within: str, today: date) -> Q:
    if not within:
        return Q()
    return Q(due_legal_on__lt=today) if within == "0" else Q(due_safe_on__lte=today + timedelta(days=int(within)))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None

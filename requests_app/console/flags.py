"""What hinders an open request or wants a look: each flag a condition of the database, by which rows are told and narrowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.db.models import BooleanField, Case, CharField, Exists, F, Field, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.changes.models import Entry
from requests_app.collection.models import Pull, PullState
from requests_app.correspondence.models import Letter, LetterState, Message
from requests_app.correspondence.posting import LATE_AFTER
from requests_app.deadlines.models import Pause
from requests_app.erasure.models import Plan
from requests_app.holds.models import Hold, Reach
from requests_app.ledger.models import Step, StepState
from requests_app.matching.models import Match, MatchState
from requests_app.values import CUSTOMER_KIND, Side
from requests_app.verification.asides import Aside
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Party


class _JsonPath(Field):  # type: ignore[type-arg]  # Django's own class takes none when it runs
    def db_type(self, connection: Any) -> str:  # noqa: ARG002  # Django's signature
        return "jsonpath"


_MINE: Final[Mapping[str, Any]] = MappingProxyType({"dsr": OuterRef("pk")})
_TOLD_ELSEWHERE: Final = ("matching.ask", "collection.pull", "correspondence.send")  # they show at the system or the letter


def _exists_in(field: str, path: str) -> Func:
    return Func(F(field), Cast(Value(path), _JsonPath()), function="jsonb_path_exists", output_field=BooleanField())


SIDE: Final = Case(When(person_kind=CUSTOMER_KIND, then=Value(Side.CUSTOMERS)), default=Value(Side.STAFF), output_field=CharField())
# An erasure or a change in which a system cannot go on, or waits for a person's hands. Each of these three is asked of the few
# requests of a page one by one (EXISTS), and of all that are counted at once (IN: the few that wait are read first).
_HALTED: Final = Exists(Plan.objects.halting().filter(**_MINE)) | Exists(Entry.objects.for_an_officer().filter(**_MINE))
_PAPERS: Final = Exists(Party.objects.to_check().filter(**_MINE))
ASKED: Final = Exists(Pause.objects.filter(**_MINE, ended_at=None))
ARE_HALTED: Final = Q(pk__in=Plan.objects.halting().values("dsr")) | Q(pk__in=Entry.objects.for_an_officer().values("dsr"))
HAVE_PAPERS: Final = Q(pk__in=Party.objects.to_check().values("dsr"))
ARE_ASKED: Final = Q(pk__in=Pause.objects.filter(ended_at=None).values("dsr"))

_FAILING: Final = Exists(Pull.objects.filter(**_MINE, state=PullState.FAILED)) | Exists(
    Match.objects.filter(**_MINE, state=MatchState.FAILED)
)
_TWICE: Final = Exists(
    SubjectRequest.objects.open()
    .filter(email_index=OuterRef("email_index"), brand=OuterRef("brand"), right=OuterRef("right"))
    .filter(person_kind=OuterRef("person_kind"))  # what lies over the wall is nobody's duplicate here
    .exclude(pk=OuterRef("pk"))
)
_LAST_SAID: Final = Message.objects.filter(**_MINE).order_by("-written_at").values("from_customer")[:1]
# The law of the place is known at second hand only, or there is none and the shop's own was taken.
_PLACE: Final = _exists_in("law_reason", "$.low_confidence[*]") | _exists_in(
    "law_reason", '$.chosen.* ? (@ == "nothing_at_residence")'
)
_DIGEST: Final = Func(OuterRef("email_index"), Value("hex"), function="encode", output_field=CharField())
# A hold that names the person, or the whole shop. One of the other side of the wall is not told of.
_HELD: Final = Exists(
    Hold.objects.standing()
    .filter(brand=OuterRef("brand"))
    .alias(
        named=Func(F("targets"), _DIGEST, function="jsonb_exists", output_field=BooleanField()),
        is_staff=Case(When(Exact(OuterRef("person_kind"), Value(CUSTOMER_KIND)), then=Value(False)), default=Value(True)),
    )
    .filter(Q(reach=Reach.BRAND) | Q(reach=Reach.PERSONS, named=True))
    .filter(Q(side=Side.CUSTOMERS, is_staff=False) | Q(side=Side.STAFF, is_staff=True))
)


@dataclass(frozen=True, slots=True)
class Flag:
    """What a row says, and the condition under which it does."""

    said: Promise
    when: Any


# The order is the one in which a row shows them.
FLAGS: Final[Mapping[str, Flag]] = MappingProxyType(
    {
        "failing": Flag(_("source failing"), _FAILING),
        "mismatch": Flag(_("possible mismatch"), Exists(Match.objects.filter(**_MINE, state=MatchState.DOUBTFUL))),
        "halted": Flag(_("system to settle"), _HALTED),
        "papers": Flag(_("papers to check"), _PAPERS),
        "message": Flag(_("new message"), Coalesce(Subquery(_LAST_SAID), Value(False))),
        "unsent": Flag(_("letter not sent"), Exists(Letter.objects.filter(**_MINE, state=LetterState.FAILED, officer=None))),
        "unposted": Flag(_("letter not posted"), Exists(Letter.objects.unposted_since(LATE_AFTER).filter(**_MINE))),
        "twice": Flag(_("asked twice"), _TWICE),
        "place": Flag(_("law of the place to check"), _PLACE),
        "held": Flag(_("hold"), _HELD),
        "stuck": Flag(_("stuck"), Exists(Step.objects.filter(**_MINE, state=StepState.DEAD).exclude(kind__in=_TOLD_ELSEWHERE))),
        "aside": Flag(_("being closed as spam"), Exists(Aside.objects.standing().filter(**_MINE))),
    },
)

"""Withholding and taking back, proposals, staleness, forgetting."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from requests_app.audit.models import AuditEvent
from requests_app.collection.models import Part, Pull
from requests_app.ledger.claims import Claim
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.review import looking, proposals, services
from requests_app.review.models import Answer, Extent, Flag, Proposal, Ruling, Scan, ScanState
from requests_app.review.services import Decided, Hinders, NoSuchPlace, NotReviewed, Spot
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, searched
from tests.making import a_dsr, a_source
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
CANARY = "canary-note"
LINE = {"id": 1, "delivery_note": f"for Mr Bob Marley, bob@other.example {CANARY}"}
DUPONT = {"id": 2, "delivery_note": "Mme Dupont, ring at 06 98 76 54 32"}


@pytest.fixture
def source() -> Source:
    return a_source("orders")


@pytest.fixture
def ada() -> Officer:
    return an_officer()


@pytest.fixture
def dsr(source: Source) -> SubjectRequest:
    dsr = a_dsr(State.REVIEWING)
    collected(dsr, source, [LINE, DUPONT, {"id": 3, "delivery_note": None}])
    return dsr


def collected(dsr: SubjectRequest, source: Source, records: Sequence[dict[str, Any]]) -> None:
    """Let the system have answered, and the records be looked through."""
    Part.objects.filter(pull__dsr=dsr, pull__source=source).delete()
    Pull.objects.filter(dsr=dsr, source=source).delete()
    searched(dsr, source, {"addresses": records})
    services.begin(dsr)
    run_all_due("review.scan")


def part() -> Part:
    return Part.objects.select_related("file", "pull__source").get(form="json")


def passage(start: int = 4, end: int = 17) -> Spot:
    return Spot(part(), Extent.PASSAGE, 0, "delivery_note", (start, end))


def withhold(dsr: SubjectRequest, spot: Spot, by: Officer) -> Ruling:
    return services.withhold(dsr, spot, ground="others", note=CANARY, by=by)


def proposed(kind: str) -> Proposal:
    return Proposal.objects.select_related("dsr", "flag__dsr", "flag__part__pull__source", "flag__part__file").get(flag__kind=kind)


def test_each_record_is_looked_at_once_and_what_is_found_is_counted_by_field_and_kind(dsr: SubjectRequest) -> None:
    assert dict(Flag.objects.values_list("kind", "found")) == {"both": 2, "name": 2, "email": 1, "phone": 1}
    assert (Scan.objects.get().records, Scan.objects.get().state) == (3, ScanState.DONE)


def test_a_pass_that_is_kept_twice_counts_once(dsr: SubjectRequest, source: Source) -> None:
    scan = Scan.objects.select_related("part__file", "part__pull__source", "dsr__brand").get()
    Scan.objects.update(state=ScanState.WAITING, records=0)
    Flag.objects.all().delete()
    scan.refresh_from_db()
    looked = looking.look(scan, Claim(Step.objects.filter(kind="review.scan").latest("pk"), 1))

    looking.keep(looked)
    looking.keep(looked)

    assert Flag.objects.get(kind="name").found == Proposal.objects.filter(flag__kind="name").count() == 2


def test_proposals_of_a_kind_are_limited_and_the_rest_is_counted(
    dsr: SubjectRequest, source: Source, monkeypatch: pytest.MonkeyPatch, ada: Officer,
) -> None:  # fmt: skip
    monkeypatch.setattr(looking, "KEPT", 3)
    collected(dsr, source, [{"id": number, "delivery_note": f"x{number}@other.example"} for number in range(8)])

    flag = Flag.objects.select_related("dsr", "part__pull__source", "part__file").get(kind="email")
    assert (flag.found, flag.kept, flag.proposals.count()) == (8, 3, 3)
    assert proposals.accept_all(flag, by=ada).extent == Extent.KIND
    assert Ruling.objects.get().records == 8


def test_approval_waits_for_every_flag_and_for_the_looking_through(dsr: SubjectRequest, ada: Officer) -> None:
    Scan.objects.update(state=ScanState.WAITING)
    with pytest.raises(NotReviewed) as caught:
        services.approve(dsr, by=ada)
    assert caught.value.why == (Hinders.SCANNING, Hinders.UNSEEN)

    Scan.objects.update(state=ScanState.DONE)
    proposals.looked_at(dsr, [flag.pk for flag in Flag.objects.all()], by=ada)
    services.approve(dsr, by=ada)
    assert SubjectRequest.objects.get().stage == State.FULFILLING


def test_with_the_last_proposal_its_flag_is_looked_at(dsr: SubjectRequest, ada: Officer) -> None:
    proposals.accept(proposed("email"), by=ada)
    proposals.dismiss(proposed("phone"), by=ada)

    assert set(Flag.objects.filter(seen_at=None).values_list("kind", flat=True)) == {"both", "name"}
    assert Ruling.objects.get().extent == Extent.PASSAGE


def test_a_field_withheld_everywhere_leaves_nothing_to_look_at(dsr: SubjectRequest, ada: Officer) -> None:
    ruling = withhold(dsr, Spot(part(), Extent.COLUMN, None, "delivery_note"), ada)
    assert services.standing(dsr).hinders == ()

    services.undo(ruling, by=ada)
    assert services.standing(dsr).hinders == (Hinders.UNSEEN,)


def test_who_decides_second_is_told_who_was_first(dsr: SubjectRequest, ada: Officer) -> None:
    bob, one = an_officer("bob@desk.example"), proposed("email")
    proposals.accept(one, by=ada)

    with pytest.raises(Decided) as caught:
        proposals.dismiss(one, by=bob)
    assert caught.value.by == ada
    withhold(dsr, passage(), ada)
    with pytest.raises(Decided):
        withhold(dsr, passage(), bob)


def test_taking_back_opens_the_proposal_again(dsr: SubjectRequest, ada: Officer) -> None:
    ruling = proposals.accept(proposed("email"), by=ada)
    assert ruling is not None

    services.undo(ruling, by=ada)

    assert proposed("email").answer == Answer.OPEN
    assert Flag.objects.get(kind="email").seen_at is None
    with pytest.raises(Decided):
        services.undo(ruling, by=ada)


@pytest.mark.parametrize(
    "spot",
    [
        {"extent": Extent.RECORD, "number": 3}, {"extent": Extent.FIELD, "number": 0, "field": "gone"},
        {"extent": Extent.PASSAGE, "number": 0, "field": "delivery_note", "span": (0, 9999)},
        {"extent": Extent.PASSAGE, "number": 2, "field": "delivery_note", "span": (0, 1)},
        {"extent": Extent.COLUMN, "field": "gone"},
    ],
)  # fmt: skip
def test_what_is_not_there_cannot_be_withheld(dsr: SubjectRequest, ada: Officer, spot: dict[str, Any]) -> None:
    with pytest.raises(NoSuchPlace):
        withhold(dsr, Spot(part(), **spot), ada)


def test_a_ruling_is_stale_once_its_text_has_changed_and_stands_again_when_confirmed(
    dsr: SubjectRequest, source: Source, ada: Officer,
) -> None:  # fmt: skip
    withhold(dsr, passage(), ada)
    withhold(dsr, Spot(part(), Extent.FIELD, 1, "delivery_note"), ada)
    changed = LINE | {"delivery_note": "now about Mr Carl Cousin"}
    collected(dsr, source, [DUPONT, changed])

    stale = Ruling.objects.get(stale=True)
    assert (stale.extent, Hinders.STALE in services.standing(dsr).hinders) == (Extent.PASSAGE, True)
    services.confirm(stale, by=ada)
    stale.refresh_from_db()
    assert (stale.stale, stale.extent, stale.number) == (False, Extent.FIELD, 1)


def test_a_ruling_on_a_record_that_is_gone_is_stale_and_can_only_be_taken_back(
    dsr: SubjectRequest, source: Source, ada: Officer,
) -> None:  # fmt: skip
    ruling = withhold(dsr, passage(), ada)
    collected(dsr, source, [{"id": 9, "delivery_note": "other"}])

    ruling.refresh_from_db()
    assert ruling.stale
    with pytest.raises(NoSuchPlace):
        services.confirm(ruling, by=ada)
    services.undo(ruling, by=ada)
    assert Hinders.STALE not in services.standing(dsr).hinders


def test_when_a_whole_collection_is_gone_its_rulings_are_stale(dsr: SubjectRequest, ada: Officer) -> None:
    ruling = withhold(dsr, passage(), ada)
    Part.objects.all().delete()

    services.begin(dsr)

    ruling.refresh_from_db()
    assert ruling.stale


def test_what_cannot_be_looked_through_hinders_and_can_be_tried_again(dsr: SubjectRequest, ada: Officer) -> None:
    Scan.objects.update(state=ScanState.FAILED)
    assert Hinders.NOT_SCANNED in services.standing(dsr).hinders

    services.look_again(dsr, by=ada)

    assert Step.objects.filter(kind="review.scan").count() == 2
    assert run_all_due("review.scan")


def test_nothing_of_what_was_withheld_lies_in_clear(dsr: SubjectRequest, ada: Officer) -> None:
    withhold(dsr, passage(), ada)
    proposals.accept(proposed("email"), by=ada)

    with connection.cursor() as cursor:
        for table in ("ruling", "proposal", "flag", "auditevent"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM requests_app_{table} t")
            (rows,) = cursor.fetchone()
            for canary in (CANARY, "Bob", "bob@other", CANARY.encode().hex()):
                assert canary not in rows, table
    assert AuditEvent.objects.filter(action="review.withheld").count() == 2


def test_what_is_forgotten_keeps_grounds_and_numbers_alone(dsr: SubjectRequest, ada: Officer) -> None:
    withhold(dsr, passage(), ada)

    services.forget([dsr.pk])

    ruling = Ruling.objects.get()
    assert (ruling.ground, ruling.note, ruling.place, ruling.record, ruling.seen) == ("others", None, None, None, None)
    assert not Scan.objects.exists()


def test_no_answer_without_values_is_looked_through() -> None:
    dsr = a_dsr(State.REVIEWING, right="categories")
    searched(dsr, a_source(), {"addresses": [LINE]})

    services.begin(dsr)

    assert not Scan.objects.exists()

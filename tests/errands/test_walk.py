"""From the search to the pull: a person is asked, answers by link and figures, and the answer is one like any system's."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from requests_app.audit.models import AuditEvent
from requests_app.collection.models import Part, Pull, PullState
from requests_app.collection.services import page
from requests_app.errands.models import Errand, ErrandState, Outcome, Record
from requests_app.matching import services as matching
from requests_app.matching.models import Match, MatchState
from requests_app.values import CUSTOMER
from requests_app.vault import services as vault
from requests_app.vault.models import Upload
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.errands.office import KEEPER, PDF, Office
from tests.making import ADDRESS, a_dsr
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


def asked(**fields: object) -> SubjectRequest:
    """Return a request for whose data a person is asked."""
    dsr = a_dsr(State.MATCHING, **fields)
    matching.start(dsr)
    run_all_due()
    return dsr


def now(dsr: SubjectRequest) -> State:
    return SubjectRequest.objects.get(pk=dsr.pk).stage


def test_a_system_of_people_has_nobody_to_choose_and_its_keeper_is_asked(office: Office) -> None:
    dsr = asked()

    assert Match.objects.get(dsr=dsr).state == MatchState.BY_PEOPLE
    assert now(dsr) == State.COLLECTING
    assert (office.errand.keeper, office.errand.state) == (office.keeper, ErrandState.OPEN)
    assert office.errand.due_on <= dsr.due_safe_on  # type: ignore[operator]


def test_the_letter_says_that_there_is_a_task_and_never_whom_it_concerns(office: Office) -> None:
    dsr = asked()
    (letter,) = office.post.to(KEEPER)

    raw = letter.raw.decode()
    assert "Paper archive" in letter.text
    assert all(told not in raw for told in (ADDRESS, "Ada", dsr.reference))


def test_what_was_typed_and_sent_lies_among_the_answers_like_any_systems(office: Office) -> None:
    dsr = asked()
    office.come_in()
    shown = office.client.get(office.page).content.decode()
    assert ADDRESS in shown
    assert "Ada Example" in shown

    office.types("notes", number="7", text="=cmd: a loyal customer")
    office.does("send", collection="letters", **{"file-letters-upload": SimpleUploadedFile("old.pdf", PDF)})
    assert "Thank you" in office.does("found").content.decode()
    run_all_due()

    pull = Pull.objects.get(dsr=dsr)
    assert (pull.state, pull.records) == (PullState.DONE, 2)
    notes = Part.objects.get(pull=pull, collection="notes", form="json")
    assert page(notes, 0, 10) == [{"number": "7", "text": "=cmd: a loyal customer"}]
    with vault.reading(Part.objects.get(pull=pull, collection="notes", form="csv").file) as reader:
        assert b"".join(reader.plain()) == b'"7","\'=cmd: a loyal customer"\n'
    scan = Part.objects.get(pull=pull, form="file")
    with vault.reading(scan.file) as reader:
        assert b"".join(reader.plain()) == PDF
    assert (scan.name, scan.media_type, scan.field) == ("old.pdf", "application/pdf", "scan")
    assert now(dsr) == State.REVIEWING
    assert not Record.objects.exists()
    assert not Upload.objects.exists()


def test_nothing_there_is_an_answer_and_a_ground_is_for_the_officers(office: Office) -> None:
    first, second = asked(), asked(email="eve@example.com")
    ours = {one.dsr_id: one for one in Errand.objects.all()}
    office.come_in()
    links = [office.client.post(f"{office.home}{ours[second.pk].pk}/", {"deed": "cannot", "ground": "The cellar is under water"})]

    assert links[0].status_code == 200
    run_all_due()
    pull = Pull.objects.get(dsr=second)
    assert (pull.state, pull.fault) == (PullState.FAILED, "cannot")
    assert Errand.objects.get(dsr=second).ground == "The cellar is under water"
    assert now(first) == State.COLLECTING


def test_every_answer_is_on_record_without_a_word_of_it(office: Office) -> None:
    dsr = asked()
    office.come_in()
    office.client.get(office.page)
    office.types("notes", number="7", text="secretly loyal")
    office.does("found")

    found = list(AuditEvent.objects.filter(dsr_id=dsr.pk, action__startswith="errand.").order_by("pk"))
    assert [one.action for one in found] == ["errand.asked", "errand.seen", "errand.answered"]
    assert found[-1].actor_name == f"keeper:{office.keeper.pk}"
    assert "loyal" not in json.dumps([one.facts for one in found])


def test_without_a_keeper_the_system_fails_by_its_name_and_the_officer_reads_why(office: Office) -> None:
    office.source.keepers.all().delete()
    dsr = asked()

    pull = Pull.objects.get(dsr=dsr)
    assert (pull.state, pull.fault) == (PullState.FAILED, "no_keeper")
    assert now(dsr) == State.REVIEWING


def test_an_answer_to_a_request_that_ended_is_not_kept(office: Office) -> None:
    dsr = asked()
    office.come_in()
    office.types("notes", number="7", text="late")
    advance(SubjectRequest.objects.get(pk=dsr.pk), Move.WITHDRAW, by=CUSTOMER)

    late = office.does("found")

    assert late.status_code == 409
    assert Errand.objects.get().state == ErrandState.OPEN
    assert not Part.objects.exists()


def test_asked_again_after_a_ground_there_is_a_new_task(office: Office) -> None:
    dsr = asked()
    office.come_in()
    office.does("cannot", ground="Not today")
    run_all_due()

    advance(SubjectRequest.objects.get(pk=dsr.pk), Move.SEARCH_AGAIN, by=CUSTOMER)
    run_all_due()

    assert [one.outcome for one in Errand.objects.order_by("asked_at")] == [Outcome.CANNOT, ""]

"""A link shows nothing by itself; six figures of the keeper's own mailbox do, and then no more than that keeper's tasks."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client

from requests_app.collection.models import Part, Pull
from requests_app.errands import doors, services
from requests_app.errands.models import Door, Errand, ErrandState, Keeper, Outcome, Record
from requests_app.vault.models import Upload
from tests.errands.office import KEEPER, PDF, Office
from tests.errands.test_walk import asked
from tests.making import ADDRESS, a_source, an_officer
from tests.racing import at_once
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_program_that_opens_the_link_sees_nobody_and_changes_nothing(office: Office) -> None:
    asked()
    shown = office.client.get(office.link(), follow=True).content.decode()

    assert ADDRESS not in shown
    assert office.client.get(office.home).status_code == 410
    assert not Errand.objects.exclude(state=ErrandState.OPEN).exists()
    assert len(office.post.to(KEEPER)) == 1


def test_only_digests_of_link_and_figures_are_kept(office: Office) -> None:
    asked()
    office.come_in()
    (door,) = Door.objects.all()

    token = office.link().rstrip("/").rpartition("/")[2]
    assert token.encode() not in bytes(door.digest)
    assert office.figures().encode() not in bytes(door.code_digest)


def test_wrong_figures_are_counted_and_after_five_the_right_ones_hold_no_longer(office: Office) -> None:
    asked()
    office.client.get(office.link())
    office.client.post(f"{office.home}open/")
    run_all_due("errands.code")
    right = office.figures()
    wrong = f"{(int(right) + 1) % 10**6:06}"

    said = [office.client.post(f"{office.home}open/", {"code": wrong}).content.decode() for _ in range(5)]

    assert "4 more tries" in said[0]
    assert "Have new ones sent" in said[4]
    assert office.client.post(f"{office.home}open/", {"code": right}).status_code == 422
    assert office.client.get(office.home).status_code == 410


def test_figures_are_good_once_and_for_a_quarter_of_an_hour(office: Office) -> None:
    asked()
    assert office.come_in().status_code == 303
    door = Door.objects.get()
    with pytest.raises(doors.WrongCode):
        doors.enter(door, office.figures())

    code = doors.new_code(door)
    Door.objects.update(code_ends_at=Now() - timedelta(seconds=1))
    with pytest.raises(doors.WrongCode):
        doors.enter(door, code)


def test_a_link_asks_for_ten_codes_and_no_more(office: Office) -> None:
    asked()
    office.client.get(office.link())

    sent = [office.client.post(f"{office.home}open/").status_code for _ in range(11)]

    assert sent == [200] * 10 + [429]


def test_a_link_to_one_task_shows_that_one_alone_and_a_reminder_shows_all(office: Office) -> None:
    first = asked()
    link = office.link()
    asked(email="eve@example.com")
    mine, other = Errand.objects.get(dsr=first), Errand.objects.exclude(dsr=first).get()

    office.come_in(link)
    assert "eve@example.com" not in office.client.get(office.home).content.decode()
    assert office.client.get(f"{office.home}{other.pk}/").status_code == 410

    services.remind(mine, by=services.actor(office.keeper))
    run_all_due("errands.mail")
    office.come_in()
    shown = office.client.get(office.home).content.decode()
    assert ADDRESS in shown
    assert "eve@example.com" in shown


def test_many_are_answered_at_once_with_nothing_there(office: Office) -> None:
    asked()
    asked(email="eve@example.com")
    services.remind(office.errand, by=services.actor(office.keeper))
    run_all_due("errands.mail")
    office.come_in()

    assert office.client.post(office.home, {}).status_code == 422
    told = office.client.post(office.home, {"task": [str(pk) for pk in Errand.objects.values_list("pk", flat=True)]})

    assert "2 tasks answered" in told.content.decode()
    run_all_due()
    assert set(Errand.objects.values_list("outcome", flat=True)) == {Outcome.NONE}
    assert set(Pull.objects.values_list("state", "records")) == {("done", 0)}


def test_somebody_elses_task_does_not_open(office: Office) -> None:
    asked()
    other = a_source("cellar", connector="people", description=office.source.description, secret="")
    stranger = Keeper.objects.create(source=other, name="Sid", email="sid@shop.example")
    door = doors.opened(doors.make(stranger, None))

    assert not doors.errands_behind(door).exists()


def test_given_to_somebody_else_the_old_link_shows_it_no_more(office: Office) -> None:
    asked()
    office.come_in()
    new = services.name_keeper(office.source, name="Bea", email="bea@shop.example", language="fr", is_lead=False, by=an_officer())
    run_all_due("errands.mail")

    assert office.client.get(office.page).status_code == 410
    assert office.errand.keeper == new
    (letter,) = office.post.to("bea@shop.example")
    assert "une tâche pour vous" in letter.subject


@pytest.mark.parametrize(
    ("content", "why"), [(b"<script>alert(1)</script>", "Send a PDF"), (b"MZ\x90\x00\x03", "Send a PDF"), (b"", "empty")]
)
def test_a_hostile_file_is_not_kept_and_the_person_reads_why(office: Office, content: bytes, why: str) -> None:
    asked()
    office.come_in()

    said = office.does("send", collection="letters", **{"file-letters-upload": SimpleUploadedFile("scan.pdf", content)})

    assert said.status_code == 422
    assert why in said.content.decode()
    assert not Record.objects.exists()
    assert not Upload.objects.exists()


def test_what_was_added_is_there_when_the_person_comes_back_and_can_be_taken_back(office: Office) -> None:
    asked()
    office.come_in()
    office.types("notes", number="7", text="first draft")
    office.does("send", collection="letters", **{"file-letters-upload": SimpleUploadedFile("old.pdf", PDF)})
    office.client = Client()
    office.come_in()

    shown = office.client.get(office.page).content.decode()
    assert "first draft" in shown
    assert "old.pdf" in shown
    for one in Record.objects.all():
        office.does("drop", record=str(one.pk))
    assert not Record.objects.exists()
    assert not Upload.objects.exists()
    assert "Give at least one record" in office.does("found").content.decode()


def test_of_two_answers_at_the_same_moment_one_counts_and_the_other_is_told(office: Office) -> None:
    asked()
    errand = office.errand

    def answered(number: int) -> str:
        try:
            services.answer(errand, (Outcome.NONE, Outcome.CANNOT)[number], ground="why", by=office.keeper)
        except services.NotOpen:
            return "too late"
        return "taken"

    assert at_once(2, answered) == ["taken", "too late"]
    assert office.errand.state == ErrandState.ANSWERED


def test_an_answer_given_twice_is_told_that_it_is_over(office: Office) -> None:
    asked()
    office.come_in()
    assert office.does("none").status_code == 200

    again = office.does("none")

    assert again.status_code == 409
    assert "This task is over" in again.content.decode()
    run_all_due()
    assert not Part.objects.exists()


@pytest.mark.pages("portal:task_link", "portal:task_code", "portal:tasks", "portal:task")
def test_the_pages_cost_the_same_for_one_task_and_for_many(office: Office, django_assert_max_num_queries: object) -> None:
    for number in range(8):
        asked(email=f"guest{number}@example.com")
    services.remind(office.errand, by=services.actor(office.keeper))
    run_all_due("errands.mail")
    link = office.link()

    with django_assert_max_num_queries(4):  # type: ignore[operator]
        office.client.get(link)
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        office.client.get(f"{office.home}open/")
    office.come_in(link)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert len(re.findall("guest", office.client.get(office.home).content.decode())) == 8
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert office.client.get(office.page).status_code == 200

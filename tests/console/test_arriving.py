"""The page on which open cases of another tool are brought, looked at, and confirmed."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from requests_app.arrivals.models import Batch
from requests_app.audit.models import AuditEvent
from requests_app.officers.models import Role
from requests_app.workflow.models import SubjectRequest
from tests.arrivals.files import NOTE, a_file, a_row, proven
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def desk() -> Client:
    a_brand()
    return at_the_desk(an_officer(role=Role.ADMINISTRATOR))


def brought(desk: Client, *rows: dict[str, str], **options: str) -> Batch:
    sent = SimpleUploadedFile("cases.csv", a_file(*rows).read(), "text/csv")
    answer = desk.post("/console/import/o-jewels/", {"file": sent, **options})
    assert answer.status_code == 302, answer.context["form"].errors
    return Batch.objects.latest("made_at")


def many(count: int) -> list[dict[str, str]]:
    return [a_row(external_reference=f"OT-{number}", email=f"p{number}@example.com") for number in range(count)]


def test_a_file_is_shown_row_by_row_confirmed_and_its_results_listed(desk: Client) -> None:
    batch = brought(desk, proven(received="2026-08-01"), a_row(external_reference="OT-2", right="nothing"))
    page = desk.get(f"/console/import/file/{batch.pk}/").content.decode()
    assert "1 row would be filed" in page
    assert "no such right" in page
    assert "1 is late already" in page
    assert not SubjectRequest.objects.exists()

    desk.post(f"/console/import/file/{batch.pk}/")
    run_all_due("arrivals.file")

    page = desk.get(f"/console/import/file/{batch.pk}/").content.decode()
    assert "What was filed" in page
    assert SubjectRequest.objects.get().reference in page


def test_a_page_shows_of_a_person_no_more_than_is_needed_and_nothing_as_a_program(desk: Client) -> None:
    batch = brought(desk, proven(name=HOSTILE, external_reference=HOSTILE))
    page = desk.get(f"/console/import/file/{batch.pk}/").content.decode()

    assert HOSTILE not in page
    assert "ada@example.com" not in page
    assert NOTE not in page


def test_dates_in_another_order_are_read_where_that_was_told(desk: Client) -> None:
    assert brought(desk, a_row(received="02/11/2026")).lines.get().verdict == "which_order"
    assert brought(desk, a_row(received="02/11/2026"), order="dmy").lines.get().facts["received"] == "2026-11-02"


def test_a_file_without_the_columns_is_refused_with_their_names(desk: Client) -> None:
    answer = desk.post("/console/import/o-jewels/", {"file": SimpleUploadedFile("x.csv", b"name\r\nAda\r\n")})

    assert answer.status_code == 422
    assert "external_reference, received, right" in answer.content.decode()


def test_a_dropped_file_leaves_nothing_but_that_it_was_there(desk: Client) -> None:
    batch = brought(desk, a_row())
    desk.post(f"/console/import/file/{batch.pk}/drop/")

    assert not Batch.objects.exists()
    assert AuditEvent.objects.filter(action="import.dropped").exists()


def test_another_shops_file_does_not_exist(desk: Client) -> None:
    batch = brought(desk, a_row())
    stranger = at_the_desk(an_officer("j@desk.example", brand=a_brand("j-supply"), role=Role.ADMINISTRATOR))

    assert stranger.get(f"/console/import/file/{batch.pk}/").status_code == 404
    assert stranger.post(f"/console/import/file/{batch.pk}/").status_code == 404


@pytest.mark.pages("console:import_cases", "console:import_file")
@pytest.mark.parametrize("rows", [1, 40])
def test_a_page_of_an_import_costs_the_same_however_long_the_file(
    desk: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch = brought(desk, *many(rows))
    with django_assert_num_queries(9):
        desk.get(f"/console/import/file/{batch.pk}/")
    with django_assert_num_queries(6):
        desk.get("/console/import/o-jewels/")


def test_the_command_files_what_the_dry_run_promised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_brand()
    file = tmp_path / "cases.csv"
    file.write_bytes(a_file(proven(), a_row(external_reference="OT-2", email="no")).read())

    call_command("importcases", file, brand="o-jewels", dry_run=True)
    assert "1 would be filed, 1 not." in capsys.readouterr().out
    assert not SubjectRequest.objects.exists()

    call_command("importcases", file, brand="o-jewels")
    said = capsys.readouterr().out
    assert SubjectRequest.objects.get().reference in said
    assert "row 3: not filed: email: no letter can be written to this address" in said
    assert "ada@" not in said.lower()

    call_command("importcases", file, brand="o-jewels")
    assert "0 filed, 2 not." in capsys.readouterr().out


@pytest.mark.parametrize(("content", "brand"), [(b"name\r\n", "o-jewels"), (b"", "o-jewels"), (b"x", "nobody")])
def test_the_command_says_why_a_file_is_not_read(tmp_path: Path, content: bytes, brand: str) -> None:
    a_brand()
    file = tmp_path / "cases.csv"
    file.write_bytes(content)

    with pytest.raises(CommandError):
        call_command("importcases", file, brand=brand)

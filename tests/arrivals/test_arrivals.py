"""Open cases of another tool: read strictly, shown before anything is filed, filed once, with the dates that they had."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from requests_app.arrivals import services
from requests_app.arrivals.cases import day
from requests_app.arrivals.models import Arrival, Batch, Line
from requests_app.arrivals.reading import MOST, Unreadable
from requests_app.audit.models import AuditEvent
from requests_app.keys import store
from requests_app.values import SYSTEM
from requests_app.verification import elsewhere
from requests_app.verification.lapses import lapse
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import State, today_of
from tests.arrivals.files import NOTE, a_row, confirmed, proven, staged, verdicts
from tests.filing import file as file_here
from tests.making import a_brand, an_officer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db


def imported(*rows: dict[str, str], **options: Any) -> Batch:
    batch = staged(*rows, **options)
    confirmed(batch)
    run_all_due("arrivals.file")
    batch.refresh_from_db()
    return batch


def legal(dsr: SubjectRequest) -> date:
    assert dsr.due_legal_on is not None
    return dsr.due_legal_on


def ago(days: int) -> str:
    return str(today_of(a_brand()) - timedelta(days=days))


def test_a_case_keeps_the_day_on_which_it_was_received() -> None:
    imported(a_row(received=ago(12)))

    dsr = SubjectRequest.objects.get()
    assert str(dsr.received_at.date()) == ago(12)
    assert legal(dsr) < legal(file_here(email="other@example.com").now)
    assert dsr.regime in {"eu-gdpr", "eu-gdpr-fr"}
    assert (dsr.name, dsr.email, dsr.channel, dsr.arrival.number) == ("Ada Example", "ada@example.com", "import", "OT-1")


def test_what_is_late_already_is_said_before_it_is_filed() -> None:
    batch = staged(a_row(received=ago(90)), a_row(external_reference="OT-2", received=ago(2), email="b@example.com"))

    assert [line.facts["late"] for line in batch.lines.all()] == [True, False]


def test_the_same_file_twice_files_nothing_twice() -> None:
    imported(a_row())
    again = imported(a_row())

    assert SubjectRequest.objects.count() == 1
    assert verdicts(again) == [("came_before", "external_reference")]


def test_two_who_confirm_files_with_the_same_case_file_it_once() -> None:
    one, other = staged(a_row()), staged(a_row())
    for batch in (one, other):
        confirmed(batch)
    run_all_due("arrivals.file")

    assert SubjectRequest.objects.count() == 1
    assert sorted(line.verdict for line in Line.objects.all()) == ["", "came_before"]


def test_a_number_counts_within_one_shop() -> None:
    imported(a_row())
    imported(a_row(), brand=a_brand("j-supply"), by=an_officer("j@desk.example", a_brand("j-supply")))

    assert SubjectRequest.objects.count() == 2


def test_a_worker_that_dies_files_nothing_twice() -> None:
    batch = staged(*(a_row(external_reference=f"OT-{number}", email=f"p{number}@example.com") for number in range(3)))
    confirmed(batch)
    run_all_due("arrivals.file", dying=True)

    assert SubjectRequest.objects.count() == Arrival.objects.count() == 3


def test_who_was_proven_elsewhere_is_not_asked_again() -> None:
    imported(proven())
    run_all_due()

    dsr = SubjectRequest.objects.get()
    assert dsr.verified_at is not None
    assert NOTE in [move.reason for move in dsr.transitions.all()]
    assert not dsr.letters.filter(officer=None).exists()


def test_who_was_not_proven_is_asked_for_proof_as_anyone() -> None:
    imported(a_row())
    run_all_due()

    dsr = SubjectRequest.objects.get()
    assert dsr.stage == State.VERIFYING
    assert [letter.kind for letter in dsr.letters.all()] == ["confirm_written"]


def test_an_old_case_has_its_time_to_confirm_from_the_day_on_which_it_came_here() -> None:
    imported(a_row(received=ago(200)))
    run_all_due()

    assert lapse() == 0


def test_people_hear_that_the_case_is_handled_here_only_where_the_officer_wants_it() -> None:
    imported(proven(), tells=True)
    run_all_due()

    assert list(SubjectRequest.objects.get().letters.values_list("kind", flat=True)) == ["taken_over"]


def test_officers_are_not_written_to_about_each_of_many() -> None:
    imported(proven())
    run_all_due()

    assert not SubjectRequest.objects.get().letters.exclude(officer=None).exists()


def test_the_first_browser_that_opens_a_link_keeps_the_key_and_no_second() -> None:
    imported(proven())
    dsr = SubjectRequest.objects.get()

    assert elsewhere.first_key(dsr)
    assert elsewhere.first_key(dsr) == ""
    assert elsewhere.first_key(file_here(email="new@example.com").now) == ""


def test_an_extension_that_was_told_elsewhere_holds_and_no_longer_than_was_told() -> None:
    until = ago(-40)
    imported(
        a_row(received=ago(10), extended_until=until), a_row(external_reference="OT-2", email="b@example.com", received=ago(10))
    )

    longer, plain = SubjectRequest.objects.order_by("-due_legal_on")
    assert str(legal(longer)) == until
    assert legal(plain) < legal(longer)


def test_no_extension_goes_beyond_what_the_law_allows() -> None:
    batch = imported(a_row(received=ago(10), extended_until=ago(-300)))

    assert batch.lines.get().facts["cut"] is True
    assert legal(SubjectRequest.objects.get()) < today_of(a_brand()) + timedelta(days=100)


def test_what_the_preview_says_is_what_is_filed() -> None:
    rows = [proven(received=ago(10), extended_until=ago(-40)), a_row(external_reference="2", email="b@example.com", law="uk-gdpr")]
    batch = staged(*rows)
    shown = [(line.facts["legal"], line.facts["law"]) for line in batch.lines.all()]
    confirmed(batch)
    run_all_due("arrivals.file")

    filed = SubjectRequest.objects.filter(lines__batch=batch).order_by("lines__number")
    assert shown == [(str(dsr.due_legal_on), dsr.regime) for dsr in filed]
    assert "uk-gdpr" in {law for _legal, law in shown}


def test_somebody_without_an_e_mail_address_is_served_by_post() -> None:
    imported(a_row(email="", street="1 Quay", postcode="75001", city="Paris", postal_country="France"))

    dsr = SubjectRequest.objects.get()
    assert dsr.is_by_post
    assert dsr.postal_address == "1 Quay\n75001 Paris\nFRANCE"


def test_notes_come_along_for_officers_alone() -> None:
    imported(a_row(notes="=HYPERLINK(1) <b>called twice</b>"))

    assert SubjectRequest.objects.get().notes.get().text == "=HYPERLINK(1) <b>called twice</b>"


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ({"external_reference": ""}, ("missing", "external_reference")),
        ({"received": "10/11/2026"}, ("which_order", "received")),
        ({"received": "2026-02-30"}, ("no_date", "received")),
        ({"received": "yesterday"}, ("no_date", "received")),
        ({"received": "2999-01-01"}, ("future", "received")),
        ({"received": "1999-01-01"}, ("too_old", "received")),
        ({"right": "acess"}, ("no_right", "right")),
        ({"right": "appeal"}, ("no_right", "right")),
        ({"email": "ada at example"}, ("no_mailbox", "email")),
        ({"email": ""}, ("nobody_reached", "email")),
        ({"email": "", "street": "1 Quay"}, ("letter_needs", "postcode")),
        ({"residence": "XX"}, ("no_place", "residence")),
        ({"law": "eu-gdrp"}, ("no_law", "law")),
        ({"proof": "yes"}, ("proof_word", "proof")),
        ({"proof": "proven"}, ("missing", "proof_note")),
        ({"extended_until": "2026-11-11"}, ("not_longer", "extended_until")),
        ({"name": "A\0da"}, ("unseen", "name")),
        ({"name": "A" * 201}, ("too_long", "name")),
        ({"notes": "x" * 5001}, ("too_long", "notes")),
    ],
)
def test_a_row_is_refused_with_its_column_named(cells: dict[str, str], verdict: tuple[str, str]) -> None:
    batch = staged(a_row(**cells))

    assert verdicts(batch) == [verdict]


def test_a_refused_row_keeps_no_other_from_being_filed() -> None:
    batch = imported(a_row(right="nothing"), a_row(external_reference="OT-2"))

    assert [(line.number, line.verdict, line.dsr is not None) for line in batch.lines.all()] == [
        (2, "no_right", False), (3, "", True),
    ]  # fmt: skip


def test_an_open_request_of_the_same_person_for_the_same_right_is_named_and_not_doubled() -> None:
    mine = file_here(email="ADA@example.com").now
    batch = imported(a_row(), a_row(external_reference="OT-2", right="erasure"), a_row(external_reference="OT-3", right="erasure"))

    assert [line.verdict for line in batch.lines.all()] == ["open_already", "", "person_twice"]
    assert batch.lines.get(number=2).facts == {"reference": mine.reference}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("signs", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_as_it_was_written(signs: str, separator: str) -> None:
    imported(a_row(name="Zoë Müller-Œuvré"), signs=signs, separator=separator)

    assert SubjectRequest.objects.get().name == "Zoë Müller-Œuvré"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), (b"\xff\xfe\x00", "signs"), (b"name\r\nAda\r\n", "columns"),
        (b"external_reference,received,right\r\n\x81\xff", "signs"),
        (b"external_reference,received,right,right\r\n", "twice"), (b"\x00\x01\x02\xff\x81", "signs"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        services.stage(a_brand(), BytesIO(content), by=an_officer())

    assert caught.value.code == code
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("tail", "verdict"),
    [(b'"never ended\r\nx', "unreadable"), (b"a,b,c,d,e\r\n", "more_cells"), (b'"' + b"x" * 200_000 + b'"', "unreadable")],
)
def test_a_row_out_of_shape_is_named_by_its_number(tail: bytes, verdict: str) -> None:
    file = BytesIO(b"external_reference,received,right\r\n" + tail)
    batch = services.stage(a_brand(), file, by=an_officer())

    assert [(line.number, line.verdict) for line in batch.lines.all()] == [(2, verdict)]


@pytest.mark.parametrize(
    ("text", "order", "meant"),
    [
        ("2026-11-02", "", date(2026, 11, 2)), ("2026-11-02", "dmy", date(2026, 11, 2)), ("02/11/2026", "dmy", date(2026, 11, 2)),
        ("02.11.2026", "mdy", date(2026, 2, 11)), ("2026/11/2", "ymd", date(2026, 11, 2)), ("13/13/2026", "dmy", None),
        ("02/11/26", "dmy", None), ("2026-11-02T10:00", "", None), ("٢٠٢٦-١١-٠٢", "", None), ("02/11-2026", "dmy", None),
    ],
)  # fmt: skip
def test_a_date_is_what_is_written_in_the_order_that_was_told(text: str, order: str, meant: date | None) -> None:
    assert day(text, order) == meant


def test_a_file_lies_sealed_until_it_is_filed_and_then_nowhere() -> None:
    batch = staged(a_row(name="Ada Unmistakable"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT told FROM requests_app_line")
        assert b"Unmistakable" not in bytes(cursor.fetchone()[0])
    confirmed(batch)
    run_all_due("arrivals.file")

    assert list(Line.objects.values_list("told", flat=True)) == [None]


@pytest.mark.django_db(transaction=True)
def test_the_key_of_a_file_goes_with_its_rows() -> None:
    batch = staged(a_row())
    services.discard(batch, by=SYSTEM)

    with pytest.raises(store.KeyGone):
        store.get(batch.pk)
    assert not Line.objects.exists()


def test_a_file_is_confirmed_once_and_not_dropped_afterwards() -> None:
    batch = staged(a_row())
    confirmed(batch)

    with pytest.raises(services.BegunAlready):
        confirmed(batch)
    with pytest.raises(services.BegunAlready):
        services.discard(batch, by=SYSTEM)


def test_what_nobody_confirms_goes_within_a_day() -> None:
    kept, old = staged(a_row()), staged(a_row())
    Batch.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(days=2))

    services.tidy()

    assert list(Batch.objects.all()) == [kept]


def test_the_trail_says_what_was_imported_and_names_nobody() -> None:
    batch = imported(proven(), a_row(external_reference="OT-2", email="no"))

    events = list(AuditEvent.objects.filter(action__startswith="import.").values_list("action", flat=True))
    assert events == ["import.read", "import.confirmed", "import.ended"]
    assert AuditEvent.objects.get(action="request.imported").dsr_id == batch.lines.get(number=2).dsr_id
    assert not any("ada@" in str(event.facts).lower() or "Dupont" in str(event.facts) for event in AuditEvent.objects.all())


def test_forgetting_a_request_forgets_its_number_elsewhere() -> None:
    imported(a_row())
    services.forget([SubjectRequest.objects.get().pk])

    assert Arrival.objects.get().number is None


def test_more_rows_than_a_file_may_have_are_named() -> None:
    head = b"external_reference,received,right\r\n"
    batch = services.stage(a_brand(), BytesIO(head + b"x,y,z\r\n" * (MOST + 1)), by=an_officer())

    assert batch.lines.get(number=MOST + 2).verdict == "too_many"
    assert batch.lines.count() == MOST + 1

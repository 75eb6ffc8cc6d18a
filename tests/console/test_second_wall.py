"""The database's own wall: a page that forgets to ask what its reader may see is shown no more than that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from django.conf import settings as house
from django.db import connection, transaction
from django.db.utils import DataError, ProgrammingError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from requests_app.console.gate import gate
from requests_app.erasure import freezing
from requests_app.intake.services import address_index
from requests_app.officers.models import Officer, Role, Sees
from requests_app.officers.policy import MAY, Action
from requests_app.review.models import Note
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.vault.models import StoredFile, Upload
from requests_app.workflow import lending, wall
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import an_officer, at_the_desk, searched
from tests.making import a_brand, a_dsr, a_source, as_owner

pytestmark = [pytest.mark.threat("6.01"), pytest.mark.threat("8.03"), pytest.mark.promise("S9")]
alone = pytest.mark.django_db(transaction=True)
TABLE: Final = "requests_app_subjectrequest"


def everything() -> set[str]:
    """What a view asks that has forgotten its reader."""
    return set(SubjectRequest.objects.values_list("reference", flat=True))


def forgetful(request: HttpRequest) -> HttpResponse:
    return HttpResponse(" ".join(everything()))


def failing(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    return HttpResponse()


def cut_off(request: HttpRequest) -> HttpResponse:
    connection.connection.close()
    return HttpResponse()


def streaming(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{one} ".encode() for one in [*everything(), *everything()])


def lazily_streaming(request: HttpRequest) -> StreamingHttpResponse:
    def body() -> Iterator[bytes]:
        for _ in range(2):
            yield " ".join(everything()).encode() + b" "

    return StreamingHttpResponse(body())


views = [forgetful, failing, cut_off, streaming, lazily_streaming]
urlpatterns = [
    *(path(f"{view.__name__}/", gate(view)) for view in views),
    path("everybody/", forgetful),
    path("", include("dsar.urls")),
]


@pytest.fixture
def vault(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_VAULT = tmp_path / "vault"


@pytest.fixture
def of_customers() -> Officer:
    return an_officer("customers@desk.example")


@pytest.fixture
def of_staff() -> Officer:
    return over_the_wall(an_officer("staff@desk.example"), Sees.STAFF)


@pytest.fixture
def elsewhere() -> Officer:
    return an_officer("elsewhere@desk.example", brand=a_brand("maison-s"))


def over_the_wall(officer: Officer, sees: Sees) -> Officer:
    officer.memberships.update(sees=sees)
    return officer


@pytest.fixture
def asked() -> dict[str, SubjectRequest]:
    """A customer's request and an employee's at one shop, and a customer's at another."""
    return {
        "customer": a_dsr(State.REVIEWING), "employee": a_dsr(State.REVIEWING, person_kind="employee", email="one@staff.example"),
        "elsewhere": a_dsr(State.REVIEWING, brand=a_brand("maison-s"), email="two@example.com"),
    }  # fmt: skip


def references(asked: dict[str, SubjectRequest], *names: str) -> set[str]:
    return {asked[name].reference for name in names or asked}


def told(client: Client, page: str) -> set[str]:
    answer: Any = client.get(f"/{page}/")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return set(body.decode().split())


def server() -> int:
    """Return which of the server's processes answers this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    return int(number)


@contextmanager
def without_the_policy() -> Iterator[None]:
    with as_owner() as owner:
        owner.execute(f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY".encode())
        try:
            yield
        finally:
            owner.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY".encode())


@alone
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("page", ["forgetful", "streaming", "lazily_streaming"])
def test_a_view_that_forgets_its_reader_is_shown_the_readers_rows(
    asked: dict[str, SubjectRequest], of_customers: Officer, of_staff: Officer, elsewhere: Officer, page: str
) -> None:
    desks = {name: at_the_desk(one) for name, one in (("customer", of_customers), ("employee", of_staff), ("elsewhere", elsewhere))}

    assert {name: told(desk, page) for name, desk in desks.items()} == {name: references(asked, name) for name in asked}
    with without_the_policy():
        assert told(desks["customer"], page) == references(asked)


@alone
@pytest.mark.urls(__name__)
def test_nothing_of_one_reader_is_left_for_the_next(
    asked: dict[str, SubjectRequest], of_customers: Officer, elsewhere: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = at_the_desk(of_customers), at_the_desk(elsewhere)
    one.raise_request_exception = False
    began = server()
    monkeypatch.setattr(connection, "close_at", None)  # in production a connection outlives a page by a minute

    assert told(one, "forgetful") == references(asked, "customer")
    assert everything() == told(Client(), "everybody") == references(asked)
    assert one.get("/failing/").status_code == 500
    assert everything() == references(asked)
    left: Any = one.get("/lazily_streaming/")
    assert next(iter(left.streaming_content))
    left.close()
    assert everything() == references(asked)
    assert told(two, "forgetful") == references(asked, "elsewhere")
    assert server() == began


@alone
@pytest.mark.urls(__name__)
def test_a_connection_that_cannot_be_told_goes_to_nobody(asked: dict[str, SubjectRequest], of_customers: Officer) -> None:
    began = server()

    assert at_the_desk(of_customers).get("/cut_off/").status_code == 200
    assert everything() == references(asked)
    assert server() != began


@pytest.mark.django_db
def test_a_transaction_that_is_broken_takes_back_what_was_set_in_it(
    asked: dict[str, SubjectRequest], of_customers: Officer
) -> None:
    def broken() -> None:
        with transaction.atomic(), wall.narrowed(of_customers), connection.cursor() as cursor:
            assert everything() == references(asked, "customer")
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DataError):
        broken()

    assert everything() == references(asked)


@pytest.mark.django_db
@pytest.mark.parametrize("sees", Sees)
def test_each_side_of_the_wall(asked: dict[str, SubjectRequest], of_customers: Officer, sees: Sees) -> None:
    sides = {Sees.CUSTOMERS: ["customer"], Sees.STAFF: ["employee"], Sees.BOTH: ["customer", "employee"]}

    with wall.narrowed(over_the_wall(of_customers, sees)):
        assert everything() == references(asked, *sides[sees])
        assert set(SubjectRequest.objects.visible_to(of_customers).values_list("reference", flat=True)) == everything()


@pytest.mark.django_db
def test_whoever_works_nowhere_is_shown_nothing(asked: dict[str, SubjectRequest]) -> None:
    with wall.narrowed(Officer.objects.create_user("nowhere@desk.example")):
        assert everything() == set()


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_every_role_sees(asked: dict[str, SubjectRequest], role: Role) -> None:
    assert Action.SEE in MAY[role]
    with wall.narrowed(an_officer(role=role)):
        assert everything() == references(asked, "customer")


@pytest.mark.django_db
def test_what_is_lent_is_shown_with_what_belongs_to_it_until_the_page_is_over(
    asked: dict[str, SubjectRequest], of_customers: Officer, elsewhere: Officer
) -> None:
    mine, other = address_index("four@example.com"), address_index("five@example.com")
    about = a_dsr(email_index=other)
    lent = a_dsr(State.REVIEWING, right="complaint", concerns=about, email_index=mine)
    same = a_dsr(email_index=mine, right="erasure")
    lending.lend(lent, elsewhere, by=of_customers)
    known = references(asked, "elsewhere") | {about.reference, lent.reference, same.reference}

    with wall.narrowed(elsewhere):
        assert everything() == known
        advance(lent, Move.REFUSE, by=elsewhere.actor, reason="none")
        assert everything() == known
    with wall.narrowed(elsewhere):
        assert everything() == references(asked, "elsewhere")


@pytest.mark.django_db
def test_what_is_not_seen_is_neither_changed_nor_removed(asked: dict[str, SubjectRequest], of_customers: Officer) -> None:
    others = [asked["employee"].pk, asked["elsewhere"].pk]

    with wall.narrowed(of_customers), connection.cursor() as cursor:
        assert SubjectRequest.objects.update(residence="FR") == 1
        cursor.execute(f"DELETE FROM {TABLE} WHERE id = ANY(%s)", [others])
        assert cursor.rowcount == 0
    assert SubjectRequest.objects.filter(pk__in=others, residence="").count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("vault")
def test_notes_and_files_are_shown_where_their_request_is(asked: dict[str, SubjectRequest], of_customers: Officer) -> None:
    for dsr in asked.values():
        Note.objects.create(dsr=dsr, text="be gentle")
        searched(dsr, a_source(f"system-{dsr.reference}", brand=dsr.brand))
        uploads.keep(dsr, uploads.check(b"%PDF-1.7 one", "one.pdf"), by=CUSTOMER, purpose=uploads.MESSAGE)
    Upload.objects.create(owner=uuid4(), media_type="application/pdf", purpose="mail", sent_by="mail", location="x", size=1)

    with wall.narrowed(of_customers):
        assert {note.dsr for note in Note.objects.all()} == {asked["customer"]}
        assert {file.dsr for file in StoredFile.objects.all()} == {asked["customer"]}
        assert {file.dsr for file in Upload.objects.all()} == {asked["customer"], None}
    assert (Note.objects.count(), StoredFile.objects.count(), Upload.objects.count()) == (3, 3, 4)


@pytest.mark.django_db
def test_the_shops_limit_counts_what_its_reader_does_not_see(of_customers: Officer) -> None:
    a_dsr(State.COOLING_OFF, person_kind="employee")
    brand = a_brand(erasures_per_hour=1)
    brand.erasures_per_hour = 1

    with wall.narrowed(of_customers):
        with pytest.raises(freezing.Limited):
            freezing.check_limits(brand)
        assert everything() == set()


@pytest.mark.django_db
def test_the_applications_role_cannot_take_the_wall_down() -> None:
    for statement in (f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY", f"DROP POLICY rows_of_the_reader ON {TABLE}"):
        with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = %s", [house.DSAR_APP_ROLE])
        assert cursor.fetchone() == (False,)

"""A trial tells whether a version can be used, and what it would find, in counts: never a value of anybody."""

from pathlib import Path

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.connecting import services, trials
from requests_app.connecting.judging import Wanted
from requests_app.connecting.models import Trial
from requests_app.keys import store
from requests_app.keys.store import KeyGone
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer, Role
from requests_app.sources import stops
from requests_app.sources.address import joined, joined_to_write
from requests_app.sources.models import Source
from requests_app.sources.versions import SourceVersion
from tests.connecting.systems import DATASET, WANTED, an_administrator, of_members, proposed
from tests.making import a_source
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
SECRET = "CLUB_URL"  # a name
MEMBERS = ((1, "tess@test.example", "Tess Test", "75001"), (2, "cnry@real.example", "Cnry Person", "99999"))


@pytest.fixture
def admin() -> Officer:
    return an_administrator()


@pytest.fixture
def version(admin: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SourceVersion:
    monkeypatch.setenv(SECRET, of_members(tmp_path, *MEMBERS))
    (tmp_path / "club.yaml").write_text(DATASET)
    source = a_source("club", secret=SECRET, description=str(tmp_path / "club.yaml"))
    wanted = Wanted({"en": "Club"}, "sql", DATASET, secret=SECRET)
    return services.change(source, wanted, seen=0, reason="x", by=admin)


def test_a_rehearsal_counts_what_there_is_about_the_test_identity(version: SourceVersion, admin: Officer) -> None:
    trials.ask(version, {"email": "tess@test.example", "name": "Tess Test", "postcode": "12345"}, by=admin)
    run_all_due("connecting.try")

    found = Trial.objects.get().found
    assert found["counts"] == [["members", 1, 0]]
    assert (found["persons"], found["matched"]) == (1, ["email"])
    assert found["facts"] == {"name": "agrees", "postcode": "differs"}


def test_nothing_of_a_person_stays_of_a_rehearsal(version: SourceVersion, admin: Officer) -> None:
    trial = trials.ask(version, {"email": "tess@test.example", "name": "Tess Test", "postcode": "12345"}, by=admin)
    kept = repr([list(Step.objects.values()), list(AuditEvent.objects.values("facts")), list(Trial.objects.values())])
    assert store.get(trial.pk), "the twin: while it is under way there is a key"
    run_all_due("connecting.try")

    kept += repr([list(Step.objects.values()), list(AuditEvent.objects.values("facts")), list(Trial.objects.values())])
    assert [word for word in ("tess", "Tess", "cnry", "12345", "75001", "99999") if word in kept] == []
    assert Trial.objects.get().identity is None


def test_the_key_of_a_test_identity_goes_when_the_worker_is_done(
    version: SourceVersion, admin: Officer, django_capture_on_commit_callbacks: object
) -> None:
    trial = trials.ask(version, {"email": "tess@test.example"}, by=admin)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture without types
        run_all_due("connecting.try")

    with pytest.raises(KeyGone):
        store.get(trial.pk)


def test_a_trial_says_that_the_secret_is_not_set(admin: Officer) -> None:
    trials.ask(proposed(admin), {}, by=admin)
    run_all_due("connecting.try")

    trial = Trial.objects.get()
    assert trial.fault == "refused"
    assert trial.fault_text == f"The environment variable {WANTED.secret} is not set."


def test_a_trial_tells_what_differs_from_the_description(
    version: SourceVersion, admin: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    url = of_members(tmp_path / "other")
    monkeypatch.setenv(SECRET, url.replace("club.sqlite", "empty.sqlite"))
    (tmp_path / "other" / "empty.sqlite").touch()
    trials.ask(version, {"email": "tess@test.example"}, by=admin)
    run_all_due("connecting.try")

    found = Trial.objects.get().found
    assert not found["usable"]
    assert "members" in str(found["problems"])
    assert "counts" not in found


def test_two_who_try_at_once_get_one_trial(version: SourceVersion, admin: Officer) -> None:
    assert trials.ask(version, {}, by=admin) == trials.ask(version, {"email": "tess@test.example"}, by=admin)
    assert Step.objects.filter(kind="connecting.try").count() == 1


def test_a_stopped_system_is_not_tried(version: SourceVersion, admin: Officer) -> None:
    stops.place(version.source.brand, version.source, reason="a leak", by=admin)
    trials.ask(version, {}, by=admin)
    run_all_due("connecting.try")

    assert Trial.objects.get().fault == "stopped"


def test_a_trial_does_not_touch_the_health_of_the_system_that_counts(version: SourceVersion, admin: Officer) -> None:
    before = Source.objects.values().get()
    trials.ask(version, {}, by=admin)
    run_all_due("connecting.try")

    assert Source.objects.values().get() == before


def test_nobody_but_an_administrator_has_a_system_tried(version: SourceVersion) -> None:
    with pytest.raises(services.NotYours):
        trials.ask(version, {}, by=an_administrator("lead@desk.example", Role.LEAD))


def test_the_secret_is_put_into_the_address_when_the_system_is_asked() -> None:
    database = Source(name="club", connector="sql", address="postgresql://reader@db.example:5432/club")
    service = Source(name="api", connector="rest", address="https://api.example#per_second=5")

    assert joined(database, "p@ss/word") == "postgresql://reader:p%40ss%2Fword@db.example:5432/club"
    assert joined_to_write(database, "eraser:p:w") == "postgresql://eraser:p%3Aw@db.example:5432/club"
    assert joined(service, "token=abc") == "https://api.example#per_second=5&token=abc"
    assert joined(Source(address=""), "postgresql://whole") == "postgresql://whole"

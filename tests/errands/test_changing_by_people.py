"""A correction or restriction where no program reaches: never skipped in silence, done by whoever answers for the system."""

import pytest
from django.db.models.functions import Now

from requests_app.changes.asking import is_found
from requests_app.changes.models import Deed as Deeds
from requests_app.changes.models import Entry, Stand
from requests_app.changes.running import start_run
from requests_app.changes.services import done_by_hand
from requests_app.errands.models import Deed, Errand, ErrandState
from requests_app.workflow.states import State
from tests.errands.office import Office
from tests.making import a_dsr, an_officer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


def carried_out(office: Office, deed: Deeds = Deeds.RESTRICT, right: str = "restriction") -> Entry:
    dsr = a_dsr(State.FULFILLING, right=right, details="My name is Ada, with one d.")
    entry = Entry.objects.create(dsr=dsr, source=office.source, deed=deed, stand=Stand.ACCEPTED, decided_at=Now())
    start_run(dsr)
    run_all_due("errands.mail")
    return entry


def test_where_a_person_looks_nothing_is_held_to_be_absent(office: Office) -> None:
    assert is_found(a_dsr(State.COLLECTING, right="restriction"), office.source)


def test_the_keeper_sets_the_data_aside_and_the_word_settles_it(office: Office) -> None:
    entry = carried_out(office)
    assert (office.errand.deed, office.errand.about) == (Deed.RESTRICT, entry.pk)
    office.come_in()
    shown = office.client.get(office.page).content.decode()
    assert "Set aside what the system holds" in shown
    assert "with one d" not in shown

    office.does("done")
    run_all_due("changes.by_hand")

    entry.refresh_from_db()
    assert entry.stand == Stand.DONE
    assert entry.proof == {"how": "by_hand", "by": f"keeper:{office.keeper.pk}"}


def test_what_is_to_be_corrected_is_shown_in_the_persons_own_words(office: Office) -> None:
    carried_out(office, Deeds.CORRECT, "rectification")
    office.come_in()

    shown = office.client.get(office.page).content.decode()
    assert "My name is Ada, with one d." in shown


def test_whoever_cannot_leaves_it_to_the_officers(office: Office) -> None:
    officer = an_officer()
    entry = carried_out(office)
    office.come_in()
    office.does("cannot", ground="Nobody has the key")
    run_all_due("changes.by_hand", "correspondence.send")

    entry.refresh_from_db()
    assert entry.stand == Stand.BY_HAND
    assert len(office.post.to(officer.email)) == 1
    done_by_hand(entry, by=officer)
    assert Errand.objects.get().state == ErrandState.ANSWERED


def test_without_a_keeper_the_officers_do_it(office: Office) -> None:
    officer = an_officer()
    office.source.keepers.all().delete()
    entry = carried_out(office)
    run_all_due("correspondence.send")

    entry.refresh_from_db()
    assert entry.stand == Stand.BY_HAND
    assert len(office.post.to(officer.email)) == 1

"""The autopilot brakes: a right that is never automatic, a sample that was wrong, two who look at the same moment."""

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.autopilot import brakes, services
from requests_app.autopilot.figures import Figures, figures
from requests_app.autopilot.models import Decision, Mode
from requests_app.rights import RIGHTS
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.console.desk import an_officer
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db


@pytest.fixture
def dsr() -> SubjectRequest:
    return a_dsr(State.REVIEWING)


def drawn(dsr: SubjectRequest) -> Decision:
    return Decision.objects.create(dsr=dsr, mode=Mode.ON, acted=True, sampled=True)


@pytest.mark.parametrize("right", sorted(set(RIGHTS) - {"access", "categories", "portability"}))
def test_what_erases_changes_or_refuses_never_goes_by_itself(right: str) -> None:
    with pytest.raises(services.NeverByItself):
        services.choose(a_brand(), right, Mode.SHADOW, one_in=1, by=None)


def test_a_brand_that_said_nothing_has_none(dsr: SubjectRequest) -> None:
    assert services.approves(dsr) is False
    assert not Decision.objects.exists()


def test_the_last_word_counts_and_all_are_kept() -> None:
    brand, officer = a_brand(), an_officer()
    for mode in (Mode.SHADOW, Mode.ON, Mode.OFF):
        services.choose(brand, "access", mode, one_in=3, by=officer)

    word = services.word_of(brand, "access")
    assert word is not None
    assert (word.mode, word.set_by, brand.pilots.count()) == (Mode.OFF, officer, 3)
    assert AuditEvent.objects.filter(action="autopilot.set", actor_name=officer.actor.name).count() == 3


def test_whoever_did_not_prove_the_address_is_held_by_every_brake_that_applies() -> None:
    dsr = a_dsr(State.VERIFYING, details="Everything.")

    assert brakes.holding(dsr)[:3] == ["unproven", "own_words", "nobody"]


def test_one_that_was_wrong_ends_it_for_that_brand_and_right(dsr: SubjectRequest) -> None:
    services.choose(dsr.brand, "access", Mode.ON, one_in=4, by=None)
    services.choose(dsr.brand, "portability", Mode.ON, one_in=4, by=None)
    decision = drawn(dsr)

    services.check(decision, was_right=False, remark="It names his sister.", by=an_officer())

    modes = {right: getattr(services.word_of(dsr.brand, right), "mode", None) for right in ("access", "portability")}
    assert modes == {"access": Mode.SHADOW, "portability": Mode.ON}
    decision.refresh_from_db()
    assert (decision.was_right, decision.remark) == (False, "It names his sister.")
    assert "sister" not in str(list(AuditEvent.objects.values_list("facts", flat=True)))


def test_one_that_was_right_changes_nothing_and_is_looked_at_once(dsr: SubjectRequest) -> None:
    services.choose(dsr.brand, "access", Mode.ON, one_in=1, by=None)
    decision, officer = drawn(dsr), an_officer()
    services.check(decision, was_right=True, remark="", by=officer)

    with pytest.raises(services.AlreadyChecked):
        services.check(decision, was_right=False, remark="", by=officer)
    word = services.word_of(dsr.brand, "access")
    assert word is not None
    assert word.mode == Mode.ON


def test_the_figures_set_what_it_would_have_done_beside_what_officers_did(dsr: SubjectRequest) -> None:
    officer = an_officer()
    refused, waiting = a_dsr(State.REVIEWING), a_dsr(State.REVIEWING)
    for one in (dsr, refused, waiting):
        Decision.objects.create(dsr=one, mode=Mode.SHADOW)
    Decision.objects.create(dsr=a_dsr(State.REVIEWING), mode=Mode.SHADOW, brakes=["others"])
    advance(dsr, Move.APPROVE, by=officer.actor)
    advance(refused, Move.REFUSE, by=officer.actor, reason="no")

    told = figures(Decision.objects.all())

    assert told == {
        (dsr.brand_id, "access"): Figures(asked=4, clear=3, acted=0, agreed=1, differed=1, to_check=0, right=0, wrong=0)
    }

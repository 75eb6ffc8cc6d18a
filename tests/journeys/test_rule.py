"""A brand may let a rule approve: only where an officer would have nothing to decide, and never in silence."""

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.autopilot import services as autopilot
from requests_app.autopilot.models import Decision, Mode
from requests_app.correspondence.models import Letter
from requests_app.workflow.services import Move
from requests_app.workflow.states import State
from tests.filing import an_officer, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS
from tests.small_shop import SmallShop


@pytest.fixture
def ruled(shop: SmallShop) -> SmallShop:
    """A shop whose rule approves access, and Ada in both systems."""
    autopilot.choose(shop.brand, "access", Mode.ON, one_in=1, by=None)
    shop.customer(1, ADDRESS)
    shop.order(10, 1)
    shop.subscriber(7, ADDRESS)
    return shop


def test_a_clear_match_is_answered_without_an_officer_and_the_trail_names_the_rule(ruled: SmallShop, post: Post) -> None:
    an_officer(ruled.brand)
    filed = file_and_confirm(post, ruled.brand)

    assert filed.state == State.ANSWERED
    approved = filed.dsr.transitions.get(move=Move.APPROVE)
    assert (approved.actor_kind, approved.actor_name, approved.reason) == ("rule", autopilot.RULE.name, autopilot.SPOKEN)
    assert AuditEvent.objects.get(action="request.moved", facts__move="approve").actor_kind == "rule"
    assert not Letter.objects.filter(kind="officer_turn").exists()


def test_a_brand_that_did_not_ask_for_it_has_an_officer_approve(ruled: SmallShop, post: Post) -> None:
    autopilot.choose(ruled.brand, "access", Mode.OFF, one_in=1, by=None)

    assert file_and_confirm(post, ruled.brand).state == State.REVIEWING
    assert not Decision.objects.exists()


def test_in_shadow_it_says_what_it_would_have_done_and_an_officer_approves(ruled: SmallShop, post: Post) -> None:
    autopilot.choose(ruled.brand, "access", Mode.SHADOW, one_in=1, by=None)

    assert file_and_confirm(post, ruled.brand).state == State.REVIEWING
    decision = Decision.objects.get()
    assert (decision.brakes, decision.acted, decision.sampled) == ([], False, False)


def test_each_automatic_answer_is_explained_and_the_drawn_ones_wait_for_a_person(ruled: SmallShop, post: Post) -> None:
    file_and_confirm(post, ruled.brand)

    decision = Decision.objects.get()
    assert (decision.mode, decision.brakes, decision.acted, decision.sampled) == (Mode.ON, [], True, True)
    told = AuditEvent.objects.get(action="autopilot.decided")
    assert told.facts == {"mode": "on", "brakes": [], "acted": True}


def test_words_of_the_customers_own_are_read_by_an_officer(ruled: SmallShop, post: Post) -> None:
    assert file_and_confirm(post, ruled.brand, details="And my late mother's orders, please").state == State.REVIEWING
    assert Decision.objects.get().brakes == ["own_words"]


def test_a_person_nobody_knows_is_answered_by_an_officer(ruled: SmallShop, post: Post) -> None:
    assert file_and_confirm(post, ruled.brand, email="stranger@example.com").state == State.REVIEWING


def test_no_fact_that_agrees_no_rule(ruled: SmallShop, post: Post) -> None:
    ruled.brand.facts_required = 0
    ruled.brand.save()

    assert file_and_confirm(post, ruled.brand, facts={}).state == State.REVIEWING


@pytest.mark.parametrize("about", ["other", "both"])
def test_what_is_about_others_too_is_looked_at_by_an_officer(ruled: SmallShop, post: Post, about: str) -> None:
    path = ruled.folder / "newsletter.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("user.behavior]}", f"user.behavior], dsar: {{about: {about}}}}}"), encoding="utf-8")

    assert file_and_confirm(post, ruled.brand).state == State.REVIEWING

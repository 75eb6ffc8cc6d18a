"""What a law keeps, until its day; and what comes back."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.erasure import again, later
from requests_app.erasure import services as erasure
from requests_app.erasure.later import ByHand
from requests_app.erasure.models import Plan
from requests_app.erasure.remains import Kept, KeptState
from requests_app.erasure.services import NotOpen
from requests_app.erasure.tasks import look_again
from requests_app.erasure.traces import Outcome, Reappearance
from requests_app.housekeeping import forget
from requests_app.keys.store import KeyGone, get
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.erasure.test_running import OTHERS, held
from tests.filing import Filed
from tests.mail import Post
from tests.making import as_owner
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

Planner = Callable[[], Filed]
Approver = Callable[[Filed], None]


@pytest.fixture
def kept(keeping: SmallShop, planned: Planner, approve: Approver) -> Filed:
    """A request that is answered in part: its orders are kept."""
    filed = planned()
    approve(filed)
    run_all_due()
    assert filed.state == State.ERASED_IN_PART
    return filed


def test_what_a_law_keeps_has_a_record_of_its_own_with_day_and_reason(keeping: SmallShop, kept: Filed) -> None:
    parts = list(Kept.objects.all())

    assert {part.reason.partition(":")[0] for part in parts} == {"duty"}
    assert all(part.until and part.until.year >= 2034 for part in parts)
    assert sum(part.records for part in parts) >= 2
    assert [part.address for part in parts] == ["ada@example.com"] * len(parts)
    assert {page.key_id for part in parts for page in part.pages.all()} == {part.pk for part in parts}
    waits = Step.objects.filter(kind="erasure.later")
    assert {step.not_before.date().year for step in waits} == {
        part.until.year + (part.until.month == 12) for part in parts if part.until
    }
    assert held(keeping)["orders"] == [10, 11, 20, 21]
    assert held(keeping)["subscribers"] == [6]


def test_when_the_duty_has_ended_it_goes_by_itself_and_the_person_is_told(
    keeping: SmallShop, kept: Filed, post: Post,
) -> None:  # fmt: skip
    keeping.sql("UPDATE orders SET ordered_on = '2001-03-01'")
    parts = list(Kept.objects.all())

    come_due("erasure.later")
    run_all_due()

    assert set(Kept.objects.values_list("state", flat=True)) == {KeptState.ERASED}
    assert held(keeping)["orders"] == [20, 21]
    assert "erased now" in str(post.to("ada@example.com")[-1].subject)
    for part in Kept.objects.all():
        assert (part.address, part.identity, part.pages.count()) == (None, None, 0)
    for part in parts:
        with pytest.raises(KeyGone):
            get(part.pk)


def test_it_goes_even_when_the_request_is_long_forgotten(keeping: SmallShop, kept: Filed, post: Post) -> None:
    with as_owner() as owner:
        owner.execute("UPDATE requests_app_subjectrequest SET closed_at = now() - interval '10 years'")
    forget()
    run_all_due("housekeeping.forget")
    assert SubjectRequest.objects.get(pk=kept.dsr.pk).forgotten_at is not None
    keeping.sql("UPDATE orders SET ordered_on = '2001-03-01'")

    come_due("erasure.later")
    run_all_due()

    assert set(Kept.objects.values_list("state", flat=True)) == {KeptState.ERASED}
    assert held(keeping)["orders"] == [20, 21]
    assert "erased now" in str(post.to("ada@example.com")[-1].subject)


def test_what_a_duty_still_holds_stays_and_is_looked_at_again(keeping: SmallShop, kept: Filed) -> None:
    come_due("erasure.later")
    run_all_due()

    assert set(Kept.objects.values_list("state", flat=True)) == {KeptState.WAITING}
    assert held(keeping)["orders"] == [10, 11, 20, 21]
    assert Step.objects.filter(kind="erasure.later", state="due", params__times=1).count() == Kept.objects.count()


def test_where_the_rules_alone_cannot_tell_the_officers_are_asked(keeping: SmallShop, kept: Filed) -> None:
    part = Kept.objects.first()
    assert part is not None
    later.settle(part, later.Looked(gone=False, asked=True), 0)

    assert Kept.objects.get(pk=part.pk).state == KeptState.ASKED
    later.settle(part, later.Looked(gone=True), 0)
    assert Kept.objects.get(pk=part.pk).state == KeptState.ASKED


@pytest.fixture
def asked(kept: Filed, post: Post) -> Kept:
    """A part that was kept, at which a person must look now."""
    part = Kept.objects.order_by("-records").first()
    assert part is not None
    later.ask(part)
    run_all_due("correspondence.send")
    assert "/console/reappearances/" in post.to("one@desk.example")[-1].text
    return part


def test_what_an_officer_lets_be_tried_again_goes_by_the_rules(
    keeping: SmallShop, asked: Kept, officers: tuple[Officer, Officer], post: Post,
) -> None:  # fmt: skip
    keeping.sql("UPDATE orders SET ordered_on = '2001-03-01'")

    later.try_again(asked, by=officers[0])
    with pytest.raises(NotOpen):
        later.try_again(asked, by=officers[1])
    with pytest.raises(NotOpen):
        later.done_by_hand(asked, by=officers[1], reason=ByHand.GONE)
    run_all_due()

    assert Kept.objects.get(pk=asked.pk).state == KeptState.ERASED
    assert held(keeping)["orders"] == [20, 21]
    assert "erased now" in str(post.to("ada@example.com")[-1].subject)


def test_what_an_officer_says_is_gone_ends_and_the_person_is_told(
    kept: Filed, asked: Kept, officers: tuple[Officer, Officer], post: Post,
) -> None:  # fmt: skip
    later.done_by_hand(asked, by=officers[0], reason=ByHand.RETIRED)
    with pytest.raises(NotOpen):
        later.try_again(asked, by=officers[1])
    run_all_due()

    part = Kept.objects.get(pk=asked.pk)
    assert (part.state, part.address, part.identity, part.pages.count()) == (KeptState.ERASED, None, None, 0)
    assert "erased now" in str(post.to("ada@example.com")[-1].subject)
    assert AuditEvent.objects.get(action="erasure.later_by_hand").actor_name == f"officer:{officers[0].pk}"
    with pytest.raises(KeyGone):
        get(asked.pk)


@pytest.fixture
def erased(erasing: SmallShop, planned: Planner, approve: Approver) -> Filed:
    filed = planned()
    approve(filed)
    run_all_due()
    assert (filed.state, held(erasing)) == (State.ANSWERED, OTHERS)
    return filed


def restore(shop: SmallShop) -> None:
    """Put back what a backup from before the erasure holds."""
    shop.customer(1, "ada@example.com", name="Ada Example")
    shop.order(10, 1)
    shop.order(11, 1)
    shop.subscriber(5, "ada@example.com")


@pytest.mark.threat("7.09")
def test_what_a_backup_brought_back_is_erased_again_and_a_second_time_changes_nothing(
    erasing: SmallShop, erased: Filed, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    restore(erasing)

    call_command("erasures", "since", "2026-01-01T00:00")
    assert capsys.readouterr().out.count(erased.dsr.reference) == 2
    call_command("erasures", "reapply", "2026-01-01T00:00")
    assert capsys.readouterr().out == "2 erasures applied again, 4 records\n"
    assert held(erasing) == OTHERS
    call_command("erasures", "reapply", "2026-01-01T00:00", "--source", "orders")
    assert capsys.readouterr().out == "0 erasures applied again, 0 records\n"


def test_more_than_was_approved_is_never_erased_again(erasing: SmallShop, erased: Filed) -> None:
    restore(erasing)
    erasing.order(99, 1)

    with pytest.raises(CommandError, match=r"a person must look at these:\n.*  orders  plan_changed"):
        call_command("erasures", "reapply", "2026-01-01T00:00")

    assert held(erasing) == {"customers": [1, 2], "orders": [10, 11, 20, 21, 99], "subscribers": [6]}


def test_less_than_was_approved_is(erasing: SmallShop, erased: Filed) -> None:
    erasing.customer(1, "ada@example.com", name="Ada Example")
    erasing.order(11, 1)

    call_command("erasures", "reapply", "2026-01-01T00:00")

    assert held(erasing) == OTHERS


@pytest.mark.parametrize("wrong", ["yesterday", "2026"])
def test_a_moment_must_be_one(wrong: str) -> None:
    with pytest.raises(CommandError, match="is no moment"):
        call_command("erasures", "since", wrong)


def test_what_an_import_brought_back_is_found_told_once_and_erased_on_an_officers_word(
    erasing: SmallShop, erased: Filed, officers: tuple[Officer, Officer], post: Post,
) -> None:  # fmt: skip
    look_again()
    run_all_due()
    assert not Reappearance.objects.exists()
    Step.objects.filter(kind="erasure.reappearance").delete()
    erasing.subscriber(5, "ada@example.com")

    for _ in range(2):
        look_again()
        run_all_due()
        Step.objects.filter(kind="erasure.reappearance").delete()

    found = Reappearance.objects.get()
    assert (found.source.name, found.known, found.records) == ("newsletter", True, 1)
    assert len([one for one in post.to("one@desk.example") if "there again" in str(one.subject)]) == 1
    assert held(erasing) == {**OTHERS, "subscribers": [5, 6]}
    again.ask_again(found, by=officers[0])
    with pytest.raises(NotOpen):
        again.settle(found, Outcome.NEW_ACCOUNT, by=officers[1])
    assert held(erasing) == {**OTHERS, "subscribers": [5, 6]}
    run_all_due(dying=True)
    assert held(erasing) == OTHERS
    found.refresh_from_db()
    assert (found.outcome, found.settled_by) == (Outcome.ERASED_AGAIN, officers[0])
    assert "/console/reappearances/" in post.to("one@desk.example")[-1].text


@pytest.mark.promise("A9")
def test_a_new_account_of_the_same_person_is_asked_about_and_never_erased(
    erasing: SmallShop, erased: Filed, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    erasing.subscriber(77, "ada@example.com")
    look_again()
    run_all_due()

    found = Reappearance.objects.get()
    assert not found.known
    again.settle(found, Outcome.NEW_ACCOUNT, by=officers[0])
    Step.objects.filter(kind="erasure.reappearance").delete()
    look_again()
    run_all_due()

    assert Reappearance.objects.count() == 1
    assert held(erasing) == {**OTHERS, "subscribers": [6, 77]}


def test_a_request_that_is_taken_back_leaves_no_list_of_records(planned: Planner, erasing: SmallShop) -> None:
    filed = planned()
    assert Plan.objects.filter(dsr=filed.dsr, file__isnull=False).count() == 2
    assert erasure.cancel(filed.now)

    run_all_due()

    assert Plan.objects.filter(dsr=filed.dsr, file__isnull=False).count() == 0
    assert Plan.objects.filter(dsr=filed.dsr, made_at__lte=Now()).count() == 2

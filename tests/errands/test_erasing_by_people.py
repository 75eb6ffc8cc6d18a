"""An erasure where no program reaches: the keeper is asked once two have approved, and the emergency stop holds everything."""

from collections.abc import Callable

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.erasure import services as erasure
from requests_app.erasure.approving import NotReady, check_approvable
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.errands.models import Deed, Errand, ErrandState, Keeper
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.sources import stops
from requests_app.sources.models import PEOPLE
from requests_app.workflow.states import State
from tests.erasure.conftest import erasing, officers, shop  # noqa: F401  # fixtures
from tests.errands.office import BINDERS, KEEPER, Office
from tests.filing import Filed, file_and_confirm
from tests.mail import Post
from tests.making import a_source
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def binders(erasing: SmallShop, post: Post) -> Office:  # noqa: F811  # a fixture
    """The shop, whose paper archive a person looks after."""
    file = erasing.folder / "binders.yaml"
    file.write_text(BINDERS, encoding="utf-8")
    source = a_source("binders", brand=erasing.brand, connector=PEOPLE, description=str(file), secret="")
    return Office(source, Keeper.objects.create(source=source, name="Archie", email=KEEPER), post)


@pytest.fixture
def approved(binders: Office, officers: tuple[Officer, Officer], post: Post) -> Callable[[], Filed]:  # noqa: F811  # a fixture
    """File an erasure and have two approve it, as far as that is possible."""

    def made() -> Filed:
        filed = file_and_confirm(post, binders.source.brand, right="erasure", email="ada@example.com")
        for officer in officers:
            erasure.approve(filed.now, by=officer, digest=erasure.plan_digest(filed.now))
        run_all_due("journey.follow", "correspondence.send")
        return filed

    return made


def let_cool(filed: Filed) -> None:
    erasure.waive_cooling_off(filed.now)
    come_due("erasure.begin")
    run_all_due()


def plan(filed: Filed, name: str) -> Plan:
    return Plan.objects.filter(dsr=filed.dsr, source__name=name).latest("round")


def test_the_keeper_is_asked_to_erase_and_the_word_settles_the_plan(binders: Office, approved: Callable[[], Filed]) -> None:
    filed = approved()
    assert not Errand.objects.exists()
    let_cool(filed)
    assert (binders.errand.deed, binders.errand.state) == (Deed.ERASE, ErrandState.OPEN)
    assert plan(filed, "orders").state == PlanState.DONE

    binders.come_in()
    assert "Erase by hand" in binders.client.get(binders.page).content.decode()
    binders.does("done")
    run_all_due()

    settled = plan(filed, "binders")
    assert settled.state == PlanState.DONE
    assert RecordSet.objects.get(plan=settled).proof == {"how": "by_hand", "by": f"keeper:{binders.keeper.pk}"}
    assert AuditEvent.objects.filter(action="erasure.done_by_hand", actor_kind="keeper").exists()
    assert filed.state == State.ANSWERED


def test_whoever_cannot_erase_leaves_it_to_the_officers(
    binders: Office, approved: Callable[[], Filed], officers: tuple[Officer, Officer],  # noqa: F811  # a fixture
) -> None:  # fmt: skip
    filed = approved()
    let_cool(filed)
    binders.come_in()
    binders.does("cannot", ground="Bound into one book with others")
    run_all_due()

    assert plan(filed, "binders").state == PlanState.RUNNING
    assert [one for one in binders.post.to(officers[0].email) if "erase by hand" in one.subject]
    erasure.give_up(plan(filed, "binders"), reason="One book", by=officers[0])
    run_all_due()
    assert filed.state == State.ERASED_IN_PART


def test_what_an_officer_settled_the_keeper_need_not_answer(
    binders: Office, approved: Callable[[], Filed], officers: tuple[Officer, Officer],  # noqa: F811  # a fixture
) -> None:  # fmt: skip
    filed = approved()
    let_cool(filed)
    binders.come_in()
    erasure.done_by_hand(plan(filed, "binders"), by=officers[0])

    assert binders.errand.state == ErrandState.WITHDRAWN
    assert binders.does("done").status_code == 409


def test_under_the_emergency_stop_nothing_more_is_erased_and_then_it_goes_on(
    erasing: SmallShop, approved: Callable[[], Filed], officers: tuple[Officer, Officer],  # noqa: F811  # fixtures
) -> None:  # fmt: skip
    filed = approved()
    stop = stops.place(erasing.brand, None, reason="wrong person?", by=officers[0])
    let_cool(filed)
    assert filed.state == State.COOLING_OFF

    stops.lift(stop, reason="it was right", by=officers[1])
    late = stops.place(erasing.brand, erasing.orders, reason="only here", by=officers[0])
    come_due()
    run_all_due()
    assert plan(filed, "newsletter").state == PlanState.DONE
    assert plan(filed, "orders").state == PlanState.RUNNING
    assert Step.objects.get(kind="erasure.run", source=erasing.orders).error == "stopped"

    stops.lift(late, reason="looked", by=officers[0])
    come_due()
    run_all_due()
    assert plan(filed, "orders").state == PlanState.DONE


def test_no_approval_is_given_to_a_plan_whose_system_is_stopped_or_paused(
    erasing: SmallShop, binders: Office, officers: tuple[Officer, Officer], post: Post,  # noqa: F811  # fixtures
) -> None:  # fmt: skip
    filed = file_and_confirm(post, erasing.brand, right="erasure", email="ada@example.com")
    check_approvable(filed.now)

    def why() -> str:
        with pytest.raises(NotReady) as caught:
            check_approvable(filed.now)
        return caught.value.reason

    stop = stops.place(erasing.brand, None, reason="all", by=officers[0])
    assert why() == "all_stopped"
    stops.lift(stop, reason="no", by=officers[0])
    stop = stops.place(erasing.brand, erasing.orders, reason="one", by=officers[0])
    assert why() == "stopped"
    stops.lift(stop, reason="no", by=officers[0])
    for _ in range(5):
        erasing.orders.failed("unreachable", "no route")
    assert why() == "paused"

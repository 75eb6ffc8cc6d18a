"""Systems that lead to each other are searched as one; one that cannot hand on its values makes the answer fail by name."""

from pathlib import Path
from typing import Final

import pytest

from requests_app.collection.leads import supplied
from requests_app.collection.models import Pull, PullState
from requests_app.collection.services import page, start
from requests_app.connectors.base import Pointer
from requests_app.matching.models import Match, MatchState
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_dsr
from tests.running import run_all_due
from tests.small_shop import LETTERS, SmallShop, shop  # noqa: F401  # a fixture

ADDRESS: Final = "ada@example.com"
BY_NUMBER: Final = """        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, data_type: integer}}
          - name: email
            data_categories: [user.contact.email]
          - name: list
            data_categories: [user.behavior]
            fides_meta: {references: [{dataset: %s, field: customers.id, direction: from}]}
"""


def described(shop: SmallShop, dataset: str = "orders") -> None:  # noqa: F811
    """Let the newsletter know people by the order system's customer number alone (in the column `list`)."""
    head = LETTERS.partition("        fields:")[0]
    (shop.folder / "newsletter.yaml").write_text(head + BY_NUMBER % dataset, encoding="utf-8")


def asked(shop: SmallShop, *, orders: MatchState = MatchState.CLEAR) -> SubjectRequest:  # noqa: F811
    dsr = a_dsr(State.COLLECTING, brand=shop.brand, email=ADDRESS)
    chosen = [["customers", ["1"]]] if orders == MatchState.CLEAR else []
    Match.objects.create(dsr=dsr, source=shop.orders, state=orders, candidates=[], chosen=chosen, fault="unreachable")
    Match.objects.create(dsr=dsr, source=shop.newsletter, state=MatchState.NOBODY, candidates=[], chosen=[])
    start(dsr)
    run_all_due("collection.pull")
    return dsr


def pulled(dsr: SubjectRequest, source: Source) -> Pull:
    return Pull.objects.get(dsr=dsr, source=source)


@pytest.fixture(autouse=True)
def own_vault(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.DSAR_VAULT = tmp_path / "vault"  # type: ignore[attr-defined]


def test_records_that_only_another_systems_values_find_are_found(shop: SmallShop) -> None:  # noqa: F811
    described(shop)
    shop.customer(1, ADDRESS)
    shop.customer(2, "bob@example.com")
    shop.subscriber(10, "", "1")
    shop.subscriber(11, "", "2")
    shop.subscriber(12, "", "1")

    dsr = asked(shop)

    found = pulled(dsr, shop.newsletter)
    assert (found.state, found.records) == (PullState.DONE, 2)
    assert [record["id"] for record in page(found.parts.get(form="json"), 0, 10)] == [10, 12]


def test_a_system_that_could_not_be_asked_makes_the_one_it_leads_to_fail_by_name(shop: SmallShop) -> None:  # noqa: F811
    described(shop)
    shop.customer(1, ADDRESS)

    dsr = asked(shop, orders=MatchState.FAILED)

    assert pulled(dsr, shop.newsletter).state != PullState.DONE
    step = dsr.steps.get(kind="collection.pull", source=shop.newsletter)
    assert step.error == "leading_system_failed"
    shop.newsletter.refresh_from_db()
    assert shop.newsletter.failures == 0  # it has no part in it


def test_a_dataset_that_nobody_has_is_no_silent_gap(shop: SmallShop) -> None:  # noqa: F811
    described(shop, dataset="warehouse")
    shop.customer(1, ADDRESS)

    dsr = asked(shop)

    assert pulled(dsr, shop.newsletter).fault == "misconfigured"


def test_a_check_knows_which_values_other_systems_have(shop: SmallShop) -> None:  # noqa: F811
    described(shop)
    assert supplied(shop.newsletter) == (Pointer("orders", "customers", "id"),)
    assert supplied(shop.orders) == ()
    described(shop, dataset="warehouse")
    assert supplied(shop.newsletter) == ()


def test_systems_that_lead_to_each_other_in_a_ring_are_each_asked_through_the_other(shop: SmallShop) -> None:  # noqa: F811
    described(shop)
    back = "{references: [{dataset: newsletter, field: subscribers.email, direction: from}]}"
    orders = (shop.folder / "orders.yaml").read_text(encoding="utf-8")
    ring = orders.replace(
        "{name: total, data_categories: [user.purchase]}", f"{{name: total, data_categories: [user.purchase], fides_meta: {back}}}"
    )
    (shop.folder / "orders.yaml").write_text(ring.replace("numeric", "text"), encoding="utf-8")
    shop.sql("ALTER TABLE orders ALTER total TYPE text")
    shop.customer(1, ADDRESS)
    shop.customer(2, "bob@example.com")
    shop.order(5, 2, total="voucher-7")
    shop.subscriber(10, "voucher-7", "1")

    dsr = asked(shop)

    assert pulled(dsr, shop.newsletter).records == 1
    assert pulled(dsr, shop.orders).state == PullState.DONE

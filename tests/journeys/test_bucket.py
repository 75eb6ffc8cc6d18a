"""A whole request with the vault in a bucket: collected, looked at, sealed, fetched, and forgotten without a trace."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from pytest_django import Settings

from requests_app.bundle import services as bundle
from requests_app.bundle.services import NotAvailable
from requests_app.collection.models import Part
from requests_app.ledger.models import Step, StepState
from requests_app.vault import services as vault
from requests_app.vault.bucket import Bucket
from requests_app.workflow.states import State
from tests.buckets import between, bucket, objects, s3_server, unfinished  # noqa: F401  # fixtures too
from tests.filing import an_officer, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop


def settings_of(place: Bucket, **changes: object) -> dict[str, object]:
    return {name: getattr(place, name) for name in place.__slots__} | changes


@pytest.fixture
def customers(shop: SmallShop, bucket: Bucket, settings: Settings) -> SmallShop:  # noqa: F811
    settings.DSAR_VAULT = settings_of(bucket)
    shop.customer(1, ADDRESS, scan=shop.scan("ada.pdf", b"%PDF of Ada"))
    shop.order(11, 1)
    shop.subscriber(7, ADDRESS)
    return shop


def test_a_request_goes_its_whole_way_through_a_bucket(customers: SmallShop, bucket: Bucket, post: Post) -> None:  # noqa: F811
    filed = file_and_confirm(post, customers.brand)
    assert filed.state == State.REVIEWING
    assert len(objects(bucket)) == Part.objects.filter(pull__dsr=filed.dsr).count() >= 3
    filed.approve(by=an_officer(customers.brand))
    run_all_due()

    with bundle.handed_over(filed.bundle) as chunks:
        copy = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))

    assert copy.testzip() is None
    assert [row["id"] for row in json.loads(copy.read("data/orders/orders.json"))] == [11]
    assert [copy.read(name) for name in copy.namelist() if name.startswith("files/")] == [b"%PDF of Ada"]
    vault.forget([filed.dsr.pk])
    assert not objects(bucket)
    assert not unfinished(bucket)


def test_work_waits_while_the_bucket_is_away_and_nothing_is_lost(
    customers: SmallShop, bucket: Bucket, settings: Settings, post: Post  # noqa: F811
) -> None:  # fmt: skip
    with between(bucket.endpoint, lambda *_: (503, "SlowDown")) as (address, _asked):
        settings.DSAR_VAULT = settings_of(bucket, endpoint=address)
        filed = file_and_confirm(post, customers.brand)
        assert filed.state == State.COLLECTING
        waits = Step.objects.filter(kind="collection.pull", state=StepState.DUE)
        assert {step.error for step in waits} == {"vault_away"}
    settings.DSAR_VAULT = settings_of(bucket)

    come_due()
    run_all_due()

    assert filed.state == State.REVIEWING


def test_a_copy_whose_object_is_gone_is_not_available(customers: SmallShop, bucket: Bucket, post: Post) -> None:  # noqa: F811
    filed = file_and_confirm(post, customers.brand)
    filed.approve(by=an_officer(customers.brand))
    run_all_due()
    for name in list(vault.storage().names(timedelta(days=-1))):
        vault.storage().delete(name)

    with pytest.raises(NotAvailable), bundle.handed_over(filed.bundle):
        pass

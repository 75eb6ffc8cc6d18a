"""Access, from the form to the opened copy: real servers, real systems, real mail."""

import io
import json
import zipfile

from requests_app.bundle import services as bundle
from requests_app.workflow.states import State
from tests.filing import Filed, an_officer, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS
from tests.running import run_all_due
from tests.small_shop import SmallShop


def fetched(filed: Filed) -> zipfile.ZipFile:
    with bundle.handed_over(filed.bundle) as chunks:
        return zipfile.ZipFile(io.BytesIO(b"".join(chunks)))


def records(copy: zipfile.ZipFile, path: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(copy.read(path))
    return found


def test_one_clear_match_goes_from_the_form_to_the_copy(shop: SmallShop, post: Post) -> None:
    shop.customer(1, ADDRESS)
    shop.order(11, 1)
    shop.customer(2, "bob@example.com", "Bob Other")
    shop.order(12, 2)
    shop.subscriber(7, "ADA@Example.com")
    officer = an_officer(shop.brand)

    filed = file_and_confirm(post, shop.brand)
    assert filed.state == State.REVIEWING
    filed.approve(by=officer)
    run_all_due()

    assert filed.state == State.ANSWERED
    copy = fetched(filed)
    assert copy.testzip() is None
    assert [row["id"] for row in records(copy, "data/orders/customers.json")] == [1]
    assert [row["id"] for row in records(copy, "data/orders/orders.json")] == [11]
    assert [row["id"] for row in records(copy, "data/newsletter/subscribers.json")] == [7]

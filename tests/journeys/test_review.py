"""Access with a review, from the collection to the opened copy: nothing of what was withheld is in any byte of it."""

import io
import json
import zipfile

import pytest

from requests_app.bundle import services as bundle
from requests_app.collection.models import Part
from requests_app.correspondence.models import Letter
from requests_app.review import notes, proposals, services
from requests_app.review.models import Extent, Flag, Proposal, Ruling
from requests_app.review.services import Hinders, NotReviewed, Spot
from requests_app.workflow.services import StaleState
from requests_app.workflow.states import State
from tests.filing import Filed, an_officer, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS
from tests.running import run_all_due
from tests.small_shop import SmallShop

BOB = "Marleycanary"
MAIL = "bobcanary@other.example"
SECRET = "=canary of a trade secret"
TOTAL = "98765.43"
NOTE = "canary for colleagues alone"


def members(filed: Filed) -> dict[str, bytes]:
    with bundle.handed_over(filed.bundle) as chunks:
        copy = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))
    assert copy.testzip() is None
    return {name: copy.read(name) for name in copy.namelist()}


@pytest.fixture
def filed(shop: SmallShop, post: Post) -> Filed:
    shop.customer(1, ADDRESS, scan=shop.scan("ada.pdf", b"%PDF canary scan"))
    shop.order(10, 1, f"for Mr Bob {BOB}, tell {MAIL} or ada@example.com", TOTAL)
    shop.order(11, 1, f"a gift, {MAIL}")
    shop.order(12, 1, SECRET)
    shop.order(13, 1, "O-13")
    shop.subscriber(7, "ADA@Example.com")
    filed = file_and_confirm(post, shop.brand)
    assert filed.state == State.REVIEWING
    return filed


def part(name: str) -> Part:
    return Part.objects.select_related("file", "pull__source").get(collection=name, form="json")


def test_what_was_withheld_is_in_no_byte_of_the_copy_which_says_where_and_why(filed: Filed, shop: SmallShop) -> None:
    ada = an_officer(shop.brand)
    name = Proposal.objects.select_related("flag__part__file", "flag__part__pull__source", "dsr").get(flag__kind="name")
    mails = Flag.objects.select_related("part__file", "part__pull__source", "dsr").get(kind="email")
    assert (mails.found, mails.kept) == (2, 2), "her own address is no proposal"
    with pytest.raises(NotReviewed) as caught:
        services.approve(filed.now, by=ada)
    assert caught.value.why == (Hinders.UNSEEN,)

    proposals.accept(name, by=ada)
    proposals.accept_all(mails, by=ada)
    services.withhold(filed.now, Spot(part("orders"), Extent.RECORD, 2), ground="trade_secret", note=NOTE, by=ada)
    services.withhold(filed.now, Spot(part("customers"), Extent.FIELD, 0, "scan"), ground="security", note="", by=ada)
    services.withhold(filed.now, Spot(part("orders"), Extent.COLUMN, None, "total"), ground="disproportionate", note="", by=ada)
    notes.write(filed.now, NOTE, by=ada)
    proposals.looked_at(filed.now, [flag.pk for flag in services.unseen(filed.now)], by=ada)
    services.approve(filed.now, by=ada)
    run_all_due()

    assert filed.state == State.ANSWERED
    copy = members(filed)
    for canary in (BOB, MAIL, SECRET, NOTE, "%PDF canary", TOTAL):
        assert not [name for name, content in copy.items() if canary.encode() in content], canary
    orders = json.loads(copy["data/orders/orders.json"])
    mark = "withheld: about other people"
    assert orders[0]["number"] == f"for Mr [{mark}], tell [{mark}] or ada@example.com"
    assert set(orders[2].values()) == {"withheld: trade secret"}
    assert orders[3]["number"] == "O-13"
    assert {order["total"] for order in orders[:2]} == {"withheld: effort out of proportion"}
    assert f'"a gift, [{mark}]"' in copy["data/orders/orders.csv"].decode()
    assert not [name for name in copy if name.startswith("files/")]
    assert mark in copy["index.html"].decode()
    assert "What is withheld, and why" in copy["index.html"].decode()


def test_the_manifest_and_the_letter_tell_what_kind_of_thing_is_withheld_why_and_how_to_complain(
    filed: Filed, shop: SmallShop, post: Post,
) -> None:  # fmt: skip
    ada = an_officer(shop.brand)
    services.withhold(filed.now, Spot(part("orders"), Extent.FIELD, 0, "number"), ground="others", note=NOTE, by=ada)
    services.withhold(filed.now, Spot(part("orders"), Extent.RECORD, 1), ground="trade_secret", note="", by=ada)
    proposals.looked_at(filed.now, [flag.pk for flag in services.unseen(filed.now)], by=ada)
    services.approve(filed.now, by=ada)
    run_all_due()

    listed = json.loads(members(filed)["manifest.json"])["withheld"]
    assert [(one["what"], one["count"], one["law"]) for one in listed] == [("field", 1, "GDPR, Art. 15(4)"), ("record", 1, "")]
    text = [letter for letter in post.to(ADDRESS) if "ready" in letter.subject][-1].text
    others = "- Your orders: 1 value. It is about other people, whose rights the answer must not harm. (GDPR, Art. 15(4))"
    for said in (
        "Some things are withheld",
        others,
        "- Your orders: 1 record. It would give away a trade secret.",
        "The Authority",
    ):
        assert said in " ".join(text.split()), text
    assert NOTE not in "".join(letter.text or "" for letter in Letter.objects.all())


def test_after_the_approval_nothing_is_withheld_or_taken_back(filed: Filed, shop: SmallShop) -> None:
    ada = an_officer(shop.brand)
    ruling = services.withhold(filed.now, Spot(part("orders"), Extent.RECORD, 0), ground="others", note="", by=ada)
    proposals.looked_at(filed.now, [flag.pk for flag in services.unseen(filed.now)], by=ada)
    services.approve(filed.now, by=ada)

    with pytest.raises(StaleState):
        services.undo(ruling, by=ada)
    with pytest.raises(StaleState):
        services.withhold(filed.now, Spot(part("orders"), Extent.RECORD, 1), ground="others", note="", by=ada)
    assert Ruling.objects.live().count() == 1

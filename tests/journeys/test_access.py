"""Access, from the form to the opened copy: real servers, real systems, real mail."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.bundle import services as bundle
from requests_app.bundle.services import NotAvailable
from requests_app.correspondence import denials
from requests_app.correspondence.denials import Rests
from requests_app.correspondence.models import Letter
from requests_app.ledger.models import Step
from requests_app.matching.services import decide
from requests_app.values import CUSTOMER
from requests_app.vault import services as vault
from requests_app.verification import lapses
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.verification.services import NoSuchLink
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import Filed, an_officer, file, file_and_confirm
from tests.mail import Delivered, Post
from tests.making import ADDRESS
from tests.running import come_due, run_all_due, waiting
from tests.small_shop import SmallShop


def fetched(filed: Filed) -> zipfile.ZipFile:
    with bundle.handed_over(filed.bundle) as chunks:
        return zipfile.ZipFile(io.BytesIO(b"".join(chunks)))


def records(copy: zipfile.ZipFile, path: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(copy.read(path))
    return found


def ids(copy: zipfile.ZipFile, path: str) -> list[object]:
    return [row["id"] for row in records(copy, path)]


def kinds() -> list[str]:
    return list(Letter.objects.filter(officer=None).order_by("written_at").values_list("kind", flat=True))


def last(post: Post, address: str = ADDRESS) -> Delivered:
    return post.to(address)[-1]


def approved(filed: Filed, shop: SmallShop, reason: str = "") -> None:
    filed.approve(by=an_officer(shop.brand), reason=reason)
    run_all_due()


@pytest.fixture
def customers(shop: SmallShop) -> SmallShop:
    """Ada with an order, a scan and a newsletter; Bob with the same things."""
    shop.customer(1, ADDRESS, scan=shop.scan("ada.pdf", b"%PDF of Ada"))
    shop.order(11, 1)
    shop.order(10, 1, total="7.00")
    shop.subscriber(7, "ADA@Example.com")
    shop.customer(2, "bob@example.com", "Bob Other", "10115", scan=shop.scan("bob.pdf", b"%PDF of Bob"))
    shop.order(12, 2)
    shop.subscriber(8, "bob@example.com")
    return shop


@pytest.mark.promise("A1")
@pytest.mark.promise("A2")
def test_one_clear_match_goes_from_the_form_to_the_copy(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand)
    assert filed.state == State.REVIEWING
    approved(filed, customers)

    assert filed.state == State.ANSWERED
    copy = fetched(filed)
    assert copy.testzip() is None
    assert ids(copy, "data/orders/customers.json") == [1]
    assert ids(copy, "data/orders/orders.json") == [10, 11]
    assert ids(copy, "data/newsletter/subscribers.json") == [7]
    assert [copy.read(name) for name in copy.namelist() if name.startswith("files/")] == [b"%PDF of Ada"]
    assert not any(b"Bob" in copy.read(name) for name in copy.namelist())
    assert waiting() == []


@pytest.mark.promise("O1")
@pytest.mark.promise("O12")
@pytest.mark.promise("O13")
@pytest.mark.promise("O14")
@pytest.mark.promise("S25")
def test_the_copy_explains_purposes_bases_categories_recipients_terms_and_transfers(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand)
    approved(filed, customers)

    sheet = fetched(filed).read("information.html").decode()
    for said in (
        "To sell and deliver", "To send you news", "Parcel carrier", "As long as your account exists", "Until you change your mind",
        "You gave it to us", "The Authority", "https://authority.example",
    ):  # fmt: skip
        assert said in sheet
    lower = sheet.lower()
    for said in ("contract", "consent", "united states", "standard contractual clauses", "email"):
        assert said in lower or said.replace("email", "e-mail") in lower


def test_each_step_is_told_in_a_letter_and_no_letter_holds_the_data(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand)
    approved(filed, customers)

    assert kinds() == ["confirm_address", "proven", "answered"]
    assert [one.recipients for one in post.to(ADDRESS)] == [(ADDRESS,)] * 3
    for letter in post.to(ADDRESS):
        for word in ("75001", "O-11", "10.50", "Ada Example", "%PDF"):
            assert word not in letter.text
    challenge = verification.opened(last(post).tokens[0])
    assert (challenge.purpose, challenge.dsr_id) == (Purpose.DOWNLOAD, filed.dsr.pk)


@pytest.mark.promise("S1")
def test_whoever_speaks_french_gets_letters_and_copy_in_french(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand, language="fr")
    approved(filed, customers)

    assert last(post).subject.startswith("Vos données sont prêtes")
    copy = fetched(filed)
    assert 'lang="fr"' in copy.read("index.html").decode()
    assert "Votre compte" in copy.read("index.html").decode()
    assert "Vendre et livrer" in copy.read("information.html").decode()


@pytest.mark.threat("3.01")
def test_two_people_behind_one_mailbox_are_told_apart_by_an_officer(customers: SmallShop, post: Post) -> None:
    customers.customer(3, ADDRESS, "Eve Example", "99999")
    customers.order(13, 3)
    filed = file_and_confirm(post, customers.brand)
    assert filed.state == State.DECIDING
    assert not filed.dsr.pulls.exists()

    officer = an_officer(customers.brand)
    choices = {}
    for match in filed.dsr.matches.filter(state="doubtful"):
        found = [
            number for number, one in enumerate(match.candidates) if "Ada Example" in one["evidence"].get("name", ["Ada Example"])
        ]
        choices[str(match.pk)] = found
    decide(filed.now, choices, by=officer, reason="She told me her postcode.")
    run_all_due()
    filed.approve(by=officer)
    run_all_due()

    copy = fetched(filed)
    assert ids(copy, "data/orders/customers.json") == [1]
    assert ids(copy, "data/orders/orders.json") == [10, 11]
    assert ids(copy, "data/newsletter/subscribers.json") == [7]
    assert not any(b"Eve Example" in copy.read(name) for name in copy.namelist())


def test_nobody_found_is_an_answer_that_says_where_was_looked(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand, email="stranger@example.com")
    approved(filed, customers)

    assert filed.state == State.ANSWERED
    assert "hold no data about you" in last(post, "stranger@example.com").text
    copy = fetched(filed)
    assert not [name for name in copy.namelist() if name.startswith(("data/", "files/"))]
    manifest = json.loads(copy.read("manifest.json"))
    assert {"orders", "newsletter"} <= set(str(manifest).replace("'", " ").split())


@pytest.mark.threat("4.06")
def test_a_system_that_is_away_is_named_in_a_partial_answer_and_a_supplement_follows(
    customers: SmallShop, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = customers.database
    monkeypatch.setenv("SMALL_ORDERS_URL", "postgresql://nobody@127.0.0.1:1/shop")
    customers.brand.facts_required = 0
    customers.brand.save()
    filed = file_and_confirm(post, customers.brand)
    while filed.state == State.MATCHING:
        come_due("matching.ask")
        run_all_due()
    officer = an_officer(customers.brand)
    filed.approve(by=officer, reason="It is being repaired until Friday.")
    run_all_due()

    assert filed.state == State.ANSWERED_IN_PART
    assert "- Orders" in last(post).text
    first = fetched(filed)
    assert ids(first, "data/newsletter/subscribers.json") == [7]
    assert not [name for name in first.namelist() if name.startswith("data/orders")]
    assert "It is being repaired until Friday." in first.read("index.html").decode()
    partial = filed.bundle

    monkeypatch.setenv("SMALL_ORDERS_URL", right)
    customers.orders.answered()
    come_due("bundle.supplement")
    run_all_due()
    assert filed.state == State.REVIEWING
    filed.approve(by=officer)
    run_all_due()

    assert filed.state == State.ANSWERED
    second = fetched(filed)
    assert ids(second, "data/orders/orders.json") == [10, 11]
    assert ids(second, "data/newsletter/subscribers.json") == [7]
    assert kinds()[-2:] == ["answered_in_part", "answered"]
    assert Step.objects.filter(kind="collection.pull", source=customers.newsletter).count() == 1
    with pytest.raises(NotAvailable), bundle.handed_over(partial):
        pass


@pytest.mark.promise("S5")
def test_a_refusal_goes_out_with_the_officers_reason_and_a_contact(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand)

    rests = Rests("not_covered", "GDPR, Art. 15(1)", "The account belongs to a company.")
    denials.refuse(filed.now, rests, by=an_officer(customers.brand))
    run_all_due()

    assert filed.state == State.REFUSED
    letter = last(post)
    assert "The account belongs to a company." in letter.text
    assert "The account belongs to a company." in letter.html
    assert customers.brand.privacy_email in letter.text
    assert not filed.dsr.bundles.exists()


def test_a_withdrawal_stops_everything_and_what_was_collected_goes(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand)
    assert filed.dsr.files.exists()

    advance(filed.now, Move.WITHDRAW, by=CUSTOMER)
    run_all_due()

    assert filed.state == State.WITHDRAWN
    assert not filed.dsr.files.exists()
    assert last(post).subject == f"Your request {filed.dsr.reference} is withdrawn"
    assert waiting() == []


def test_a_withdrawal_before_the_proof_is_told_to_nobody(customers: SmallShop, post: Post) -> None:
    filed = file(customers.brand)
    run_all_due()

    advance(filed.now, Move.WITHDRAW, by=CUSTOMER)
    run_all_due()

    assert kinds() == ["confirm_address"]


def test_what_is_withdrawn_at_once_is_not_even_asked(customers: SmallShop, post: Post) -> None:
    filed = file(customers.brand)
    advance(filed.now, Move.WITHDRAW, by=CUSTOMER)

    run_all_due()

    assert (filed.state, kinds()) == (State.WITHDRAWN, [])


def test_a_withdrawal_in_the_moment_of_the_proof_is_told_once_and_searches_nothing(customers: SmallShop, post: Post) -> None:
    filed = file(customers.brand)
    run_all_due()
    filed.confirm(post)
    advance(filed.now, Move.WITHDRAW, by=CUSTOMER)

    run_all_due()

    assert kinds() == ["confirm_address", "withdrawn"]
    assert not Step.objects.filter(kind__in=["matching.ask", "collection.pull"]).exists()


def test_nobody_answers_for_a_week(customers: SmallShop, post: Post) -> None:
    filed = file(customers.brand)
    run_all_due()
    SubjectRequest.objects.update(received_at=Now() - timedelta(days=8))

    lapses.lapse()
    run_all_due()

    assert filed.state == State.LAPSED
    assert kinds() == ["confirm_address", "lapsed"]
    assert not Step.objects.filter(kind__in=["matching.ask", "collection.pull"]).exists()


@pytest.mark.threat("2.06")
def test_whoever_did_not_ask_stops_it_from_the_first_letter(customers: SmallShop, post: Post) -> None:
    filed = file(customers.brand)
    run_all_due()
    confirm, disown = last(post).tokens

    verification.disown(verification.opened(disown))
    run_all_due()

    assert filed.state == State.WITHDRAWN
    with pytest.raises(NoSuchLink):
        verification.opened(confirm)
    assert kinds() == ["confirm_address"]


@pytest.mark.threat("2.06")
def test_whoever_did_not_ask_takes_back_even_a_copy_that_is_ready(customers: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, customers.brand)
    approved(filed, customers)
    download, disown = last(post).tokens

    verification.disown(verification.opened(disown))
    run_all_due()

    with pytest.raises(NoSuchLink):
        verification.opened(download)
    with pytest.raises(NotAvailable), bundle.handed_over(filed.bundle):
        pass
    assert "filed by somebody else" in last(post, "officer@desk.example").subject
    assert filed.state == State.ANSWERED


def test_the_trail_of_a_whole_journey_holds_no_word_of_the_person(
    customers: SmallShop, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    filed = file_and_confirm(post, customers.brand, name="Ada Example", details="canary details")
    approved(filed, customers)
    fetched(filed)

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("requests_app")]
    kept = str(list(AuditEvent.objects.values())) + str(list(Step.objects.values())) + "".join(ours)
    for word in (ADDRESS, "Example", "75001", "O-11", "canary", filed.secrets.code, filed.secrets.claim):
        assert word not in kept
    assert AuditEvent.objects.filter(dsr_id=filed.dsr.pk, action="request.moved").count() == filed.dsr.transitions.count()


@pytest.mark.threat("9.01")
def test_when_every_step_is_killed_once_before_its_commit_nothing_is_lost_and_nothing_doubled(
    customers: SmallShop, post: Post
) -> None:
    filed = file(customers.brand)
    run_all_due(dying=True)
    filed.confirm(post)
    run_all_due(dying=True)
    filed.approve(by=an_officer(customers.brand))
    run_all_due(dying=True)

    assert filed.state == State.ANSWERED
    assert kinds() == ["confirm_address", "proven", "answered"]
    sent = [one.message["Message-ID"] for one in post.to(ADDRESS)]
    assert len(sent) == 6  # each was out when its worker died: the copy carries the same number
    assert len(set(sent)) == 3
    assert filed.dsr.bundles.count() == 1
    assert ids(fetched(filed), "data/orders/orders.json") == [10, 11]
    assert waiting() == []
    assert vault.tidy(timedelta(0)) == 8  # two texts of three collections, a scan and a copy, of workers that died
    assert fetched(filed).testzip() is None

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from requests_app.api.models import Scope, SentOnce
from requests_app.correspondence.services import say
from requests_app.intake.limits import network
from requests_app.ledger.models import Step
from requests_app.verification.models import Proof
from requests_app.verification.services import holds_claim
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.api.conftest import FILING, Machine
from tests.making import a_brand, a_dsr, an_officer, walk_to

Make = Callable[..., Machine]
PROBLEM = "application/problem+json"


def problem(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == PROBLEM
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"] == "urn:dsar:problem:" + told["code"]
    return answer.status_code, told["code"]


def test_the_rights_of_a_person_depend_on_where_she_lives(machine: Make) -> None:
    asks = machine(Scope.RIGHTS_READ)

    french = {one["right"] for one in asks.get("rights?residence=FR").json()["rights"]}
    californian = {one["right"] for one in asks.get("rights?residence=US-CA").json()["rights"]}

    assert {"access", "erasure", "restriction"} <= french
    assert "opt_out_sale" in californian - french


def test_a_right_is_told_in_the_language_asked_for_with_its_form(machine: Make) -> None:
    answer = machine(Scope.RIGHTS_READ).get("rights?residence=FR&language=fr")

    access = next(one for one in answer.json()["rights"] if one["right"] == "access")
    assert access["form_url"] == "http://testserver/o-jewels/fr/access/"
    assert access["laws"]
    assert answer["Content-Language"] == "fr"
    assert Client().get(access["form_url"]).status_code == 200


def test_a_filing_opens_a_request_whose_address_is_proven_as_anybodys(machine: Make) -> None:
    answer = machine(Scope.REQUESTS_WRITE).files()

    assert answer.status_code == 202
    dsr = SubjectRequest.objects.get()
    told = answer.json()
    assert told["reference"] == dsr.reference
    assert (dsr.channel, dsr.stage, dsr.verified_at) == ("api", State.RECEIVED, None)
    assert "name" not in dsr.facts
    assert holds_claim(dsr, told["claim_code"])
    assert len(told["code"].replace(" ", "")) == 6
    assert Step.objects.filter(dsr=dsr, kind="journey.follow").exists()


def test_the_answer_tells_nothing_about_whether_the_person_is_known(machine: Make) -> None:
    a_dsr(State.ANSWERED)
    asks = machine(Scope.REQUESTS_WRITE)

    known, unknown = asks.files("known-known"), asks.files("unknown-unknown", email="nobody@example.com")

    assert known.status_code == unknown.status_code == 202
    assert known.json().keys() == unknown.json().keys()
    assert dict(known.headers).keys() == dict(unknown.headers).keys()


def test_the_same_key_and_words_are_one_filing_however_often_they_are_sent(machine: Make) -> None:
    asks = machine(Scope.REQUESTS_WRITE)

    first, second = asks.files(), asks.files()

    assert first.json()["reference"] == second.json()["reference"]
    assert SubjectRequest.objects.count() == SentOnce.objects.count() == 1
    assert holds_claim(SubjectRequest.objects.get(), second.json()["claim_code"])


def test_the_same_key_with_other_words_is_refused(machine: Make) -> None:
    asks = machine(Scope.REQUESTS_WRITE)
    asks.files()

    assert problem(asks.files(email="grace@example.com")) == (422, "other_words")
    assert SubjectRequest.objects.count() == 1


def test_two_shops_may_use_the_same_idempotency_key(machine: Make) -> None:
    machine(brand=a_brand("o-jewels")).files()
    machine(brand=a_brand("j-supply")).files()

    assert SubjectRequest.objects.count() == 2


def test_past_the_proof_a_filing_that_is_sent_again_shows_no_secret(machine: Make) -> None:
    asks = machine(Scope.REQUESTS_WRITE)
    asks.files()
    dsr = SubjectRequest.objects.get()
    walk_to(dsr, State.MATCHING)

    assert asks.files().json()["claim_code"] is None
    assert Proof.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"right": "everything"}, "/right"),
        ({"email": "no address"}, "/email"),
        ({"email": "a@b.example, c@d.example"}, "/email"),
        ({"name": ""}, "/name"),
        ({"name": "a\u202eb"}, "/name"),
        ({"residence": "XX"}, "/residence"),
        ({"facts": {"birth_date": "30 February"}}, "/facts/birth_date"),
        ({"details": "x" * 2001}, "/details"),
        ({"name": None}, "/name"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_never_said_back(machine: Make, changes: dict[str, Any], pointer: str) -> None:
    answer = machine(Scope.REQUESTS_WRITE).files(**changes)

    assert problem(answer) == (400, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not SubjectRequest.objects.exists()


def test_a_right_that_no_law_gives_is_not_taken_down(machine: Make) -> None:
    brand = a_brand(rights={})

    assert problem(machine(brand=brand).files(right="opt_out_sale"))[0] == 422
    assert not SubjectRequest.objects.exists()
    assert not SentOnce.objects.exists()


@pytest.mark.parametrize("once", ["", "short", "x" * 201, "with space", "ümlaut-ümlaut"])
def test_a_filing_needs_a_usable_idempotency_key(machine: Make, once: str) -> None:
    assert problem(machine().post("requests", FILING, **({"Idempotency-Key": once} if once else {}))) == (400, "idempotency_key")


@pytest.mark.parametrize(
    "body",
    ["", "[", '{"a": NaN}', '{"right": "access", "right": "erasure"}', "[" * 100_000, b"\xff\xfe", '"words"', "[]", "null"],
    ids=["nothing", "open", "nan", "twice", "deep", "bytes", "words", "list", "null"],
)
def test_what_is_no_json_or_no_object_is_refused(machine: Make, body: str | bytes) -> None:
    status, code = problem(machine().post("requests", body, **{"Idempotency-Key": "a-filing-of-today"}))

    assert (status, code) in {(400, "parse_error"), (400, "invalid")}


def test_so_much_and_no_more_is_read(machine: Make) -> None:
    assert problem(machine().post("requests", '"' + "x" * 300_000 + '"', **{"Idempotency-Key": "a-filing"})) == (413, "too_large")


def test_without_a_key_or_with_a_wrong_one_nothing_is_told(machine: Make) -> None:
    reference = a_dsr().reference

    for path in ("rights", "requests", f"requests/{reference}", f"requests/{reference}/messages"):
        bare = Client().get(f"/api/v1/{path}")
        assert problem(bare) == (401, "not_authenticated")
        assert bare["WWW-Authenticate"].startswith("Bearer")
        wrong = Client().get(f"/api/v1/{path}", headers={"Authorization": "Bearer dsar_00000000_x"})
        assert problem(wrong) == (401, "authentication_failed")


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_is_good_for_its_scopes_alone(machine: Make, scope: Scope) -> None:
    dsr = a_dsr(State.REVIEWING)
    asks = machine(scope)
    tried = {
        Scope.RIGHTS_READ: asks.get("rights"),
        Scope.REQUESTS_READ: asks.get(f"requests/{dsr.reference}"),
        Scope.REQUESTS_WRITE: asks.files(),
        Scope.MESSAGES_READ: asks.get(f"requests/{dsr.reference}/messages"),
        Scope.MESSAGES_WRITE: asks.post(f"requests/{dsr.reference}/messages", {"text": "Hello"}),
        Scope.SUPPRESSIONS_READ: asks.get(f"suppressions/{'0' * 64}"),
    }

    for needed, answer in tried.items():
        assert (answer.status_code == 403) == (needed != scope)


def test_another_brands_request_is_not_there(machine: Make) -> None:
    theirs = a_dsr(State.REVIEWING, brand=a_brand("j-supply"))
    asks = machine(brand=a_brand("o-jewels"))

    assert problem(asks.get(f"requests/{theirs.reference}")) == problem(asks.get("requests/NO-SUCH")) == (404, "not_found")
    assert asks.get("requests").json()["results"] == []
    assert problem(asks.post(f"requests/{theirs.reference}/withdrawal")) == (404, "not_found")


def test_a_status_says_how_it_goes_and_holds_no_data_of_the_person(machine: Make) -> None:
    dsr = a_dsr(State.REVIEWING)

    told = machine(Scope.REQUESTS_READ).get(f"requests/{dsr.reference}").json()

    assert (told["state"], told["waiting_for"], told["due_on"]) == ("reviewing", "officer", "2026-12-22")
    assert told["words"] == "A privacy officer is checking the answer"
    assert "Ada" not in str(told)
    assert "ada@" not in str(told)


def test_a_request_is_withdrawn_once(machine: Make) -> None:
    dsr = a_dsr(State.VERIFYING)
    asks = machine(Scope.REQUESTS_WRITE)

    assert asks.post(f"requests/{dsr.reference}/withdrawal").json()["state"] == "withdrawn"
    assert problem(asks.post(f"requests/{dsr.reference}/withdrawal")) == (409, "not_now")


def test_messages_go_both_ways(machine: Make) -> None:
    dsr = a_dsr(State.REVIEWING)
    say(dsr, "Which order?", officer=an_officer())
    asks = machine(Scope.MESSAGES_READ, Scope.MESSAGES_WRITE)

    assert asks.post(f"requests/{dsr.reference}/messages", {"text": "The ring."}).status_code == 201

    told = asks.get(f"requests/{dsr.reference}/messages").json()["results"]
    assert [(one["from_customer"], one["text"]) for one in told] == [(False, "Which order?"), (True, "The ring.")]


def test_nobody_speaks_on_a_request_that_is_not_proven(machine: Make) -> None:
    assert problem(machine().post(f"requests/{a_dsr().reference}/messages", {"text": "Hello"})) == (409, "not_now")


def test_a_long_list_comes_a_page_at_a_time_and_each_costs_the_same(
    machine: Make, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        a_dsr()
    asks = machine(Scope.REQUESTS_READ)
    asks.get("requests")  # the key's last use is written

    seen, path = [], "requests?page_size=2"
    while path:
        with django_assert_num_queries(5):  # two limits, the key, its last use, the page
            told = asks.get(path).json()
        seen += [one["reference"] for one in told["results"]]
        path = (told["next"] or "").partition("/api/v1/")[2]

    assert len(seen) == len(set(seen)) == 5


def test_a_machine_that_asks_too_often_waits(machine: Make, settings: Settings) -> None:
    settings.API_RATES = {"key": 2, "address": 100}
    asks = machine(Scope.RIGHTS_READ)

    answers = [asks.get("rights") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem(answers[2]) == (429, "throttled")
    assert 1 <= int(answers[2]["Retry-After"]) <= 61
    assert machine(Scope.RIGHTS_READ).get("rights").status_code == 200


def test_guessing_keys_is_counted_by_network(settings: Settings) -> None:
    settings.API_RATES = {"key": 100, "address": 2}

    answers = [Client().get("/api/v1/rights", headers={"Authorization": f"Bearer dsar_{n}_x"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::1") != network("2001:db8:1:3::4")


@pytest.mark.parametrize("path", ["nothing", "requests/a/b/c", "v2/requests"])
def test_what_is_not_there_is_a_problem_too(path: str) -> None:
    assert problem(Client().get(f"/api/v1/{path}")) == (404, "not_found")


def test_what_cannot_be_done_or_told_is_said(machine: Make) -> None:
    asks = machine()

    refused = Client().delete("/api/v1/requests", headers={"Authorization": f"Bearer {asks.token}"})
    assert problem(refused) == (405, "method_not_allowed")
    assert "POST" in refused["Allow"]
    assert problem(asks.get("rights", Accept="text/html"))[0] == 406
    plain = Client().post(
        "/api/v1/requests", "x", content_type="text/plain",
        headers={"Authorization": f"Bearer {asks.token}", "Idempotency-Key": "a-filing-of-today"},
    )  # fmt: skip
    assert problem(plain) == (415, "unsupported_media_type")

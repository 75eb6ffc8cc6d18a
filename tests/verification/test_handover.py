"""A shop hands over its signed-in customer: what is taken, and everything that is not."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.journey import FOLLOW
from requests_app.verification import handover
from requests_app.verification.handover import NotHandedOver, SignedIn, accept, receive
from requests_app.verification.models import HandOver
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.filing import an_application
from tests.making import a_brand
from tests.racing import at_once
from tests.signing import ISSUER, a_signing_shop, a_token, claims, edwards, pem, rsa, signing_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Brand:
    return a_signing_shop()


def code(shop: Brand, token: str) -> str:
    """Return for which reason `token` is refused."""
    with pytest.raises(NotHandedOver) as caught:
        receive(shop, token)
    assert not HandOver.objects.exclude(dsr=None).exists()
    return caught.value.code


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def by_hand(head: Any, signature: Callable[[bytes], bytes], **changes: Any) -> str:
    signed = f"{part(head)}.{part(claims(**changes))}"
    return f"{signed}.{base64.urlsafe_b64encode(signature(signed.encode())).rstrip(b'=').decode()}"


def hmac_of(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda data: hmac.digest(secret, data, hashlib.sha256)


@pytest.mark.parametrize("kid", ["ed", "rsa"])
def test_a_customer_is_handed_over_by_a_key_of_either_kind(shop: Brand, kid: str) -> None:
    signed_in = receive(shop, a_token(kid=kid, sub="C-17", phone="+33 6 12 34 56 78", locale="fr-FR", right="access"))

    assert (signed_in.customer_id, signed_in.email, signed_in.name) == ("C-17", "ada@example.com", "Ada Example")
    assert (signed_in.phone, signed_in.locale, signed_in.right, signed_in.kid) == ("+33 6 12 34 56 78", "fr-FR", "access", kid)


def test_claims_that_nobody_asked_for_are_ignored(shop: Brand) -> None:
    assert receive(shop, a_token(roles=["admin"], customer_id="7")).customer_id == "1"


@pytest.mark.parametrize("head", [{"alg": name, "typ": "JWT", "kid": "ed"} for name in ("none", "None", "NONE", "")])
def test_an_unsigned_token_is_refused(shop: Brand, head: dict[str, str]) -> None:
    assert code(shop, by_hand(head, lambda _: b"")) == "signature"


@pytest.mark.parametrize("kid", ["ed", "rsa"])
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_no_shared_secret(shop: Brand, kid: str, algorithm: str) -> None:
    public = pem(edwards() if kid == "ed" else rsa()).encode()
    for secret in (public, public.strip(), b""):
        assert code(shop, by_hand({"alg": algorithm, "typ": "JWT", "kid": kid}, hmac_of(secret))) == "signature"


@pytest.mark.parametrize(("kid", "algorithm"), [("ed", "RS256"), ("rsa", "EdDSA"), ("rsa", "PS256"), ("rsa", "RS512")])
def test_the_kind_of_the_key_says_how_it_signs_never_the_head(shop: Brand, kid: str, algorithm: str) -> None:
    signs = rsa() if algorithm != "EdDSA" else edwards()
    token = jwt.encode(claims(), signs, algorithm=algorithm, headers={"kid": kid})

    assert code(shop, token) == "signature"


@pytest.mark.parametrize(
    "head",
    [
        {"crit": ["exp"]}, {"cty": "JWT"}, {"typ": "JWE"}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example"},
        {"jwk": {"kty": "OKP"}}, {"b64": False}, {"zip": "DEF"},
    ],
)  # fmt: skip
def test_a_head_that_changes_what_a_signature_means_is_refused(shop: Brand, head: dict[str, Any]) -> None:
    assert code(shop, a_token(head=head)) == "unknown_key"


def test_a_key_that_the_token_brings_along_is_not_looked_at(shop: Brand) -> None:
    own = edwards("attacker")
    mine = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(own.public_key()))

    assert code(shop, a_token(key=own, head={"jwk": mine})) == "unknown_key"
    assert code(shop, a_token(key=own)) == "signature"


@pytest.mark.parametrize("kid", ["", "other", "ED", "ed ", "../../etc/passwd", "ed' OR '1'='1", "é", None])
def test_an_unknown_key_is_refused(shop: Brand, kid: str | None) -> None:
    assert code(shop, a_token(kid=kid) if kid is not None else jwt.encode(claims(), edwards(), "EdDSA")) == "unknown_key"


def test_a_changed_token_is_refused(shop: Brand) -> None:
    head, _, signature = a_token().split(".")

    assert code(shop, f"{head}.{part(claims(sub='2'))}.{signature}") == "signature"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://other.example"}, "issuer"), ({"iss": None}, "claim_iss"), ({"iss": [ISSUER]}, "claim_iss"),
        ({"aud": "j-supply"}, "audience"), ({"aud": None}, "audience"), ({"aud": ["o-jewels", "j-supply"]}, "audience"),
        ({"aud": ["o-jewels"]}, "audience"), ({"aud": "O-JEWELS"}, "audience"),
        ({"sub": None}, "claim_sub"), ({"sub": ""}, "claim_sub"), ({"sub": 1}, "claim_sub"), ({"sub": "1" * 129}, "claim_sub"),
        ({"sub": " 1"}, "claim_sub"), ({"sub": {"$ne": 1}}, "claim_sub"), ({"sub": "1\n2"}, "claim_sub"),
        ({"sub": "1\x00"}, "claim_sub"),
        ({"email": None}, "claim_email"), ({"email": "nobody"}, "email"), ({"email": ["ada@example.com"]}, "claim_email"),
        ({"email": "ada@example.com,bob@example.com"}, "email"),
        ({"email": "ada@example.com\r\nBcc: x@example.com"}, "claim_email"),
        ({"email": f"{'a' * 250}@example.com"}, "claim_email"), ({"email": "<ada@example.com>"}, "email"),
        ({"email_verified": None}, "email_not_verified"), ({"email_verified": False}, "email_not_verified"),
        ({"email_verified": "true"}, "email_not_verified"), ({"email_verified": 1}, "email_not_verified"),
        ({"name": None}, "claim_name"), ({"name": " "}, "claim_name"), ({"name": "A" * 201}, "claim_name"),
        ({"name": "Ada\u202eExample"}, "claim_name"), ({"name": "Ada\nSubject: x"}, "claim_name"),
        ({"name": "\ud800"}, "claim_name"),
        ({"phone": 33}, "claim_phone"), ({"phone": "1" * 41}, "claim_phone"), ({"locale": ["fr"]}, "claim_locale"),
        ({"right": {"a": 1}}, "claim_right"),
        ({"jti": None}, "claim_jti"), ({"jti": "short"}, "claim_jti"), ({"jti": "1" * 129}, "claim_jti"),
        ({"jti": 12345678}, "claim_jti"),
    ],
)  # fmt: skip
def test_a_claim_that_is_missing_or_wrong_is_refused(shop: Brand, changes: dict[str, Any], why: str) -> None:
    assert code(shop, a_token(**changes)) == why


@pytest.mark.parametrize(
    ("begun", "ends", "why"),
    [
        (-200, -31, "expired"), (31 + 5, 200, "from_the_future"), (0, 301, "lasts_too_long"), (0, 0, "lasts_too_long"),
        (0, -10, "lasts_too_long"), (-3600, 60, "lasts_too_long"),
    ],
)  # fmt: skip
def test_a_token_counts_for_five_minutes_at_most_and_only_now(shop: Brand, begun: int, ends: int, why: str) -> None:
    now = int(time.time())

    assert code(shop, a_token(iat=now + begun, exp=now + ends)) == why


@pytest.mark.parametrize(("begun", "ends"), [(-120, -20), (20, 200), (0, 300), (-300, 0)])
def test_clocks_may_differ_by_half_a_minute(shop: Brand, begun: int, ends: int) -> None:
    now = int(time.time())

    assert receive(shop, a_token(iat=now + begun, exp=now + ends))


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": None}, {"exp": None}, {"iat": "now"}, {"exp": "2030"}, {"exp": True}, {"exp": 1e30}, {"iat": float("nan")},
        {"exp": float("inf")}, {"exp": [1]}, {"nbf": "soon"},
    ],
)  # fmt: skip
def test_a_time_is_a_whole_number_of_seconds(shop: Brand, changes: dict[str, Any]) -> None:
    assert code(shop, a_token(**changes)) == "time"


def test_a_token_that_does_not_count_yet_is_refused(shop: Brand) -> None:
    assert code(shop, a_token(nbf=int(time.time()) + 60)) == "from_the_future"


@pytest.mark.parametrize(
    "token",
    [
        "", ".", "..", "...", "a.b.c", "a" * 8193, "é.é.é", "\x00", f"{part({'kid': 7})}..", f"{part([1])}.e30.",
        f"{part('x')}.e30.",
        f"{base64.urlsafe_b64encode(b'[' * 6000).decode()}.e30.", "e30.e30.e30.e30.e30", "{}",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(shop: Brand, token: str) -> None:
    assert code(shop, token) == "unknown_key"


def test_a_token_within_a_token_is_no_token(shop: Brand) -> None:
    inner = a_token()
    outer = jwt.api_jws.encode(inner.encode(), edwards(), algorithm="EdDSA", headers={"kid": "ed", "cty": "JWT"})
    plain = jwt.api_jws.encode(inner.encode(), edwards(), algorithm="EdDSA", headers={"kid": "ed"})

    assert code(shop, outer) == "unknown_key"
    assert code(shop, plain) == "signature"


def test_a_huge_token_is_refused_though_it_is_signed(shop: Brand) -> None:
    assert code(shop, a_token(cart="x" * 9000)) == "unknown_key"


@pytest.mark.parametrize(
    "more",
    [
        {"revoked": True}, {"not_after": "2020-01-01"}, {"not_before": "2999-01-01"},
        {"not_after": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()},
    ],
)  # fmt: skip
def test_a_key_that_was_revoked_or_is_out_of_its_time_counts_no_more(more: dict[str, Any]) -> None:
    assert code(a_signing_shop(hand_over=signing_keys(**more)), a_token()) == "unknown_key"


def test_while_keys_change_both_count(shop: Brand) -> None:
    fresh = {"kid": "next", "pem": pem(edwards("next"))}
    shop.hand_over = shop.hand_over | {"keys": [*shop.hand_over["keys"], fresh]}

    assert receive(shop, a_token())
    assert receive(shop, a_token(kid="next", key=edwards("next")))


def test_a_shop_without_keys_hands_nobody_over() -> None:
    assert code(a_brand(), a_token()) == "unknown_key"
    assert not handover.offered(a_brand())


def test_keys_that_somebody_spoilt_in_the_table_hand_nobody_over(shop: Brand) -> None:
    shop.hand_over = {"issuer": ISSUER, "keys": [{"kid": "ed", "pem": "broken"}]}

    assert code(shop, a_token()) == "unknown_key"


def test_one_shop_does_not_vouch_for_another(shop: Brand) -> None:
    other = a_brand("j-supply", hand_over={"issuer": ISSUER, "keys": [{"kid": "ed", "pem": pem(edwards("other"))}]})

    assert code(shop, a_token(key=edwards("other"))) == "signature"
    assert code(other, a_token(aud="j-supply")) == "signature"
    assert code(other, a_token(key=edwards("other"))) == "audience"


def test_two_shops_with_one_key_still_are_two(shop: Brand) -> None:
    twin = a_signing_shop("j-supply")

    assert code(twin, a_token()) == "audience"
    assert receive(twin, a_token(aud="j-supply", jti="the same number"))
    assert receive(shop, a_token(jti="the same number"))


def test_a_token_is_taken_once(shop: Brand) -> None:
    token = a_token()
    receive(shop, token)

    assert code(shop, token) == "replayed"
    assert code(shop, a_token(jti=claims_of(token)["jti"], sub="2")) == "replayed"


def claims_of(token: str) -> dict[str, Any]:
    said: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return said


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_is_taken() -> None:
    shop, token = a_signing_shop(), a_token()

    def present(_number: int) -> str:
        try:
            receive(shop, token)
        except NotHandedOver as fault:
            return fault.code
        return "taken"

    assert at_once(8, present) == [*["replayed"] * 7, "taken"]


def test_the_table_remembers_no_person_and_only_as_long_as_it_must(shop: Brand) -> None:
    receive(shop, a_token(jti="number 12345"))
    (row,) = HandOver.objects.values()
    assert "ada" not in str(row)
    assert "12345" not in str(row)
    handover.tidy()
    assert HandOver.objects.count() == 1

    HandOver.objects.update(ends_at=Now() - timedelta(seconds=1))
    handover.tidy()

    assert not HandOver.objects.exists()


def test_whatever_is_wrong_costs_the_same_work(shop: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    """One check of a signature and one statement: who presents a token learns nothing from the time (T-1.02)."""
    checked: list[str] = []
    decode = jwt.decode

    def counted(token: str, *args: Any, **kwargs: Any) -> Any:
        checked.append(token)
        return decode(token, *args, **kwargs)

    monkeypatch.setattr(jwt, "decode", counted)
    used = a_token()
    receive(shop, used)
    for token in (used, "", a_token(kid="other"), a_token(aud="x"), a_token(key=edwards("attacker")), "a" * 9000):
        checked.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            code(shop, token)
        statements = [query["sql"].split("(")[0] for query in queries.captured_queries if "handover" in query["sql"]]
        assert len(checked) == 1
        assert [one for one in statements if one.startswith("INSERT")] == ["INSERT INTO requests_app_handover "]


def filed(shop: Brand, signed_in: SignedIn) -> SubjectRequest:
    from requests_app.intake.services import open_request
    from requests_app.values import CUSTOMER

    dsr = open_request(shop, an_application(customer_id=signed_in.customer_id, channel=handover.CHANNEL), by=CUSTOMER)
    accept(dsr, signed_in)
    dsr.refresh_from_db()
    return dsr


def test_the_shops_word_is_proof_and_the_trail_says_so(shop: Brand) -> None:
    dsr = filed(shop, receive(shop, a_token()))

    assert dsr.state == State.MATCHING
    assert dsr.verified_at is not None
    (event,) = AuditEvent.objects.filter(action="proof.accepted")
    assert (event.dsr_id, event.facts) == (dsr.pk, {"method": "hand_over", "key": "ed"})
    assert list(dsr.transitions.values_list("move", flat=True)) == ["ask_for_proof", "accept_proof"]


def test_a_first_letter_says_that_somebody_asked_and_how_to_stop_it(shop: Brand) -> None:
    dsr = filed(shop, receive(shop, a_token()))

    FOLLOW[dsr.stage](dsr)

    (letter,) = dsr.letters.all()
    assert (letter.kind, letter.address) == ("handed_over", "ada@example.com")
    assert letter.text.count("/letter/") == 2


def test_a_hand_over_files_one_request(shop: Brand) -> None:
    signed_in = receive(shop, a_token())
    dsr = filed(shop, signed_in)
    accept(dsr, signed_in)  # the same form, sent twice
    assert dsr.transitions.count() == 2

    with pytest.raises(NotHandedOver, match="spent"):
        filed(shop, signed_in)


def test_what_was_never_presented_files_nothing(shop: Brand) -> None:
    signed_in = receive(shop, a_token())

    with pytest.raises(NotHandedOver, match="spent"):
        filed(shop, replace(signed_in, digest="00" * 32))
    with pytest.raises(NotHandedOver, match="spent"):
        filed(a_signing_shop("j-supply"), signed_in)


def test_a_hand_over_waits_half_an_hour_for_its_request(shop: Brand) -> None:
    signed_in = receive(shop, a_token())
    HandOver.objects.update(ends_at=Now() - timedelta(seconds=1))

    with pytest.raises(NotHandedOver, match="spent"):
        filed(shop, signed_in)


def test_a_key_that_is_revoked_meanwhile_files_nothing(shop: Brand) -> None:
    signed_in = receive(shop, a_token())
    Brand.objects.update(hand_over=signing_keys(revoked=True))
    shop.refresh_from_db()

    with pytest.raises(NotHandedOver, match="revoked"):
        filed(shop, signed_in)

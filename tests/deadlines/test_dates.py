"""The dates of a request under all of its laws: the earliest counts, and what moves it is written down."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.deadlines import dates
from requests_app.deadlines.dates import NoLaw, under
from requests_app.deadlines.laws import ReasonMissing, UnknownLaw, choose_instead
from requests_app.deadlines.limits import Happened
from requests_app.deadlines.pauses import Question
from requests_app.intake import services as intake
from requests_app.intake.services import Application, NotOffered
from requests_app.jurisdictions.choice import ImpossiblePlace
from requests_app.jurisdictions.vocabulary import Right
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from tests.making import a_brand, a_dsr

FRIDAY = date(2026, 1, 30)


def dates_of(*regimes: str, extended: bool = False, questions: tuple[Question, ...] = ()) -> dates.Dates:
    happened = Happened(start=FRIDAY, questions=questions, today=date(2026, 6, 1))
    return under(regimes, right="access", brand=Brand(establishment="FR"), happened=happened, extended=extended)


def test_of_several_laws_the_earliest_date_counts() -> None:
    assert dates_of("eu-gdpr").safe_on == date(2026, 2, 28)
    assert dates_of("eu-gdpr").legal_on == date(2026, 3, 2)  # 28 February is a Saturday
    assert dates_of("us-ca-ccpa").safe_on == date(2026, 3, 16)
    both = dates_of("eu-gdpr", "us-ca-ccpa")
    assert (both.safe_on, both.legal_on, both.regime) == (date(2026, 2, 28), date(2026, 3, 2), "eu-gdpr")


def test_a_law_without_an_extension_keeps_its_date() -> None:
    assert dates_of("eu-gdpr").longer_on == date(2026, 4, 30)
    assert dates_of("br-lgpd").longer_on is None
    assert dates_of("eu-gdpr", "br-lgpd").longer_on is None


def test_what_a_member_state_adds_stands_for_the_law_it_adds_to() -> None:
    waited = (Question("identity_information", date(2026, 2, 2), date(2026, 2, 12)),)

    assert dates_of("eu-gdpr", questions=waited).legal_on == date(2026, 3, 2)
    french = dates_of("eu-gdpr", "eu-gdpr-fr", questions=waited)
    assert french.legal_on > date(2026, 3, 2)  # a French decree stops the clock
    assert french.regime == "eu-gdpr"


def test_an_acknowledgement_has_a_date_where_a_law_orders_one() -> None:
    assert dates_of("eu-gdpr").acknowledge_on is None
    assert dates_of("us-ca-ccpa").acknowledge_on == date(2026, 2, 13)  # ten business days


def test_no_law_gives_no_date() -> None:
    with pytest.raises(NoLaw):
        dates_of()


@pytest.mark.django_db
@pytest.mark.promise("S4")
@pytest.mark.parametrize(
    ("residence", "laws"), [("FR", ["eu-gdpr", "eu-gdpr-fr"]), ("US-CA", ["eu-gdpr", "eu-gdpr-fr", "us-ca-ccpa"]), ("CH", None)]
)
def test_the_law_of_the_customers_place_is_chosen_and_kept_with_its_reason(residence: str, laws: list[str] | None) -> None:
    dsr = a_filed_request(residence=residence)

    assert dsr.residence == residence
    assert laws is None or sorted(dsr.regimes) == laws
    assert set(dsr.law_reason["chosen"]) == set(dsr.regimes)
    assert dsr.due_safe_on == dates.of(dsr).safe_on
    assert dsr.dates_by == dates.edition()


@pytest.mark.django_db
@pytest.mark.promise("S14")
def test_one_shop_answers_people_of_several_regions_each_under_their_own_law() -> None:
    french, swiss, unsaid = (set(a_filed_request(residence=place).regimes) for place in ("FR", "CH", ""))

    assert swiss - french == {"ch-fadp"}
    assert unsaid == french


@pytest.mark.django_db
def test_nobody_lives_in_a_place_that_is_not_there() -> None:
    with pytest.raises(ImpossiblePlace):
        a_filed_request(residence="XX")


@pytest.mark.django_db
def test_a_right_is_offered_where_a_law_gives_it_or_the_brand_does_and_nowhere_else() -> None:
    brand = a_brand("j-supply", establishment="US-TX", regime="us-tx-tdpsa")
    here = intake.laws_for(brand, "US-TX")

    held = {offer.name: offer.grants for offer in intake.offers(brand, here)}
    assert "objection" not in held
    assert [grant.regime for grant in held[Right.ACCESS]] == ["us-tx-tdpsa"]
    brand.rights = {"voluntary": ["objection"]}
    assert [offer.grants for offer in intake.offers(brand, here) if offer.name == "objection"] == [()]


@pytest.mark.django_db
def test_what_nobody_grants_cannot_be_filed() -> None:
    with pytest.raises(NotOffered):
        a_filed_request(right="telepathy")


@pytest.mark.django_db
def test_an_officer_may_choose_another_law_with_a_reason_and_every_date_follows() -> None:
    dsr = a_filed_request(residence="FR")
    before = dsr.due_safe_on

    choose_instead(dsr, ["us-ca-ccpa"], by=SYSTEM, reason="Lives in California since May.")

    dsr = SubjectRequest.objects.get(pk=dsr.pk)
    assert (dsr.regimes, dsr.regime, dsr.law_note) == (["us-ca-ccpa"], "us-ca-ccpa", "Lives in California since May.")
    assert dsr.due_safe_on != before
    assert AuditEvent.objects.filter(dsr_id=dsr.pk, action="law.chosen").get().facts["regimes"] == "us-ca-ccpa"
    assert AuditEvent.objects.filter(dsr_id=dsr.pk, action="deadline.computed").get().facts["because"] == "law_chosen"


@pytest.mark.django_db
@pytest.mark.parametrize("laws", [[], ["atlantis"], ["eu-gdpr-fr"]])
def test_a_law_that_is_none_is_not_chosen(laws: list[str]) -> None:
    with pytest.raises(UnknownLaw):
        choose_instead(a_dsr(), laws, by=SYSTEM, reason="because")


@pytest.mark.django_db
def test_another_law_needs_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        choose_instead(a_dsr(), ["us-ca-ccpa"], by=SYSTEM, reason=" ")


@pytest.mark.django_db
def test_a_law_that_was_removed_leaves_the_request_with_the_shops_own() -> None:
    dsr = a_dsr(regimes=["eu-gone"], regime="eu-gone")

    assert laws_of(dsr) == ("eu-gdpr",)
    assert dates.of(dsr).regime == "eu-gdpr"


@pytest.mark.django_db
def test_the_day_of_receipt_is_that_of_the_shop() -> None:
    dsr = a_dsr()
    SubjectRequest.objects.filter(pk=dsr.pk).update(received_at=datetime(2026, 1, 30, 23, 30, tzinfo=UTC))
    dsr.refresh_from_db()

    assert dates.of(dsr).safe_on == date(2026, 2, 28)  # 31 January in Paris, and no 31 February
    SubjectRequest.objects.filter(pk=dsr.pk).update(received_at=Now() - timedelta(days=1))


def a_filed_request(**fields: str) -> SubjectRequest:
    brand = fields.pop("brand", None) or a_brand()
    values = {"right": "access", "email": "ada@example.com", "name": "Ada", "language": "en"}
    return intake.open_request(brand, Application(**values | fields), by=CUSTOMER)  # type: ignore[arg-type]

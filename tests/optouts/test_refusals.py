"""A refusal without proof: on the list at once, switched off and read back in every system, the rest a person's."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from requests_app.connectors.suppressing import Channel
from requests_app.correspondence.models import Letter
from requests_app.deadlines.arithmetic import ends_on
from requests_app.deadlines.calendars import calendar
from requests_app.intake.services import NotOffered
from requests_app.jurisdictions.vocabulary import TermUnit
from requests_app.keys import store
from requests_app.optouts import register
from requests_app.optouts.channels import LATEST, MARKETING, channels_of, due_on
from requests_app.optouts.digests import NotANumber, canonical_phone, digest_of
from requests_app.optouts.models import Effect, EffectState, Suppression
from requests_app.optouts.services import NobodyNamed, Refusal, done_by_hand, file, promised, try_again
from requests_app.values import Claim
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.making import a_brand
from tests.optouts.refusing import ADA, EMAIL, Mailer, described, refuse
from tests.running import run_all_due

pytestmark = pytest.mark.django_db


def now(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=dsr.pk)


@pytest.mark.promise("S7")
@pytest.mark.promise("C3")
def test_who_refuses_is_on_the_list_at_once_and_then_switched_off_and_read_back(mailer: Mailer) -> None:
    dsr = refuse(Channel.EMAIL)
    assert register.is_suppressed(dsr.brand, digest_of(dsr.brand, EMAIL), Channel.EMAIL)

    run_all_due()

    assert mailer.on() == ["bob@example.com"]
    assert now(dsr).stage == State.ANSWERED
    effect = Effect.objects.get()
    assert (effect.state, effect.found, effect.changed) == (EffectState.DONE, 1, 1)


def test_nothing_asks_who_it_is(mailer: Mailer) -> None:
    dsr = refuse()
    run_all_due()

    assert now(dsr).verified_at is None
    assert not [one for one in Letter.objects.values_list("kind", flat=True) if one == "confirm_address"]


@pytest.mark.promise("S18")
def test_every_channel_can_be_refused_by_itself(mailer: Mailer) -> None:
    dsr = refuse(Channel.POST)
    run_all_due()

    assert register.channels_refused(dsr.brand, digest_of(dsr.brand, EMAIL)) == (Channel.POST,)
    assert mailer.on() == ["ada@example.com", "bob@example.com"]
    assert {Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.POST, Channel.FAX, Channel.CONTESTS, Channel.AD_PARTNERS} == set(
        MARKETING
    )


@pytest.mark.promise("O15")
@pytest.mark.promise("S7")
@pytest.mark.parametrize("right", ["withdraw_consent", "object_direct_marketing"])
def test_withdrawing_and_objecting_are_requests_of_their_own(right: str, mailer: Mailer) -> None:
    brand = a_brand("all-granted", rights={"voluntary": [right]})
    dsr = refuse(right=right, brand=brand)
    run_all_due()

    assert (now(dsr).right, now(dsr).stage) == (right, State.ANSWERED)
    assert set(channels_of(right)) == set(register.channels_refused(brand, digest_of(brand, EMAIL)))


def test_sensitive_data_is_among_what_a_withdrawal_ends() -> None:
    assert Channel.SENSITIVE in channels_of("withdraw_consent")


def test_an_address_that_nobody_knows_gets_the_same_answer(mailer: Mailer) -> None:
    known, unknown = refuse(), refuse(email="nobody@example.com")
    run_all_due()

    assert now(known).stage == now(unknown).stage == State.ANSWERED
    letters = {letter.dsr_id: (letter.subject, letter.text) for letter in Letter.objects.filter(kind="opted_out")}
    assert letters[known.pk] == letters[unknown.pk]


def test_the_letter_says_what_ended_and_that_what_is_needed_goes_on(mailer: Mailer) -> None:
    dsr = refuse(Channel.EMAIL, Channel.SMS)
    run_all_due()

    text = str(Letter.objects.get(dsr=dsr, kind="opted_out").text)
    assert "- E-mails" in text
    assert "- Text messages" in text
    assert "- Fax" not in text
    assert "Messages that you need go on" in text


def test_one_address_gets_one_letter_a_day_however_much_is_refused(mailer: Mailer) -> None:
    refuse(Channel.EMAIL)
    refuse(Channel.SMS)
    refuse(Channel.EMAIL)
    run_all_due()

    assert Letter.objects.filter(kind="opted_out").count() == 1
    assert SubjectRequest.objects.count() == 2


def test_a_number_alone_is_enough(mailer: Mailer) -> None:
    dsr = file(a_brand(), Refusal(right="object_direct_marketing", channels=("phone",), phone="0033 6 12-34 56 78"))
    run_all_due()

    assert now(dsr).stage == State.ANSWERED
    assert not Letter.objects.exists()
    assert register.is_suppressed(dsr.brand, digest_of(dsr.brand, Claim("phone_number", "+33612345678")), Channel.PHONE)


@pytest.mark.parametrize("number", ["0612345678", "+0612345678", "call me", "+33 6 12 34 56 78 90 12 34"])
def test_a_number_without_its_country_is_none(number: str) -> None:
    with pytest.raises(NotANumber):
        canonical_phone(number)


def test_nobody_refuses_for_nobody() -> None:
    with pytest.raises(NobodyNamed):
        file(a_brand(), Refusal(right="object_direct_marketing"))


def test_a_right_that_no_law_and_no_shop_gives_is_not_offered() -> None:
    with pytest.raises(NotOffered):
        refuse(right="opt_out_sale")
    assert not Suppression.objects.exists()


def test_what_a_system_cannot_do_is_a_named_task_and_the_letter_says_so(mailer: Mailer) -> None:
    described(mailer.describe(None, file="printer", reaches=["post"]), name="printer")
    officer = an_officer(a_brand())
    dsr = refuse(Channel.POST)
    run_all_due()

    effect = Effect.objects.for_people().get()
    assert (effect.source.name, effect.by_hand) == ("printer", ["post"])
    assert now(dsr).stage == State.FULFILLING
    assert "our colleagues" in str(Letter.objects.get(kind="opted_out").text)
    assert Letter.objects.filter(kind="officer_stop_by_hand", officer=officer).exists()
    assert done_by_hand(effect, by=officer, note="Taken off the printer's list.")
    assert now(dsr).stage == State.ANSWERED
    assert not done_by_hand(effect, by=officer, note="again")


def test_a_system_that_says_that_it_reaches_nobody_is_left_alone(mailer: Mailer) -> None:
    described(mailer.describe(None, file="books", reaches=[]), name="books")
    dsr = refuse(Channel.POST)
    run_all_due()

    assert not Effect.objects.exists()
    assert now(dsr).stage == State.ANSWERED


def test_a_system_that_does_not_say_is_for_a_person(mailer: Mailer) -> None:
    mailer.describe(None)
    refuse(Channel.POST)
    run_all_due()

    assert Effect.objects.get().by_hand == ["post"]


def test_a_system_without_an_account_that_may_write_is_for_a_person(mailer: Mailer) -> None:
    a_brand().sources.update(erase_secret="")
    refuse(Channel.EMAIL)
    run_all_due()

    effect = Effect.objects.get()
    assert (effect.state, effect.by_hand, effect.fault) == (EffectState.BY_HAND, ["email"], "no_account")
    assert mailer.on() == ["ada@example.com", "bob@example.com"]


def test_a_system_that_fails_for_good_is_for_a_person_and_can_be_asked_again(mailer: Mailer) -> None:
    mailer.run("ALTER TABLE subscribers RENAME TO away")
    officer = an_officer(a_brand())
    dsr = refuse(Channel.EMAIL)
    run_all_due()
    effect = Effect.objects.get()
    assert (effect.state, effect.by_hand) == (EffectState.FAILED, ["email"])

    mailer.run("ALTER TABLE away RENAME TO subscribers")
    assert try_again(effect, by=officer)
    run_all_due()

    assert now(dsr).stage == State.ANSWERED
    assert mailer.on() == ["bob@example.com"]


def test_a_refusal_stays_when_everything_else_of_the_request_is_forgotten(mailer: Mailer) -> None:
    from requests_app import housekeeping

    dsr = refuse(Channel.EMAIL)
    run_all_due()
    effect = Effect.objects.get()
    effect.note = "Looked at it by hand, too."
    effect.save()
    with transaction.atomic():
        store.destroy(dsr.pk)
        housekeeping._empty(now(dsr))  # what its step does once a shop's term is over

    assert now(dsr).email is None
    assert Effect.objects.get().note is None
    assert register.is_suppressed(dsr.brand, digest_of(dsr.brand, EMAIL), Channel.EMAIL)


@pytest.mark.promise("S8")
@pytest.mark.parametrize(
    ("residence", "channel", "day"),
    [
        ("US-NY", Channel.EMAIL, date(2026, 12, 7)),  # ten business days, Thanksgiving among them
        ("US-NY", Channel.POST, date(2026, 11, 22) + LATEST),  # no law: what the shop itself promises
        ("FR", Channel.POST, date(2026, 11, 22)),
        ("BR", Channel.FAX, date(2027, 1, 21)),
        ("GB", Channel.PHONE, date(2026, 11, 22)),
    ],
)
def test_a_channel_is_off_within_sixty_days_or_sooner_by_law(residence: str, channel: Channel, day: date) -> None:
    assert due_on(residence, [channel], date(2026, 11, 22)) == day


def test_a_californian_is_promised_no_later_day_than_the_law_on_sale_gives() -> None:
    brand, today = a_brand("o-jewels"), date(2026, 11, 22)
    given = ends_on(today, 15, TermUnit.BUSINESS_DAY, calendar("US-FED").careful())  # 11 CCR 7026(f)
    assert promised(brand, "opt_out_sale", "US-CA", channels_of("opt_out_sale"), today) <= given < today + LATEST


@pytest.mark.promise("S8")
def test_no_place_has_a_later_day_than_sixty_days_on() -> None:
    places = ["FR", "US-CA", "US-TX", "CA-QC", "AU", "NZ", "GB", "JP", "BR", "IN", "CH"]
    assert all(due_on(place, MARKETING, date(2026, 11, 22)) - date(2026, 11, 22) <= timedelta(days=60) for place in places)


def test_the_list_holds_no_address(mailer: Mailer) -> None:
    refuse()
    assert all(ADA.encode() not in bytes(one) for one in Suppression.objects.values_list("digest", flat=True))
    other = a_brand("other")
    assert digest_of(other, EMAIL) != digest_of(a_brand(), EMAIL)

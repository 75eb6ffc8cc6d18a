"""What becomes of a record, ground by ground."""

from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app.connectors.erasing import Deed, Ruling
from requests_app.connectors.keeping import Hold
from requests_app.duties import DUTIES, Situation
from requests_app.duties.base import AttachesTo
from requests_app.holds.judging import Litigation
from tests.holds.describing import TODAY, a_collection, a_field, a_judge, a_law, orders

PAID: dict[str, date | str | None] = {"ordered_on": "2026-03-01", "status": "closed", "number": "A-1"}
WORKED = yaml.safe_load((Path(__file__).parents[1] / "duties/worked_ends.yaml").read_text(encoding="utf-8"))
NOT_KEPT = ("email", "note")
IDENTITY = a_collection("papers", a_field("scan", "user.government_id"), keep_as=["aml_cdd"], dates={"record_made": "checked_on"})


def test_what_no_duty_knows_is_erased() -> None:
    assert a_judge(a_collection("visits"))("visits", {}) == Ruling(Deed.ERASE, "nothing_keeps")


@pytest.mark.promise("O10")
@pytest.mark.promise("A10")
@pytest.mark.promise("C2")
def test_an_order_is_kept_to_the_latest_statutory_end_and_only_what_that_needs_of_it() -> None:
    ruling = a_judge(orders())("orders", PAID)

    assert ruling == Ruling(Deed.KEEP, "duty:fr-accounting", date(2036, 12, 31), NOT_KEPT)


def test_a_record_is_kept_to_the_end_of_the_last_day_and_erased_on_the_next() -> None:
    last = date(2036, 12, 31)

    assert a_judge(orders(), law=a_law(today=last))("orders", PAID).deed == Deed.KEEP
    assert a_judge(orders(), law=a_law(today=last + timedelta(days=1)))("orders", PAID) == Ruling(Deed.ERASE, "nothing_keeps")


def test_an_ended_duty_keeps_none_of_the_fields_that_it_alone_kept() -> None:
    """Ten years of the One Stop Shop from the sale's year; the contract's proof ten years from delivery, which is longer here."""
    sold = orders(dates={"transaction_date": "ordered_on", "delivery_date": "delivered_on"}, holds=())
    declared: Any = {"on": ["eu-vat-oss", "fr-econtract"], "off": ["fr-accounting", "fr-tax"]}
    facts = {"ordered_on": "2020-05-01", "delivered_on": "2031-06-01"}

    both = a_judge(sold, law=a_law(**declared))("orders", facts)
    later = a_judge(sold, law=a_law(today=date(2031, 1, 1), **declared))("orders", facts)

    assert both == Ruling(Deed.KEEP, "duty:fr-econtract", date(2041, 6, 1), NOT_KEPT)
    assert later == both
    assert a_judge(sold, law=a_law(off=declared["off"], on=["eu-vat-oss"]))("orders", facts).blanked == ("email", "note", "street")


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: worked["row"])
def test_every_end_that_was_worked_by_hand_is_what_the_judge_says(worked: dict[str, Any]) -> None:
    duty, end = DUTIES[worked["row"]], date.fromisoformat(worked["ends"])
    place = duty.countries[0].replace("EU", "FR")
    situation = Situation("CH", place) if duty.attaches_to == AttachesTo.CONSUMER_RESIDENCE else Situation(place)
    records = a_collection(keep_as=duty.data_classes[:1], dates={event: event for event in worked["facts"]})
    declared: Any = {"on": [duty.id], "off": [name for name in DUTIES if name != duty.id]}

    on_the_day, after = (
        a_judge(records, law=a_law(situation, day, **declared))("orders", worked["facts"]) for day in (end, end + timedelta(days=1))
    )

    assert (on_the_day.deed, on_the_day.reason, on_the_day.until) == (Deed.KEEP, f"duty:{duty.id}", end)
    assert after == Ruling(Deed.ERASE, "nothing_keeps")


@pytest.mark.parametrize("day", [None, "", "soon", "0000-00-00"])
def test_a_record_without_the_day_from_which_a_duty_counts_is_asked_about(day: str | None) -> None:
    assert a_judge(orders())("orders", PAID | {"ordered_on": day}) == Ruling(Deed.ASK, "undated")


def test_a_duty_whose_day_is_described_nowhere_is_asked_about() -> None:
    assert a_judge(orders(dates={}))("orders", PAID) == Ruling(Deed.ASK, "undated")


@pytest.mark.promise("C2")
@pytest.mark.parametrize("status", ["paid", "shipped"])
def test_nothing_of_a_contract_that_still_runs_is_touched_whatever_the_duties_say(status: str) -> None:
    facts = PAID | {"status": status, "ordered_on": None}

    assert a_judge(orders())("orders", facts) == Ruling(Deed.KEEP, "open_contract:status")


def test_a_contract_without_a_state_is_none_that_runs() -> None:
    assert a_judge(orders())("orders", PAID | {"status": None}).reason == "duty:fr-accounting"


def test_a_hold_of_the_description_without_a_field_holds_each_record() -> None:
    assert a_judge(orders(holds=(Hold("open_contract", "", ()),)))("orders", PAID) == Ruling(Deed.KEEP, "open_contract:")


def test_lines_are_ruled_as_their_order_with_their_own_fields() -> None:
    lines = a_collection("lines", a_field("engraving", "user.content.private"), a_field("name"), part_of="orders")

    judge = a_judge(orders(), lines)

    assert judge("lines", PAID) == Ruling(Deed.KEEP, "duty:fr-accounting", date(2036, 12, 31), ("engraving",))
    assert judge("lines", PAID | {"status": "paid"}).reason == "open_contract:status"


@pytest.mark.promise("C4")
def test_a_paper_that_the_law_on_money_laundering_asks_for_is_kept_whole() -> None:
    judge = a_judge(IDENTITY, law=a_law(on=["fr-aml"]))

    assert judge("papers", {"checked_on": "2024-05-02"}) == Ruling(Deed.KEEP, "duty:fr-aml", date(2029, 5, 2))
    assert judge("papers", {"checked_on": "2021-05-02"}) == Ruling(Deed.ERASE, "nothing_keeps")


@pytest.mark.promise("C4")
def test_whether_the_shop_has_that_duty_is_asked_where_it_has_not_said() -> None:
    checked = {"checked_on": "2024-05-02"}

    assert a_judge(IDENTITY)("papers", checked) == Ruling(Deed.ASK, "condition:fr-aml")
    assert a_judge(IDENTITY, law=a_law(off=["eu-amld4"]))("papers", checked) == Ruling(Deed.ERASE, "nothing_keeps")
    assert a_judge(IDENTITY)("papers", {"checked_on": "2010-01-01"}) == Ruling(Deed.ERASE, "nothing_keeps")


def test_a_duty_of_which_the_day_is_not_known_is_asked_about_by_its_condition() -> None:
    papers = a_collection("papers", a_field("scan", "user.government_id"), keep_as=["aml_cdd"])

    assert a_judge(papers)("papers", {}) == Ruling(Deed.ASK, "condition:fr-aml")


def test_nobody_is_asked_of_every_order_whether_a_condition_is_met() -> None:
    """`eu-vat-oss`, `eu-customs` and `fr-econtract` would keep orders too, if the shop said that it has them."""
    named = a_judge(orders(), law=a_law(on=["fr-econtract"]))

    assert a_judge(orders())("orders", PAID).reason == "duty:fr-accounting"
    assert named("orders", PAID) == Ruling(Deed.ASK, "undated"), "its day is the delivery's, which is described nowhere"


def test_a_period_of_limitation_keeps_nothing_unless_the_shop_names_it() -> None:
    calls = a_collection("letters", a_field("text", "user.content.private"), keep_as=["complaint"], dates={"record_made": "at"})
    facts = {"at": "2026-01-10"}

    assert a_judge(calls)("letters", facts) == Ruling(Deed.ERASE, "nothing_keeps")
    kept = a_judge(calls, law=a_law(on=["fr-limitation-consumer"]))("letters", facts)
    assert kept == Ruling(Deed.KEEP, "duty:fr-limitation-consumer", date(2031, 1, 10))


def test_a_row_of_low_confidence_keeps_nothing_unless_the_shop_names_it() -> None:
    register = a_collection("register", keep_as=["secondhand_purchase_register"], dates={"register_closed": "closed_on"})
    facts, rest = {"closed_on": "2026-01-10"}, ["fr-livre-de-police"]

    assert a_judge(register, law=a_law(off=rest))("register", facts) == Ruling(Deed.ERASE, "nothing_keeps")
    kept = a_judge(register, law=a_law(off=rest, on=["fr-registre-objets-mobiliers"]))("register", facts)
    assert kept == Ruling(Deed.KEEP, "duty:fr-registre-objets-mobiliers", date(2031, 1, 10))


def test_what_the_shop_says_that_it_has_not_is_not_counted() -> None:
    assert a_judge(orders(), law=a_law(off=["fr-accounting"]))("orders", PAID).reason == "duty:fr-tax"
    assert a_judge(orders(), law=a_law(off=["fr-accounting", "fr-tax"]))("orders", PAID) == Ruling(Deed.ERASE, "nothing_keeps")


def test_a_ceiling_ends_all_but_what_a_statute_orders() -> None:
    profile = a_collection(
        "profile", keep_as=["account_profile", "order"], dates={"document_date": "ordered_on", "last_activity": "seen_on"}
    )
    facts = {"ordered_on": "2020-03-01", "seen_on": "2022-01-01"}
    only = ["fr-accounting", "fr-tax"]

    assert a_judge(profile)("profile", facts).until == date(2030, 12, 31)
    assert a_judge(profile, law=a_law(off=only, on=["fr-limitation-consumer"]))("profile", facts).deed == Deed.ERASE


def test_a_ceiling_whose_day_is_not_known_ends_nothing() -> None:
    profile = a_collection("profile", keep_as=["account_profile", "order"], dates={"document_date": "ordered_on"})
    judge = a_judge(profile, law=a_law(off=["fr-accounting", "fr-tax"], on=["fr-limitation-consumer"]))

    assert judge("profile", {"ordered_on": "2024-03-01"}).until == date(2029, 3, 1)


def test_the_little_that_honours_an_objection_stays() -> None:
    listed = a_collection(
        "unwanted", a_field("email", "user.contact.email"), a_field("name"), a_field("since", "user.privacy_preferences"),
        keep_as=["suppression_entry"], dates={"objection": "since"},
    )  # fmt: skip

    assert a_judge(listed)("unwanted", {"since": "2026-01-01"}) == Ruling(Deed.KEEP, "suppression", None, ("name",))


def test_where_the_law_blocks_instead_of_erasing_every_record_is_locked_away_whole() -> None:
    judge = a_judge(a_collection("visits"), law=a_law(Situation("ES")))

    assert judge("visits", {}) == Ruling(Deed.KEEP, "duty:es-bloqueo")


def test_a_row_about_all_data_of_a_resident_counts_from_the_day_of_the_request() -> None:
    judge = a_judge(a_collection("visits"), law=a_law(Situation("FR", "IN"), date(2027, 11, 20)))

    assert judge("visits", {}) == Ruling(Deed.KEEP, "duty:in-dpdp-logs", date(2027, 11, 20))


@pytest.mark.promise("S21")
@pytest.mark.promise("J6")
@pytest.mark.parametrize(
    "hold",
    [
        Litigation("h1", everything=True),
        Litigation("h1", collections=frozenset({"orders"})),
        Litigation("h1", orders=lambda number: number == "A-1"),
    ],
)
def test_nothing_is_struck_out_of_what_a_dispute_needs(hold: Litigation) -> None:
    lines = a_collection("lines", a_field("engraving", "user.content.private"), part_of="orders")
    judge = a_judge(orders(), lines, litigation=(hold,))

    assert judge("orders", PAID) == judge("lines", PAID) == Ruling(Deed.KEEP, "litigation:h1")


def test_a_hold_of_other_records_holds_none_of_these() -> None:
    holds = (Litigation("h1", collections=frozenset({"calls"})), Litigation("h2", orders=lambda number: number == "B-2"))

    assert a_judge(orders(), litigation=holds)("orders", PAID).reason == "duty:fr-accounting"


def test_where_single_orders_are_held_a_record_that_may_be_one_of_them_is_asked_about() -> None:
    visits = a_collection("visits", topic="website")
    judge = a_judge(orders(), visits, litigation=(Litigation("h1", orders=lambda _number: False),))

    assert judge.by_number
    assert judge("orders", PAID | {"number": None}) == Ruling(Deed.ASK, "unnumbered")
    assert judge("visits", {}) == Ruling(Deed.ERASE, "nothing_keeps")
    assert not a_judge(orders()).by_number


def test_a_request_about_marketing_touches_nothing_else() -> None:
    news = a_collection("news", topic="marketing")
    judge = a_judge(orders(), news, scope="marketing")

    assert judge("orders", PAID | {"status": "paid"}) == Ruling(Deed.KEEP, "out_of_scope")
    assert judge("news", {}) == Ruling(Deed.ERASE, "nothing_keeps")


def test_a_request_about_the_account_leaves_orders_and_marketing() -> None:
    judge = a_judge(orders(), a_collection("account", topic="account"), a_collection("news", topic="marketing"), scope="account")

    assert [judge(name, PAID).reason for name in ("orders", "account", "news")] == ["out_of_scope", "nothing_keeps", "out_of_scope"]


def test_a_request_about_one_order_is_about_that_order_and_what_is_part_of_it() -> None:
    lines = a_collection("lines", a_field("engraving", "user.content.private"), part_of="orders")
    judge = a_judge(
        orders(), lines, a_collection("account", topic="account"), scope="order:#a-1 ", law=a_law(today=date(2040, 1, 1))
    )

    assert judge.by_number
    assert judge("orders", PAID).deed == judge("lines", PAID).deed == Deed.ERASE
    assert judge("orders", PAID | {"number": "A-2"}).reason == "out_of_scope"
    assert judge("lines", PAID | {"number": "A-2"}).reason == "out_of_scope"
    assert judge("account", PAID).reason == "out_of_scope"
    assert judge("orders", {"ordered_on": "2026-03-01"}) == Ruling(Deed.ASK, "unnumbered")


def test_what_the_same_days_make_of_a_record_is_worked_out_once() -> None:
    """Ten years of orders under twelve duties: as many rulings as days, however many records."""
    twelve = ["fr-econtract", "eu-vat-oss", "eu-customs", "fr-limitation-consumer", "eu-legal-guarantee", "eu-withdrawal",
              "eu-product-liability", "eu-payment-disputes", "fr-card-disputes", "any-chargeback"]  # fmt: skip
    sold = orders(keep_as=["order", "payment_record"], dates={"document_date": "ordered_on", "delivery_date": "delivered_on"})
    judge = a_judge(sold, law=a_law(today=date(2026, 12, 10), on=twelve))
    days = [(TODAY - timedelta(days=number % 3650)).isoformat() for number in range(20_000)]

    rulings = [judge("orders", {"ordered_on": day, "delivered_on": day, "status": "closed"}) for day in days]

    assert len({id(ruling) for ruling in rulings}) == 3650
    assert {ruling.deed for ruling in rulings} == {Deed.KEEP}


@pytest.mark.parametrize("year_end", ["12-31", "02-28", "02-29", "04-05", "06-30"])
@pytest.mark.parametrize("events", [("document_date",), ("transaction_date", "delivery_date"), ("financial_year_end",)])
def test_a_judge_that_rules_by_month_rules_alike_about_its_days(year_end: str, events: tuple[str, ...]) -> None:
    coarse = 0
    for country, data_class in sorted({(duty.countries[0], duty.data_classes[0]) for duty in DUTIES.values() if duty.countries}):
        law = a_law(Situation(country, country), financial_year_end=year_end)
        judge = a_judge(orders(keep_as=(data_class,), dates=dict.fromkeys(events, "ordered_on"), holds=()), law=law)
        if judge.by_month("orders"):
            coarse += 1
            for month in (date(2016, 2, 1), date(2016, 12, 1), date(2020, 4, 1)):
                days = (month.replace(day=day) for day in (1, 5, 28, monthrange(month.year, month.month)[1]))
                assert len({judge("orders", {"ordered_on": day, "number": "1"}) for day in days}) == 1, (country, data_class, month)
    assert coarse


def test_periods_from_the_end_of_a_year_are_ruled_by_month_and_those_from_a_day_by_day() -> None:
    german = Situation("DE", "DE")
    assert a_judge(orders(), law=a_law(german)).by_month("orders")
    assert not a_judge(orders()).by_month("orders")  # the tax books of France count from the day of each
    assert not a_judge(orders(keep_as=("accounting_entry",)), law=a_law(german, financial_year_end="04-05")).by_month("orders")

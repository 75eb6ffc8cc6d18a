"""Which laws a request falls under, and why."""

from datetime import date

import pytest

from requests_app.jurisdictions import REGIMES, choose
from requests_app.jurisdictions.choice import ImpossiblePlace
from requests_app.jurisdictions.outcome import Choice, Why, WhyNot
from requests_app.jurisdictions.tables import Person, places, scope
from requests_app.jurisdictions.vocabulary import Right

TODAY = date(2026, 11, 22)


def reasons(choice: Choice) -> dict[str, Why]:
    return {law.regime: law.why for law in choice.laws}


def left_out(choice: Choice) -> dict[str, WhyNot]:
    return {law.regime: law.why_not for law in choice.left_out}


def test_at_home_one_law_and_what_the_state_adds_to_it() -> None:
    choice = choose("FR", "FR", "customer", TODAY)

    assert reasons(choice) == {"eu-gdpr": Why.BOTH, "eu-gdpr-fr": Why.BOTH}
    assert [law.overlay_of for law in choice.laws] == [None, "eu-gdpr"]
    assert choice.names == ("eu-gdpr", "eu-gdpr-fr")


def test_across_a_border_each_law_says_why_it_applies() -> None:
    assert reasons(choose("US-CA", "FR", "customer", TODAY)) == {
        "eu-gdpr": Why.ESTABLISHMENT, "eu-gdpr-fr": Why.ESTABLISHMENT, "us-ca-ccpa": Why.RESIDENCE,
    }  # fmt: skip
    assert reasons(choose("DE-BY", "FR", "customer", TODAY)) == {
        "eu-gdpr": Why.BOTH, "eu-gdpr-de": Why.RESIDENCE, "eu-gdpr-fr": Why.ESTABLISHMENT,
    }  # fmt: skip


def test_a_region_is_under_its_country_too() -> None:
    assert set(reasons(choose("CA-QC", "CA-QC", "customer", TODAY))) == {"ca-pipeda", "ca-qc-law25"}


def test_a_law_for_residents_owes_nothing_to_others() -> None:
    choice = choose("GB", "US-CA", "customer", TODAY)

    assert reasons(choice) == {"uk-gdpr": Why.RESIDENCE}
    assert left_out(choice) == {"us-ca-ccpa": WhyNot.RESIDENTS_ONLY}
    assert choice.left_out[0].because


def test_where_no_law_covers_the_person_the_shops_own_is_kept() -> None:
    assert reasons(choose("BD", "US-CA", "customer", TODAY)) == {"us-ca-ccpa": Why.NOTHING_AT_RESIDENCE}
    assert left_out(choose("BD", "US-CA", "customer", TODAY)) == {}
    assert reasons(choose("BD", "FR", "customer", TODAY))["eu-gdpr"] == Why.ESTABLISHMENT


def test_where_neither_place_has_a_law_none_is_said() -> None:
    choice = choose("BD", "BD", "customer", TODAY)

    assert (choice.laws, choice.left_out, dict(choice.rights())) == ((), (), {})


def test_an_unknown_residence_leaves_the_shops_law() -> None:
    assert reasons(choose(None, "FR", "customer", TODAY)) == {"eu-gdpr": Why.ESTABLISHMENT, "eu-gdpr-fr": Why.ESTABLISHMENT}
    assert reasons(choose(None, "US-CA", "customer", TODAY)) == {"us-ca-ccpa": Why.NOTHING_AT_RESIDENCE}


@pytest.mark.parametrize(
    ("residence", "wanted"), [("US", True), ("US-CA", False), ("CA", True), ("FR", False), ("BD", False), (None, False)]
)
def test_the_region_is_wanted_where_a_law_depends_on_it(residence: str | None, *, wanted: bool) -> None:
    assert choose(residence, "FR", "customer", TODAY).region_wanted is wanted


def test_a_law_waits_for_its_day() -> None:
    before, on = (choose("CL", "FR", "customer", day, switched_on={"cl"}) for day in (date(2026, 11, 30), date(2026, 12, 1)))

    assert left_out(before) == {"cl": WhyNot.NOT_IN_FORCE}
    assert before.left_out[0].since == date(2026, 12, 1)
    assert reasons(on)["cl"] == Why.RESIDENCE


def test_a_law_of_low_confidence_is_off_until_it_is_switched_on_and_then_says_so() -> None:
    off, on = choose("EC", "EC", "customer", TODAY), choose("EC", "EC", "customer", TODAY, switched_on={"ec"})

    assert (reasons(off), left_out(off)) == ({}, {"ec": WhyNot.LOW_CONFIDENCE})
    assert reasons(on) == {"ec": Why.BOTH}
    assert [law.low_confidence for law in on.laws] == [True]
    assert not any(law.low_confidence for law in choose("FR", "FR", "customer", TODAY).laws)


def test_what_a_state_adds_with_low_confidence_is_off_too() -> None:
    assert left_out(choose("HU", "FR", "customer", TODAY)) == {"eu-gdpr-hu": WhyNot.LOW_CONFIDENCE}
    assert "eu-gdpr-hu" in reasons(choose("HU", "FR", "customer", TODAY, switched_on={"eu-gdpr-hu"}))


def test_what_adds_to_a_law_waits_for_the_law() -> None:
    assert choose("FR", "FR", "customer", date(2018, 5, 24)).laws == ()


@pytest.mark.parametrize(
    ("residence", "kind", "applies"),
    [
        ("US-CA", "employee", True), ("US-VA", "customer", True), ("US-VA", "employee", False), ("US-VA", "applicant", False),
        ("CA", "employee", False), ("AU", "employee", False), ("AU", "applicant", True), ("FR", "employee", True),
    ],
)  # fmt: skip
def test_some_laws_leave_the_staff_out(residence: str, kind: str, *, applies: bool) -> None:
    choice = choose(residence, "FR", kind, TODAY)
    own = {law.id for law in REGIMES.at(residence) if not law.is_overlay}

    assert (own <= set(reasons(choice))) is applies
    assert (WhyNot.NOT_FOR_THIS_PERSON in left_out(choice).values()) is not applies


def test_a_shop_does_not_fall_back_on_a_law_that_leaves_the_person_out() -> None:
    choice = choose("BD", "US-VA", "employee", TODAY)

    assert (choice.laws, left_out(choice)) == ((), {"us-va-vcdpa": WhyNot.NOT_FOR_THIS_PERSON})


@pytest.mark.parametrize("place", ["ZZ", "us-ca", "US-ZZ", "FRANCE", "", "FR-", "FR-LANGE", "FR-a", "US-CA-LA", "EU", "*"])
def test_an_impossible_place_is_refused(place: str) -> None:
    with pytest.raises(ImpossiblePlace):
        choose(place, "FR", "customer", TODAY)
    with pytest.raises(ImpossiblePlace):
        choose("FR", place, "customer", TODAY)


def test_a_person_is_one_of_three_kinds() -> None:
    with pytest.raises(ValueError, match="visitor"):
        choose("FR", "FR", "visitor", TODAY)


def test_the_rights_are_those_of_all_laws_each_with_its_provision_and_since_when() -> None:
    rights = choose("US-CA", "FR", "customer", TODAY).rights()

    assert [by.regime for by in rights[Right.ACCESS]] == ["eu-gdpr", "us-ca-ccpa"]
    assert [by.regime for by in rights[Right.RESTRICTION]] == ["eu-gdpr"]
    assert [by.regime for by in rights[Right.OPT_OUT_SALE]] == ["us-ca-ccpa"]
    assert (rights[Right.ACCESS][0].name, rights[Right.ACCESS][0].citation) == ("Right of access", "Art. 15")
    assert [by.since for by in rights[Right.ACCESS]] == [date(2018, 5, 25), date(2020, 1, 1)]
    assert Right.OPT_OUT_PROFILING not in rights


def test_a_right_of_later_date_is_granted_from_its_day() -> None:
    rights = choose("US-CA", "FR", "customer", date(2027, 1, 1)).rights()

    assert [by.since for by in rights[Right.OPT_OUT_PROFILING]] == [date(2027, 1, 1)]


def test_the_bound_of_a_law_is_told() -> None:
    (law,) = choose("US-CA", "US-CA", "customer", TODAY).laws

    assert law.applies_if is not None
    assert "revenue" in law.applies_if


@pytest.mark.parametrize("kind", list(Person))
def test_every_place_of_the_world_gets_an_answer(kind: Person) -> None:
    everywhere = [place for country, regions in places().items() for place in (country, *(f"{country}-{one}" for one in regions))]
    chosen = {place: choose(place, "FR", kind, TODAY) for place in everywhere}

    assert len(chosen) > 300
    assert all("eu-gdpr" in choice.names for choice in chosen.values())
    assert all(len(set(choice.names)) == len(choice.names) for choice in chosen.values())
    assert {name for choice in chosen.values() for name in choice.names} <= set(REGIMES)


def test_every_law_is_chosen_somewhere_or_told_why_not() -> None:
    later, everything = date(2030, 1, 1), frozenset(REGIMES)
    reached = {
        name for law in REGIMES.values() for place in law.territory
        for name in choose(place, place, "customer", later, switched_on=everything).names
    }  # fmt: skip

    assert reached == everything


def test_every_law_of_a_state_is_for_its_residents() -> None:
    states = {law.id for law in REGIMES.values() if law.territory[0].startswith("US-")}

    assert {name for bound in scope() if bound.residents_only for name in bound.regimes} == states

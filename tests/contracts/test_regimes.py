"""What every law of the catalogue must have; a new file is tested without a new line."""

from datetime import date

import pytest

from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.base import Regime
from requests_app.jurisdictions.names import of_law
from requests_app.jurisdictions.tables import authorities, calendars, content, places
from requests_app.jurisdictions.vocabulary import ClockKind, Evidence, Right
from requests_app.provenance import SourceKind
from requests_app.rights import RIGHTS

TODAY = date(2026, 11, 22)


@pytest.fixture(params=sorted(REGIMES))
def law(request: pytest.FixtureRequest) -> Regime:
    return REGIMES[request.param]


def test_a_law_says_where_its_facts_were_found(law: Regime) -> None:
    assert law.source
    assert law.evidence != Evidence.STATUTE_OR_REGULATOR_TEXT or any(source.kind == SourceKind.SEEN for source in law.source)


def test_a_law_names_the_authority_to_complain_to(law: Regime) -> None:
    assert law.regulator.name
    assert law.regulator.url.startswith("http")
    assert law.regulator.list is None or {one.country for one in authorities()} >= set(law.territory)


def test_the_calendar_of_every_clock_is_known(law: Regime) -> None:
    assert {clock.calendar for clock in law.clocks} <= set(calendars())


def test_every_right_says_whether_the_law_grants_it(law: Regime) -> None:
    assert set(law.rights) == (set() if law.is_overlay else set(Right))
    assert law.is_overlay or any(grant.has for grant in law.rights.values())


def test_every_right_that_is_granted_has_a_term_and_a_provision(law: Regime) -> None:
    for right, grant in law.rights.items():
        if grant.has:
            assert law.clock(ClockKind.ANSWER, right, max(TODAY, grant.since or TODAY)) is not None
            assert law.cites(right)


def test_the_contents_of_its_letters_are_in_the_catalogue(law: Regime) -> None:
    assert {*law.response_must_include, *law.refusal_must_include} <= set(content())
    assert law.is_overlay or law.refusal_must_include


def test_it_is_for_places_that_exist(law: Regime) -> None:
    for place in law.territory:
        country, _, region = place.partition("-")
        assert country in places()
        assert not region or region in places()[country]


def test_its_file_is_found_by_its_territory(law: Regime) -> None:
    assert all(law in REGIMES.at(place) for place in law.territory)


def test_it_has_a_name_for_people_and_one_for_tables(law: Regime) -> None:
    assert law.name == law.name.strip()
    assert 0 < len(law.short) <= 30
    assert law.slug == law.id


def test_an_overlay_adds_to_a_law_of_its_territory(law: Regime) -> None:
    if law.is_overlay:
        assert set(law.territory) <= set(REGIMES[law.parent or ""].territory)
        assert law.adds


def test_every_right_that_is_offered_is_one_the_laws_know() -> None:
    assert {right for name in RIGHTS for right in of_law(name)} <= set(Right)

"""What every duty to keep must have; a new row is tested without a new line."""

from datetime import date
from pathlib import Path

import pytest

from requests_app.duties import DUTIES, Situation, ends_on
from requests_app.duties.base import EVERYWHERE, AttachesTo, Duty, Kind, OnErasure
from requests_app.duties.shelf import profiles, regions, rows, words
from requests_app.jurisdictions.tables import places

TODAY = date(2026, 11, 22)
WHEN = date(2026, 2, 28)
FACTS = dict.fromkeys((*words()["event"], "tax_year_end", "tax_period_end"), WHEN)


@pytest.fixture(params=sorted(DUTIES))
def duty(request: pytest.FixtureRequest) -> Duty:
    return DUTIES[request.param]


def test_it_names_its_law_and_where_that_was_found(duty: Duty) -> None:
    assert duty.citation
    assert duty.refusal_basis
    assert duty.source


def test_it_is_for_places_that_exist(duty: Duty) -> None:
    for place in duty.countries:
        country, _, region = place.partition("-")
        assert country in {*places(), *regions(), EVERYWHERE}
        assert not region or region in places()[country]


def test_it_says_what_stays_and_what_goes_at_once(duty: Duty) -> None:
    profile = profiles()[duty.minimise_profile]

    assert profile.access
    assert profile.keep or profile.drop
    assert (duty.on_erasure == OnErasure.DELETE) <= (duty.kind in {Kind.CEILING, Kind.CONTROLLER_RECORD})


def test_its_end_can_be_told_from_the_facts(duty: Duty) -> None:
    end = ends_on(duty, FACTS)

    assert (end is None) is (duty.period.length is None)
    assert end is None or end >= WHEN
    if duty.period.until:
        assert ends_on(duty, {duty.period.until: TODAY}) == TODAY


def test_who_lies_where_it_holds_is_told_of_it(duty: Duty) -> None:
    place = "GR" if duty.countries[0] in {"EU", EVERYWHERE} else duty.countries[0]
    elsewhere = "BD"
    there = Situation(place, place) if duty.attaches_to == AttachesTo.CONSUMER_RESIDENCE else Situation(place, elsewhere)
    on = duty.applies_from or duty.applies_until or TODAY

    assert duty in DUTIES.holding(there, on, switched_on={duty.id})
    assert duty in DUTIES.holding(Situation(elsewhere, elsewhere), on, switched_on={duty.id}) or duty.countries != (EVERYWHERE,)


def test_every_row_of_every_file_is_in_the_catalogue() -> None:
    folder = Path(str(DUTIES.folder))
    found = [duty.id for path in sorted(folder.glob("*.yaml")) for duty in rows(path)]

    assert len(found) == len(set(found)) == len(DUTIES)
    assert set(found) == set(DUTIES)

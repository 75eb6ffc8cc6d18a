"""The main job for every planted person, on the demo shop's own systems: all that is theirs, and nothing of anybody else."""

from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

from demo import people
from demo.accounts import account_id
from demo.expected import expected
from demo.people import Person
from demo.verdict import judge
from requests_app.brands import services as brands
from requests_app.brands.models import Brand
from requests_app.bundle.services import handed_over
from requests_app.matching import services as matching
from requests_app.matching.models import Match, MatchState
from requests_app.officers.models import Officer
from requests_app.sources import services as sources
from requests_app.workflow.states import State
from tests.filing import Filed, an_officer, file_and_confirm
from tests.mail import Post
from tests.running import run_all_due

DECIDED: Final = {"ann", "bob", "zoe", "zoe-plain", "long-s"}
"""Those whom several records, or an address with more than one reading, leave to an officer."""


@pytest.fixture
def wired(orders_url: str, marketing_url: str, accounts_url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names the three systems."""
    monkeypatch.setenv("DSAR_SOURCE_ORDERS_URL", orders_url)
    monkeypatch.setenv("DSAR_SOURCE_ORDERS_FILES", str(home / "files"))
    monkeypatch.setenv("DSAR_SOURCE_MARKETING_URL", marketing_url)
    monkeypatch.setenv("DSAR_SOURCE_ACCOUNTS_URL", accounts_url)


@pytest.fixture
def o_jewels(db: None, wired: None) -> Brand:
    fields, systems = brands.read(settings.DSAR_BRANDS / "o-jewels.yaml")
    brand, _made = brands.seed(fields)
    sources.seed(brand, systems)
    return brand


def choose(filed: Filed, person: Person, by: Officer) -> None:
    """Decide as an officer who knows which record is the person's."""
    own: dict[str, object] = {"orders": person.customer, "marketing": person.subscriber}
    own["accounts"] = None if person.customer is None else account_id(person.customer)
    doubtful = Match.objects.filter(dsr=filed.dsr, state=MatchState.DOUBTFUL).select_related("source")
    choices = {
        str(match.pk): [
            number for number, candidate in enumerate(match.candidates) if candidate["root"][1] == [str(own[match.source.name])]
        ]
        for match in doubtful
    }
    matching.decide(filed.now, choices, by=by, reason="The order number was read out on the telephone.")
    run_all_due()


@pytest.mark.parametrize("person", [one for one in people.PLANTED if one is not people.HEAVY], ids=lambda person: person.name)
def test_a_planted_person_gets_every_record_and_no_other(person: Person, o_jewels: Brand, post: Post, tmp_path: Path) -> None:
    officer = an_officer(o_jewels)
    filed = file_and_confirm(post, o_jewels, email=person.typed, name=person.full_name, facts=dict(person.facts))
    assert (filed.state == State.DECIDING) == (person.name in DECIDED)
    if filed.state == State.DECIDING:
        choose(filed, person, officer)
    assert filed.state == State.REVIEWING

    filed.approve(by=officer)
    run_all_due()

    with handed_over(filed.bundle) as stream:
        (tmp_path / "copy.zip").write_bytes(b"".join(stream))
    verdict = judge(tmp_path / "copy.zip", expected(person), person.canaries)
    assert verdict.wrong == ()
    assert filed.state == State.ANSWERED

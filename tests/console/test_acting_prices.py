"""What the pages about whoever acts for somebody else cost in queries, however many papers they sent."""

from pathlib import Path
from typing import Final

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.verification import acting
from requests_app.workflow.parties import Papers, Part, Party
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_dsr

pytestmark = pytest.mark.django_db
PRICES: Final = {"acting": 8, "second": 7, "paper": 7}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_VAULT = tmp_path / "vault"


@pytest.mark.pages("console:acting", "console:second", "console:paper")
@pytest.mark.parametrize("papers", [1, 4])
@pytest.mark.parametrize("page", PRICES)
def test_a_page_about_whoever_acts(page: str, papers: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr = a_dsr(State.REVIEWING)
    acting.name(dsr, Part.AGENT, called="Mia Agent", email="agent@office.example", wants_answer=True)
    Party.objects.update(papers=Papers.ACCEPTED, checked_by=an_officer("first@desk.example"))
    for number in range(papers):
        uploads.keep(dsr, uploads.check(b"%PDF-1.7 mandate", f"{number}.pdf"), by=CUSTOMER, purpose=acting.MANDATE)
    words = {"reference": dsr.reference} | ({"file": dsr.uploads.earliest("pk").pk} if page == "paper" else {})
    desk = at_the_desk(an_officer())

    with django_assert_num_queries(PRICES[page]):
        answer = desk.get(reverse(f"console:{page}", kwargs=words))

    assert answer.status_code == 200

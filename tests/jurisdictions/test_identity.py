"""What laws want to be sure of who asks."""

import pytest

from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.identity import Needed, agents_need_papers, needed
from requests_app.jurisdictions.tables import identity
from requests_app.rights import RIGHTS


@pytest.mark.promise("A7")
@pytest.mark.parametrize(
    ("right", "regimes", "least", "said"),
    [
        ("access", ["eu-gdpr"], 1, Needed(1, declares=False)), ("access", [], 0, Needed(0, declares=False)),
        ("access", ["us-ca-ccpa"], 1, Needed(3, declares=True)), ("access", ["eu-gdpr", "us-ca-ccpa"], 1, Needed(3, declares=True)),
        ("categories", ["us-ca-ccpa"], 1, Needed(2, declares=False)), ("erasure", ["us-ca-ccpa"], 1, Needed(1, declares=False)),
        ("categories", ["us-ca-ccpa"], 4, Needed(4, declares=False)),
    ],
)  # fmt: skip
def test_the_strictest_law_counts_and_the_shop_may_ask_for_more(right: str, regimes: list[str], least: int, said: Needed) -> None:
    assert needed(right, regimes, least=least) == said


@pytest.mark.promise("A8")
@pytest.mark.parametrize(
    ("regimes", "papers"),
    [
        ([], True),
        (["us-ca-ccpa"], True),
        (["eu-gdpr"], False),
        (["eu-gdpr", "eu-gdpr-fr"], False),
        (["eu-gdpr", "us-ca-ccpa"], True),
    ],
)
def test_an_agent_shows_papers_unless_every_law_is_known_to_want_none(regimes: list[str], *, papers: bool) -> None:
    assert agents_need_papers(regimes) is papers


def test_the_table_names_laws_and_rights_that_there_are_and_no_opt_out() -> None:
    for row in identity():
        assert set(row.regimes) <= set(REGIMES)
        for right in (*row.facts, *row.declares):
            assert RIGHTS[right].needs_proof
            assert RIGHTS[right].asks_facts

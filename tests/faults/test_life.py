"""Every state that a request can reach, from its filing; each promise is broken once on purpose, and the walk notices."""

from dataclasses import fields

import pytest

from requests_app.workflow.states import ERASURE, table
from tests.faults.life import WORK, Rules, walk


@pytest.mark.threat("1.09")
@pytest.mark.timeout(300)
def test_whoever_crashes_cancels_or_files_in_her_name_no_promise_is_broken_and_every_life_can_end() -> None:
    walked = walk(Rules())

    assert (walked.broken, walked.stuck) == ("", 0)
    assert 1_000 < walked.worlds < 1_000_000


@pytest.mark.parametrize("rule", [rule.name for rule in fields(Rules)])
def test_a_promise_that_is_broken_on_purpose_is_noticed(rule: str) -> None:
    walked = walk(Rules(**{rule: False}))

    assert walked.broken or walked.stuck, walked


def test_the_work_of_the_model_is_that_of_the_products_own_table() -> None:
    assert set(WORK.items()) <= set(table(ERASURE))
    assert len(fields(Rules)) >= 10

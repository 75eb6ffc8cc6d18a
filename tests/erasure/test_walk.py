"""Every state that two requests, two officers, a hold and two workers can reach; each rule is broken once, and the walk notices."""

from dataclasses import fields

import pytest

from requests_app.workflow.states import State
from tests.erasure.walking import Request, Rules, World, walk

ALONE = World(requests=(Request(), Request(state=State.WITHDRAWN)))


@pytest.mark.threat("7.01")
@pytest.mark.timeout(300)
def test_no_way_leads_to_a_broken_promise_or_to_nowhere() -> None:
    walked = walk(Rules())

    assert (walked.broken, walked.stuck) == (frozenset(), 0)
    assert walked.worlds > 50_000


def test_what_becomes_of_one_request_alone_is_the_same() -> None:
    assert walk(Rules(), ALONE).broken == frozenset()


@pytest.mark.parametrize("rule", [rule.name for rule in fields(Rules)])
def test_the_walk_notices_each_rule_that_is_broken(rule: str) -> None:
    walked = walk(Rules(**{rule: False}), ALONE)

    assert walked.broken or walked.stuck

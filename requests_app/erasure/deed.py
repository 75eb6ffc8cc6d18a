"""Erasing in one system, once: what was approved, or less where a part of it is gone already; never anything else."""

from collections.abc import Callable, Iterator

from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Eraser, Judge, PlanChanged, Receipt, Whom
from requests_app.erasure.asking import judge, whom
from requests_app.erasure.models import Plan
from requests_app.erasure.pages import planned
from requests_app.erasure.proving import FOUND, RUN, Proof, check_gone, counted, left
from requests_app.erasure.within import Beyond, digest_within
from requests_app.sources.services import writing_config


def carry_out(plan: Plan, able: Eraser, *, again: bool, hold: Callable[[], None]) -> Proof:
    """Erase what `plan` says, and read it back. `again`: it was begun before, so first look what has happened.

    `hold` is called before the system is touched, and after each receipt; it raises where the work is no longer ours, or stopped.

    Raises:
        PlanChanged: what is there is not what was approved; nothing was touched.
        NotErased: the system said that it was done, and it was not.
        SourceFault: the system did not answer; whether something was done, the next time tells.
    """
    reached = writing_config(plan.source)
    if again and not left(plan, able, reached):
        return Proof(FOUND)
    hold()
    receipts = counted(plan, _held(_receipts(plan, able, reached, again=again), hold))
    check_gone(plan, able, reached)
    return Proof(RUN, receipts)


def _held(receipts: Iterator[Receipt], hold: Callable[[], None]) -> Iterator[Receipt]:
    for receipt in receipts:
        yield receipt
        hold()


def _receipts(plan: Plan, able: Eraser, reached: Config, *, again: bool) -> Iterator[Receipt]:
    rules, meant = judge(plan), whom(plan)
    if again:
        return erased_or_rest(plan, able, reached, meant, rules)
    return able.erase(reached, meant, rules, bytes(plan.digest))


def erased_or_rest(plan: Plan, able: Eraser, reached: Config, meant: Whom, rules: Judge) -> Iterator[Receipt]:
    """Erase an approved plan, or what is left of it where a part has gone already.

    Raises:
        PlanChanged: something else is there too; nothing was touched.
    """
    try:
        yield from able.resume(reached, meant, rules, planned(plan.file))
    except PlanChanged:
        yield from able.erase(reached, meant, rules, _digest_of_rest(plan, able, reached, meant, rules))


def _digest_of_rest(plan: Plan, able: Eraser, reached: Config, meant: Whom, rules: Judge) -> bytes:
    try:
        return digest_within(able.plan(reached, meant, rules), planned(plan.file))
    except Beyond as beyond:
        raise PlanChanged(beyond.collections) from None

"""The life of an erasure request from its filing, beside a stranger's for the same address: all that it can become.

Two officers, a hold, two workers who crash or are slow, a person who cancels, links that lapse. The moves are those of the
product's own table. What it promises stands in `Rules`, each as a switch, so that each can be broken on purpose. What happens
inside the erasing has a model of its own (`tests.erasure.walking`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from requests_app.workflow.states import CLOSED, ERASURE, Move, State, moves_from, table

OFFICERS: Final = (0, 1)
BEFORE_PROOF: Final = frozenset({State.RECEIVED, State.VERIFYING, State.LAPSED, State.WITHDRAWN})
# What a worker does where: the step that waits in a state, and the move with which it ends.
WORK: Final = {
    State.RECEIVED: Move.ASK_FOR_PROOF, State.MATCHING: Move.SEARCH, State.COLLECTING: Move.FINISH_COLLECTION,
    State.COOLING_OFF: Move.ERASE, State.ERASING: Move.FINISH_ERASURE,
}  # fmt: skip


class Life(NamedTuple):
    """One request. `link`: none, out, used. `step`: none, due, taken, lost. `fence` tells whose the step is."""

    state: State = State.RECEIVED
    proven: bool = False
    link: str = "none"
    asked: int = 0  # links that were mailed
    yes: frozenset[int] = frozenset()
    said: int = 0
    step: str = "due"
    fence: int = -1  # the worker
    intent: bool = False
    there: bool = True
    deeds: int = 0


class Worker(NamedTuple):
    """Where a worker is with which request, and in which state that was when it began."""

    at: str = "idle"
    on: int = -1
    saw: State = State.RECEIVED


class World(NamedTuple):
    """`lives`: the person's own request, and the one that a stranger filed for her address."""

    lives: tuple[Life, Life] = (Life(), Life())
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    held: bool = False
    troubles: int = 0
    broken: str = ""


@dataclass(frozen=True)
class Rules:
    """What the product promises, each as a switch."""

    proof_is_ones_own: bool = True
    the_table_is_asked: bool = True
    a_move_names_its_state: bool = True
    officers_are_two: bool = True
    the_hold_is_asked: bool = True
    cancel_ends_with_the_intent: bool = True
    intent_comes_first: bool = True
    resume_looks_first: bool = True
    a_crash_gives_back: bool = True
    finish_is_fenced: bool = True
    read_back_before_done: bool = True


def after(world: World, rules: Rules) -> Iterator[World]:
    """Yield every world that may come next."""
    for number in (0, 1):
        yield from _mailbox(world, number, rules)
        yield from _clock(world, number)
        yield from _work(world, number, rules)
    yield from _officers(world, rules)
    yield from _cancel(world, rules)
    if not world.held:
        yield world._replace(held=True)


def moved(life: Life, move: Move, rules: Rules) -> Life | None:
    """Return `life` after `move`, with the step that then waits; None where the table has no such move."""
    known = table(ERASURE)
    target = known.get((life.state, move))
    if target is None and not rules.the_table_is_asked:
        target = next((to for (_from, one), to in known.items() if one == move), None)
    if target is None:
        return None
    return life._replace(state=target, step="due" if target in WORK else "none", fence=-1)


def _mailbox(world: World, number: int, rules: Rules) -> Iterator[World]:
    """The person confirms her own request: only she has its key. With a broken rule her proof serves the other one too."""
    life = world.lives[number]
    if number == 0 and life.state == State.VERIFYING and life.link == "out":
        confirmed = moved(life._replace(link="used", proven=True), Move.ACCEPT_PROOF, rules)
        assert confirmed is not None
        yield _with(world, number, confirmed)
    other = world.lives[1 - number]
    if number == 1 and life.state == State.VERIFYING and other.proven and not rules.proof_is_ones_own:
        inherited = moved(life, Move.ACCEPT_PROOF, rules)
        assert inherited is not None
        yield _with(world, number, inherited)


def _clock(world: World, number: int) -> Iterator[World]:
    """Time passes: links lapse, are asked for anew, leases end."""
    life = world.lives[number]
    if life.step == "lost":
        yield _with(world, number, life._replace(step="due", fence=-1))
    if life.state == State.VERIFYING and life.link == "out":
        yield _with(world, number, life._replace(state=State.LAPSED, link="none", step="none"))
    if life.state == State.LAPSED and number == 0 and life.asked < 2:
        yield _with(world, number, life._replace(state=State.VERIFYING, link="out", asked=life.asked + 1))


def _officers(world: World, rules: Rules) -> Iterator[World]:
    for number, life in enumerate(world.lives):
        ready = life.state == State.REVIEWING or (not rules.the_table_is_asked and life.state == State.COLLECTING)
        if not ready:
            continue
        for officer in OFFICERS:
            if officer not in life.yes or not rules.officers_are_two:
                yield _approved(world, number, officer, rules)
        if (refused := moved(life, Move.REFUSE, rules)) is not None:
            yield _with(world, number, refused)


def _approved(world: World, number: int, officer: int, rules: Rules) -> World:
    life = world.lives[number]
    now = life._replace(yes=life.yes | {officer}, said=life.said + 1)
    if now.said < len(OFFICERS):
        return _with(world, number, now)
    going = moved(now, Move.APPROVE_ERASURE, rules)
    assert going is not None
    return _with(world, number, going, _of_approval(life, now))


def _of_approval(before: Life, now: Life) -> str:
    if len(now.yes) < len(OFFICERS):
        return "one officer approved it twice"
    return "" if before.state == State.REVIEWING else "approved before it was searched"


def _cancel(world: World, rules: Rules) -> Iterator[World]:
    life = world.lives[0]
    allowed = Move.WITHDRAW in moves_from(life.state, ERASURE) or not rules.cancel_ends_with_the_intent
    if allowed and life.state not in CLOSED and not (life.intent and rules.cancel_ends_with_the_intent):
        broken = "cancelled after the intent" if life.intent else ""
        yield _with(world, 0, life._replace(state=State.WITHDRAWN, step="none", fence=-1), broken)


def _work(world: World, number: int, rules: Rules) -> Iterator[World]:
    worker = world.workers[number]
    if worker.at == "idle":
        for on, life in enumerate(world.lives):
            if life.step == "due" and life.state in WORK:
                taken = _with(world, on, life._replace(step="taken", fence=number))
                yield _at(taken, number, Worker("working", on, life.state))
        return
    life = world.lives[worker.on]
    mine = life.step == "taken" and life.fence == number and life.state == worker.saw
    if world.troubles < 2:
        lost = life._replace(step="lost" if rules.a_crash_gives_back else "gone", fence=-1) if mine else life
        yield _at(_with(world, worker.on, lost), number, Worker())._replace(troubles=world.troubles + 1)
        if mine:  # slow: somebody else may take the step while this one goes on
            yield _with(world, worker.on, life._replace(step="due", fence=-1))._replace(troubles=world.troubles + 1)
    if worker.saw == State.ERASING and worker.at != "done":
        yield from _erase(world, number, rules, mine=mine)
    else:
        yield _finish(world, number, rules, mine=mine)


def _erase(world: World, number: int, rules: Rules, *, mine: bool) -> Iterator[World]:
    """Intent, deed, and a look whether it is gone."""
    worker = world.workers[number]
    life = world.lives[worker.on]
    kept = world.held and rules.the_hold_is_asked
    if worker.at == "working":
        if not mine and rules.finish_is_fenced:
            yield _at(world, number, Worker())
        elif kept and not life.intent:
            yield _at(world, number, worker._replace(at="done"))  # planned again: nothing is touched
        else:
            broken = "a held record" if world.held and not life.intent else ""
            written = life._replace(intent=life.intent or rules.intent_comes_first)
            yield _at(_with(world, worker.on, written, broken), number, worker._replace(at="looking" if life.intent else "meant"))
    elif worker.at == "looking":
        yield _at(world, number, worker._replace(at="meant" if life.there or not rules.resume_looks_first else "done"))
    else:
        done = life._replace(there=False, deeds=life.deeds + 1) if life.there or not rules.resume_looks_first else life
        broken = _of_deed(life, done)
        yield _at(_with(world, worker.on, done, broken), number, worker._replace(at="done"))
        if not rules.read_back_before_done:
            yield _at(world, number, worker._replace(at="done"))  # the system says yes, and does nothing


def _of_deed(before: Life, now: Life) -> str:
    if now.deeds == before.deeds:
        return ""
    if not before.intent:
        return "erased without an intent"
    return "erased twice" if before.deeds else ""


def _finish(world: World, number: int, rules: Rules, *, mine: bool) -> World:
    worker = world.workers[number]
    life = world.lives[worker.on]
    away = _at(world, number, Worker())
    if not mine and rules.finish_is_fenced and rules.a_move_names_its_state:
        return away
    if life.state != worker.saw and rules.a_move_names_its_state:
        return away
    closed = life.state in CLOSED
    ended = moved(life._replace(state=worker.saw), WORK[worker.saw], rules)
    assert ended is not None
    if worker.saw == State.RECEIVED:
        ended = ended._replace(link="out", asked=life.asked + 1)
    broken = "a closed request went on" if closed else _of_end(world, life, worker, mine=mine)
    return _with(away, worker.on, ended, broken)


def _of_end(world: World, life: Life, worker: Worker, *, mine: bool) -> str:
    if not mine:
        return "finished by a worker whose step it was not"
    answered = worker.saw == State.ERASING and life.there and not world.held
    return "answered, and still there" if answered else ""


def _with(world: World, number: int, life: Life, broken: str = "") -> World:
    if life.state not in BEFORE_PROOF and not life.proven:
        broken = broken or "past the door without a proof"
    lives = (life, world.lives[1]) if number == 0 else (world.lives[0], life)
    return world._replace(lives=lives, broken=broken or world.broken)


def _at(world: World, number: int, worker: Worker) -> World:
    workers = (worker, world.workers[1]) if number == 0 else (world.workers[0], worker)
    return world._replace(workers=workers)


@dataclass(frozen=True)
class Walked:
    """How many worlds there are, which promise was broken first, and how many worlds lead nowhere."""

    worlds: int
    broken: str
    stuck: int


def walk(rules: Rules) -> Walked:
    """Go breadth first to every world that can be reached; stop at the first broken promise."""
    start = World()
    known, before, ends = {start: 0}, [list[int]()], list[int]()
    todo = [start]
    for world in todo:  # grows while it is walked
        number = known[world]
        if world.lives[0].state in CLOSED:
            ends.append(number)
        for one in after(world, rules):
            if one.broken:
                return Walked(len(known), one.broken, 0)
            if one not in known:
                known[one] = len(before)
                before.append([])
                todo.append(one)
            before[known[one]].append(number)
    return Walked(len(known), "", len(before) - len(_leading_to(ends, before)))


def _leading_to(ends: list[int], before: list[list[int]]) -> set[int]:
    reached, todo = set(ends), list(ends)
    while todo:
        for number in before[todo.pop()]:
            if number not in reached:
                reached.add(number)
                todo.append(number)
    return reached

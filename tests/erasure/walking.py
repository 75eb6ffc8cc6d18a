"""A small model of an erasure: two requests, two officers, a hold, two workers that crash or are slow; and all that it can become.

The moves are those of the table itself. Each rule that matters stands in one place of `Rules`, so that it can be broken on purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from requests_app.workflow.states import Move, State, destination

ROUNDS: Final = 2
OFFICERS: Final = (0, 1)
FINAL: Final = frozenset({State.ANSWERED, State.ERASED_IN_PART, State.WITHDRAWN})


class Request(NamedTuple):
    """One request with one record. `seen`: the version that was planned of it; `held_then`: whether the plan knew a hold."""

    state: State = State.REVIEWING
    yes: frozenset[int] = frozenset()
    said: int = 0  # how often somebody said yes
    round: int = 1
    seen: int = 0
    held_then: bool = False
    intents: frozenset[int] = frozenset()  # the versions of which an intent was committed
    plan: str = "ready"  # running, stale, done
    step: str = "none"  # due, taken, lost, done
    began: bool = False
    there: bool = True  # the record, in the system
    version: int = 0  # what it is now
    deeds: int = 0


class Worker(NamedTuple):
    """Where one worker stands with which request; `ours`: nobody has claimed the step since; `seen`: the digest in its hands."""

    at: str = "idle"
    on: int = -1
    ours: bool = False
    seen: int = 0


class World(NamedTuple):
    requests: tuple[Request, Request] = (Request(), Request())
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    held: bool = False  # the first request's record
    drifted: bool = False
    crashed: int = 0
    broken: str = ""  # the rule that was just broken


@dataclass(frozen=True)
class Rules:
    """What the product promises, each as a switch."""

    officers_are_two: bool = True
    a_round_forgets_the_yes: bool = True
    intent_asks_for_holds: bool = True
    intent_asks_at_once: bool = True
    deed_compares: bool = True
    cancel_ends_with_the_first_deed: bool = True
    begin_is_conditional: bool = True
    done_is_read_back: bool = True
    resume_looks_first: bool = True
    finish_is_fenced: bool = True
    a_crash_gives_back: bool = True
    intent_comes_first: bool = True


def steps(world: World, rules: Rules) -> Iterator[World]:
    """Yield every world that may come next."""
    for number in range(2):
        yield from _people(world, number, rules)
        yield from _clock(world, number, rules)
    for number in range(2):
        yield from _work(world, number, rules)
    if not world.held:
        yield world._replace(held=True)
    if not world.drifted and world.requests[0].there:
        yield _with(world, 0, world.requests[0]._replace(version=1))._replace(drifted=True)


def _people(world: World, number: int, rules: Rules) -> Iterator[World]:
    mine = world.requests[number]
    if mine.state == State.REVIEWING and mine.plan == "ready":
        for officer in OFFICERS:
            if officer not in mine.yes or not rules.officers_are_two:
                yield _with(world, number, _approved(mine, officer))
    cancelled = destination(mine.state, Move.WITHDRAW)
    if cancelled is None and not rules.cancel_ends_with_the_first_deed and mine.state == State.ERASING:
        cancelled = State.WITHDRAWN
    if cancelled and (not mine.began or not rules.cancel_ends_with_the_first_deed):
        broken = "cancelled after the deed" if not mine.there else ""
        yield _with(world, number, mine._replace(state=cancelled), broken)


def _approved(mine: Request, officer: int) -> Request:
    """Count a yes; with the second the request goes on."""
    now = mine._replace(yes=mine.yes | {officer}, said=mine.said + 1)
    if now.said < len(OFFICERS):
        return now
    return now._replace(state=_to(now.state, Move.APPROVE_ERASURE))


def _clock(world: World, number: int, rules: Rules) -> Iterator[World]:
    mine = world.requests[number]
    if mine.state == State.COOLING_OFF or (not rules.begin_is_conditional and mine.state == State.WITHDRAWN and mine.said > 1):
        broken = "" if mine.state == State.COOLING_OFF else "a cancelled request was begun"
        yield _with(world, number, mine._replace(state=State.ERASING, step="due", began=True), broken)
    if mine.state == State.ERASING and mine.plan == "stale" and mine.round < ROUNDS:
        kept = not rules.a_round_forgets_the_yes
        again = mine._replace(
            state=_to(_to(mine.state, Move.PLAN_AGAIN), Move.FINISH_COLLECTION), plan="ready", step="none", round=mine.round + 1,
            seen=mine.version, held_then=world.held and number == 0, yes=mine.yes if kept else frozenset(),
            said=1 if kept else 0,
        )  # fmt: skip
        yield _with(world, number, again)
    if mine.step == "lost":
        yield _with(world, number, mine._replace(step="due"))  # the lease runs out


def _work(world: World, number: int, rules: Rules) -> Iterator[World]:
    worker = world.workers[number]
    if worker.at == "idle":
        for on, mine in enumerate(world.requests):
            if mine.step == "due":
                other = world.workers[1 - number]
                fenced = _at(world, 1 - number, other._replace(ours=False) if other.on == on else other)
                yield _at(_with(fenced, on, mine._replace(step="taken")), number, Worker("claimed", on, True, mine.seen))
        return
    mine = world.requests[worker.on]
    if world.crashed < 2:
        given_back = mine._replace(step="lost" if rules.a_crash_gives_back else "gone") if mine.step == "taken" else mine
        yield _at(_with(world, worker.on, given_back), number, Worker())._replace(crashed=world.crashed + 1)
        if mine.step == "taken":  # it is only slow: its lease runs out while it works on
            yield _with(world, worker.on, mine._replace(step="due"))._replace(crashed=world.crashed + 1)
    yield from _DO[worker.at](world, number, rules)


def _intend(world: World, number: int, rules: Rules) -> Iterator[World]:
    worker = world.workers[number]
    mine = world.requests[worker.on]
    if mine.state != State.ERASING or mine.plan not in {"ready", "running"} or not worker.ours:
        yield _at(world, number, Worker())
        return
    if mine.plan == "running":
        yield _at(world, number, worker._replace(at="looking" if rules.resume_looks_first else "intended"))
        return
    held = world.held and worker.on == 0
    if held != mine.held_then and rules.intent_asks_for_holds:
        yield _at(_with(world, worker.on, mine._replace(plan="stale", step="done")), number, Worker())
    elif not rules.intent_asks_at_once and worker.at == "claimed":
        yield _at(world, number, worker._replace(at="asked"))  # somebody may place a hold now
    else:
        yield from _write_intent(world, number, rules)


def _write_intent(world: World, number: int, rules: Rules) -> Iterator[World]:
    worker = world.workers[number]
    mine = world.requests[worker.on]
    held = world.held and worker.on == 0
    broken = "a held record" if held and not mine.held_then else ""
    if len(mine.yes) < len(OFFICERS):
        broken = "nobody approved that twice"
    written = mine._replace(plan="running", intents=mine.intents | {mine.seen}) if rules.intent_comes_first else mine
    yield _at(_with(world, worker.on, written, broken), number, worker._replace(at="intended"))


def _look(world: World, number: int, _rules: Rules) -> Iterator[World]:
    worker = world.workers[number]
    mine = world.requests[worker.on]
    yield _at(world, number, worker._replace(at="proven" if not mine.there or mine.held_then else "intended"))


def _erase(world: World, number: int, rules: Rules) -> Iterator[World]:
    """Let the system do it: it plans again, compares, and touches what is there; or it says so, and does not."""
    worker = world.workers[number]
    mine = world.requests[worker.on]
    if mine.held_then:
        yield _at(world, number, worker._replace(at="proven"))
        return
    yield _at(world, number, worker._replace(at="read" if rules.done_is_read_back else "proven"))  # the system lies, or is slow
    if not mine.there and (rules.deed_compares and rules.resume_looks_first):
        return
    if mine.version != worker.seen and rules.deed_compares:
        told = mine._replace(plan="stale", step="done") if worker.ours else mine
        yield _at(_with(world, worker.on, told), number, Worker())
        return
    done = mine._replace(there=False, deeds=mine.deeds + 1)
    yield _at(_with(world, worker.on, done, _judged(mine, worker)), number, worker._replace(at="read"))


def _judged(mine: Request, worker: Worker) -> str:
    """Return which promise a deed breaks."""
    if worker.seen not in mine.intents:
        return "no intent"
    if mine.version != worker.seen:
        return "not what was approved"
    if mine.state == State.WITHDRAWN:
        return "cancelled"
    return "twice" if mine.deeds else ""


def _read_back(world: World, number: int, _rules: Rules) -> Iterator[World]:
    worker = world.workers[number]
    mine = world.requests[worker.on]
    if mine.there:  # not erased: the step is tried again
        given_back = mine._replace(step="due") if mine.step == "taken" and worker.ours else mine
        yield _at(_with(world, worker.on, given_back), number, Worker())
    else:
        yield _at(world, number, worker._replace(at="proven"))


def _finish(world: World, number: int, rules: Rules) -> Iterator[World]:
    worker = world.workers[number]
    mine = world.requests[worker.on]
    ours = worker.ours and mine.step == "taken" and mine.state == State.ERASING
    if not ours and rules.finish_is_fenced:
        yield _at(world, number, Worker())
        return
    move = Move.FINISH_IN_PART if mine.held_then else Move.FINISH_ERASURE
    broken = "answered, and still there" if mine.there and not mine.held_then else ""
    ended = mine._replace(plan="done", step="done", state=destination(mine.state, move) or mine.state)
    yield _at(_with(world, worker.on, ended, broken), number, Worker())


_DO: Final = {
    "claimed": _intend, "asked": _write_intent, "looking": _look, "intended": _erase, "read": _read_back, "proven": _finish,
}  # fmt: skip


def _to(state: State, move: Move) -> State:
    reached = destination(state, move)
    assert reached is not None, (state, move)
    return reached


def _with(world: World, number: int, mine: Request, broken: str = "") -> World:
    requests = (mine, world.requests[1]) if number == 0 else (world.requests[0], mine)
    return world._replace(requests=requests, broken=broken)


def _at(world: World, number: int, worker: Worker) -> World:
    workers = (worker, world.workers[1]) if number == 0 else (world.workers[0], worker)
    return world._replace(workers=workers)


@dataclass(frozen=True)
class Walked:
    """What a walk found: how many worlds there are, the promises that were broken, and how many worlds lead nowhere."""

    worlds: int
    broken: frozenset[str]
    stuck: int


def walk(rules: Rules, start: World = World()) -> Walked:  # noqa: B008  # a constant
    """Go to every world that can be reached; stop at the first broken promise."""
    known: dict[World, int] = {start: 0}
    before: list[list[int]] = [[]]
    todo = [start]
    ends: list[int] = []
    while todo:
        world = todo.pop()
        number = known[world]
        if all(mine.state in FINAL or (mine.plan == "stale" and mine.round == ROUNDS) for mine in world.requests):
            ends.append(number)
        for after in steps(world, rules):
            if after.broken:
                return Walked(len(known), frozenset({after.broken}), 0)
            first, second = sorted(after.workers)  # two workers are alike
            calm = after._replace(workers=(first, second))
            if calm not in known:
                known[calm] = len(before)
                before.append([])
                todo.append(calm)
            before[known[calm]].append(number)
    return Walked(len(known), frozenset(), len(before) - len(_leading_to(ends, before)))


def _leading_to(ends: list[int], before: list[list[int]]) -> set[int]:
    reached, todo = set(ends), list(ends)
    while todo:
        for number in before[todo.pop()]:
            if number not in reached:
                reached.add(number)
                todo.append(number)
    return reached

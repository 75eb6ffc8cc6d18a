"""The steps of a request as its customer sees them: six at most, by right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from requests_app.workflow.states import WITHOUT_PROOF, State, way_of

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Leg:
    """Some states that a customer sees as one step: what it is called ahead and done, and what is said of it in each state."""

    states: frozenset[State]
    ahead: Words
    done: Words
    text: Mapping[State, Words]


_CONFIRM: Final = Leg(
    frozenset({State.RECEIVED, State.VERIFYING}),
    gettext_lazy("You confirm your e-mail address"),
    gettext_lazy("You confirmed your e-mail address"),
    {State.VERIFYING: gettext_lazy("Open the link in our letter and press the button there.")},
)
_COPY: Final = (
    _CONFIRM,
    Leg(
        frozenset({State.MATCHING, State.DECIDING, State.COLLECTING}),
        gettext_lazy("We search our systems"),
        gettext_lazy("We searched our systems"),
        {
            State.MATCHING: gettext_lazy("We look for you in each of them."),
            State.DECIDING: gettext_lazy("A person makes sure that what was found is about you, and nobody else."),
        },
    ),
    Leg(
        frozenset({State.REVIEWING}),
        gettext_lazy("A privacy officer checks the answer"),
        gettext_lazy("A privacy officer checked the answer"),
        {State.REVIEWING: gettext_lazy("So that you get all of your data, and nobody else’s.")},
    ),
    Leg(
        frozenset({State.FULFILLING}),
        gettext_lazy("We prepare your copy"),
        gettext_lazy("We prepared your copy"),
        {},
    ),
    Leg(
        frozenset({State.ANSWERED_IN_PART, State.ANSWERED}),
        gettext_lazy("Your copy is ready"),
        gettext_lazy("Your copy is ready"),
        {State.ANSWERED_IN_PART: gettext_lazy("Some systems have not answered yet. The rest follows by itself.")},
    ),
)
_ERASE: Final = (
    _CONFIRM,
    Leg(
        frozenset({State.MATCHING, State.DECIDING, State.COLLECTING}),
        gettext_lazy("We look for your data and make a plan"),
        gettext_lazy("We looked for your data and made a plan"),
        {
            State.MATCHING: gettext_lazy("We look for you in each of our systems."),
            State.DECIDING: gettext_lazy("A person makes sure that what was found is about you, and nobody else."),
            State.COLLECTING: gettext_lazy("What is deleted, what is overwritten, what a law makes us keep."),
        },
    ),
    Leg(
        frozenset({State.REVIEWING}),
        gettext_lazy("Privacy officers check the plan"),
        gettext_lazy("Privacy officers checked the plan"),
        {State.REVIEWING: gettext_lazy("So that all goes that must go, and nothing of anybody else.")},
    ),
    Leg(
        frozenset({State.COOLING_OFF}),
        gettext_lazy("You have time to think it over"),
        gettext_lazy("You had time to think it over"),
        {State.COOLING_OFF: gettext_lazy("Nothing has been erased yet. You can stop it, or let it begin at once.")},
    ),
    Leg(
        frozenset({State.ERASING, State.ANSWERED, State.ERASED_IN_PART}),
        gettext_lazy("We erase, and look again whether it is gone"),
        gettext_lazy("We erased, and looked again: it is gone"),
        {},
    ),
)


_SEARCH: Final = Leg(
    frozenset({State.MATCHING, State.DECIDING, State.COLLECTING}),
    gettext_lazy("We look for your data"),
    gettext_lazy("We looked for your data"),
    {
        State.MATCHING: gettext_lazy("We look for you in each of our systems."),
        State.DECIDING: gettext_lazy("A person makes sure that what was found is about you, and nobody else."),
    },
)
_CORRECT: Final = (
    _CONFIRM,
    _SEARCH,
    Leg(
        frozenset({State.PROPOSING}),
        gettext_lazy("You say what is wrong, and what is right"),
        gettext_lazy("You said what is wrong, and what is right"),
        {State.PROPOSING: gettext_lazy("You see what may be corrected. Nothing changes before an officer has looked at it.")},
    ),
    Leg(
        frozenset({State.REVIEWING}),
        gettext_lazy("A privacy officer looks at each correction"),
        gettext_lazy("A privacy officer looked at each correction"),
        {},
    ),
    Leg(
        frozenset({State.FULFILLING, State.ANSWERED}),
        gettext_lazy("We correct it in our systems, and look again"),
        gettext_lazy("We corrected it in our systems, and looked again"),
        {},
    ),
)
_RESTRICT: Final = (
    _CONFIRM,
    _SEARCH,
    Leg(
        frozenset({State.PROPOSING, State.REVIEWING}),
        gettext_lazy("A privacy officer looks at your reasons"),
        gettext_lazy("A privacy officer looked at your reasons"),
        {},
    ),
    Leg(
        frozenset({State.FULFILLING, State.ANSWERED}),
        gettext_lazy("We set your data aside"),
        gettext_lazy("We set your data aside"),
        {},
    ),
)
_OBJECT: Final = (
    *_RESTRICT[:-1],
    Leg(
        frozenset({State.FULFILLING, State.ANSWERED}),
        gettext_lazy("We stop what you object to"),
        gettext_lazy("We stopped what you object to"),
        {},
    ),
)
_OPT_OUT: Final = (
    Leg(
        frozenset({State.RECEIVED}),
        gettext_lazy("You ask"),
        gettext_lazy("You asked"),
        {},
    ),
    Leg(
        frozenset({State.FULFILLING, State.ANSWERED}),
        gettext_lazy("We carry it out in our systems"),
        gettext_lazy("We carried it out in our systems"),
        {State.FULFILLING: gettext_lazy("You need not prove anything for this.")},
    ),
)
_REPLY: Final = (
    _CONFIRM,
    Leg(
        frozenset({State.MATCHING, State.REVIEWING}),
        gettext_lazy("A privacy officer looks into it"),
        gettext_lazy("A privacy officer looked into it"),
        {},
    ),
    Leg(
        frozenset({State.FULFILLING, State.ANSWERED}),
        gettext_lazy("You get an answer in writing"),
        gettext_lazy("You got an answer in writing"),
        {},
    ),
)
_BY_RIGHT: Final[Mapping[str, tuple[Leg, ...]]] = {"restriction": _RESTRICT, "objection": _OBJECT}
_BY_WAY: Final[Mapping[str, tuple[Leg, ...]]] = {
    "bundle": _COPY, "erasure": _ERASE, "changes": _CORRECT, WITHOUT_PROOF: _OPT_OUT, "replies": _REPLY,
}  # fmt: skip


def legs(right: str) -> tuple[Leg, ...]:
    """Return the steps of a request for `right`, in their order."""
    return _BY_RIGHT.get(right) or _BY_WAY[way_of(right)]

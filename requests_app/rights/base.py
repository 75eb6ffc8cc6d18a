"""What a right is: a name, the room that carries it out, and how it is offered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Right:
    """One right of the data subject.

    `fulfilment` names the room that carries it out; `title`, `summary` and `action` are English words, marked for translation.
    `asks_facts`: the form asks for something that the shop holds, so that a mailbox alone is no proof of the person.
    """

    name: str
    fulfilment: str
    title: str
    summary: str
    action: str
    asks_facts: bool

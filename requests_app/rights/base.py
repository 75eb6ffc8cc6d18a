"""What a right is: a name, the room that carries it out, and how it is offered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Right:
    """One right of the data subject.

    fulfilment      the room that carries it out
    title, summary, action: English words, marked for translation
    asks_facts      the form asks for something that the shop holds, so that a mailbox alone is no proof of the person
    needs_proof     False: it is carried out for whoever asks, without a word about who that is
    asks            what a form of its own may tell: the keys of `SubjectRequest.wish`
    concerns        it is about an earlier request of the same person, and offered on that one's page only
    """

    name: str
    fulfilment: str
    title: str
    summary: str
    action: str
    asks_facts: bool
    needs_proof: bool = True
    asks: frozenset[str] = frozenset()
    concerns: bool = False

"""Where a person without an e-mail address can be proven: the addresses and numbers that the shop's own records hold.

Never one that was only typed: whoever types an address is not yet the one who lives there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from requests_app.audit.services import record
from requests_app.matching.judgement import again, same
from requests_app.matching.models import Match, MatchState
from requests_app.matching.services import typed_by
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import StaleState, State, locked

_PARTS: Final = ("street", "postcode", "city", "country")


@dataclass(frozen=True, slots=True)
class Held:
    """A record that may be the person, and what it holds to reach them by. `parts` of an address by kind; `number` from 0."""

    match: str
    source: str
    number: int
    parts: Mapping[str, str]
    phones: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.match}:{self.number}"

    @property
    def address(self) -> str:
        """The address as it stands in the window of an envelope, without the name."""
        town = " ".join(self.parts[kind] for kind in ("postcode", "city") if self.parts.get(kind))
        return "\n".join(line for line in (self.parts["street"], town, self.parts.get("country", "").upper()) if line)


def held(dsr: SubjectRequest) -> list[Held]:
    """Return the records whose address can be written to: of one name with the person, with a street and a postcode.

    Of several addresses of one record, the one that the person gave.
    """
    typed = typed_by(dsr)
    found = dsr.matches.filter(state=MatchState.DOUBTFUL).select_related("source").order_by("source")
    return [one for match in found for one in _held(match, dsr.language, typed)]


@transaction.atomic
def settle_on(dsr: SubjectRequest, chosen: Held, *, by: Officer) -> SubjectRequest:
    """Let letters go to a held address from now on, and compare every record with it instead of what was typed.

    Raises:
        StaleState: the person is proven, or the record is not there any more.
    """
    dsr = locked(dsr)
    if dsr.stage != State.VERIFYING or not dsr.is_by_post or chosen not in held(dsr):
        raise StaleState(f"{dsr.reference} is past that")
    dsr.postal_address = chosen.address
    dsr.facts = {**(dsr.facts or {}), **chosen.parts}
    dsr.save(update_fields=["postal_address", "facts"])
    typed = typed_by(dsr)
    for match in dsr.matches.filter(state=MatchState.DOUBTFUL):
        match.candidates = [again(one, typed) for one in match.candidates or []]
        match.save(update_fields=["candidates"])
    record("address.held", by=by.actor, dsr_id=dsr.pk, source=chosen.source)
    return dsr


def _held(match: Match, language: str, typed: Mapping[str, str]) -> Iterator[Held]:
    for number, candidate in enumerate(match.candidates or []):
        parts = {kind: value for kind in _PARTS if (value := _one(candidate["evidence"].get(kind, ()), kind, typed))}
        if {"street", "postcode"} <= parts.keys() and "name" not in candidate["differs"]:
            phones = tuple(candidate["evidence"].get("phone_number", ()))
            yield Held(str(match.pk), match.source.title_in(language), number, parts, phones)


def _one(values: Any, kind: str, typed: Mapping[str, str]) -> str:
    """Return the one value, or of several the one that equals what was typed; empty where that does not settle it."""
    if len(values) > 1:
        values = [value for value in values if typed.get(kind) and same(kind, typed[kind], value)]
    return str(values[0]) if len(values) == 1 else ""
